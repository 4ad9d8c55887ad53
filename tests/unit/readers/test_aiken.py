"""Aiken: single choice in plain text."""

import random

import pytest

from question_bank.items import ItemKind, Level
from question_bank.keys import ChoiceKey
from question_bank.readers.aiken import read_aiken
from question_bank.readers.report import ItemDefaults, Severity
from tests.effort import takes_at_most

SAMPLE = """Cơ quan nào ban hành nghị định?
A. Quốc hội
B. Chính phủ
C) Bộ Nội vụ
D. Cả A và B
ANSWER: B

<b>Hai</b> dòng
của phần dẫn?
A) x < 1
B) y
ANSWER: A
"""


def read(text):
    content = text if isinstance(text, bytes) else text.encode()
    return read_aiken(content, "x.txt", ItemDefaults(topic="T", level=Level.APPLY))


def describe(report, severity):
    return [problem.describe() for problem in report.list_problems() if problem.severity is severity]


def test_questions_options_and_keys():
    report = read(SAMPLE)
    first, second = (read_item.item for read_item in report.items)
    assert (first.kind, first.topic, first.level) == (ItemKind.SINGLE_CHOICE, "T", Level.APPLY)
    assert first.stem == "Cơ quan nào ban hành nghị định?"
    assert [option.text for option in first.options] == ["Quốc hội", "Chính phủ", "Bộ Nội vụ", "Cả A và B"]
    assert [option.is_pinned for option in first.options] == [False, False, False, True]
    assert first.key == ChoiceKey(frozenset({1}))
    assert second.stem == "&lt;b&gt;Hai&lt;/b&gt; dòng<br>của phần dẫn?"
    assert [option.text for option in second.options] == ["x &lt; 1", "y"]
    assert [read_item.place.number for read_item in report.items] == [1, 8]
    assert describe(report, Severity.ERROR) == []
    assert describe(report, Severity.WARNING) == ["line 1, options: option D keeps its place because of its wording"]


@pytest.mark.parametrize("answer", ["ANSWER:B", "Answer: b", "ANSWER : B.", "ĐÁP ÁN: B", "Đáp án : B"])
def test_ways_to_write_the_answer(answer):
    report = read(f"a?\nA. x\nB. y\n{answer}")
    assert report.items[0].item.key == ChoiceKey(frozenset({1}))
    assert describe(report, Severity.ERROR) == []


def test_empty_lines_inside_a_question_do_not_matter():
    report = read("a?\n\nA. x\n\nB. y\n\nANSWER: B\n")
    assert len(report.items) == 1
    assert report.list_problems() == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a?\nA. x\nB. y", "line 1, key: the key is missing"),
        ("a?\nA. x\nB. y\n\nb?\nA. x\nB. y\nANSWER: A", "line 1, key: the key is missing"),
        ("a?\nA. x\nB. y\nANSWER: C", "line 4, key: the answer “C” is not the label of one option"),
        ("a?\nA. x\nB. y\nANSWER: A, B", "line 4, key: the answer “A, B” is not the label of one option"),
        ("a?\nA. x\nA. y\nANSWER: A", "line 1, options: the labels of the options are not in order, each once"),
        ("a?\nB. x\nA. y\nANSWER: A", "line 1, options: the labels of the options are not in order, each once"),
        ("A. x\nB. y\nANSWER: A", "line 1, stem: the stem is empty"),
        ("a?\nANSWER: A", "line 1, options: an item has two to eight options"),
        ("a?\nA.\nB. y\nANSWER: A", "line 1, options: an option is empty"),
        (
            "a?\n" + "A. x\n" * 500,
            "line 1, question: “a?” is left out: it has more than 500 lines; is a line with its answer missing?",
        ),
        ("Chỉ có chữ", "line 1, question: “Chỉ có chữ” is left out: it has neither options nor an answer"),
    ],
)
def test_errors_and_their_places(text, problem):
    report = read(text)
    assert problem in describe(report, Severity.ERROR)
    assert all(not read_item.is_ready for read_item in report.items[:1])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a?\nA. x\ntiếp\nB. y\nANSWER: A", "line 3, options: a line without a label was added to the option above it"),
        ("a?\nA. x\nC. y\nANSWER: C", "line 1, options: the labels of the options have gaps and were given anew"),
    ],
)
def test_guesses_are_said(text, problem):
    report = read(text)
    assert problem in describe(report, Severity.WARNING)
    assert report.items[0].is_ready


def test_a_label_counts_by_its_letter_where_there_are_gaps():
    assert read("a?\nA. x\nC. y\nANSWER: C").items[0].item.key == ChoiceKey(frozenset({1}))


def test_broken_files_never_raise():
    content, chance = SAMPLE.encode(), random.Random(3)
    for end in range(0, len(content), len(content) // 7):
        report = read(content[:end])
        assert report.items or report.problems
    for _ in range(25):
        report = read(bytes(chance.choice(b"AB.) \nANSWER: \xc3\x00x") for _ in range(200)))
        assert report.items or report.problems


@pytest.mark.parametrize("line", ["A. x\n", "ANSWER: A\n", "a\n\n", "A.", "A. x\n\nb\n", " \n"])
def test_large_files_take_little_time(line):
    with takes_at_most(seconds=5):
        report = read(line * (500_000 // len(line)))
    assert report.items or report.problems
