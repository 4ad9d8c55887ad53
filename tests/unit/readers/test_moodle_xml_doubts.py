"""Moodle XML that is wrong, doubtful or hostile."""

import random

import pytest

from question_bank.pictures import Picture
from question_bank.readers import picture_shelf
from question_bank.readers.moodle_xml import read_moodle_xml
from question_bank.readers.report import ItemDefaults, Severity
from question_bank.writers.moodle_xml import write_moodle_xml
from tests.effort import takes_at_most
from tests.unit.readers.test_moodle_xml_reader import make_answers, make_file, make_question, read
from tests.unit.writers.moodle_items import BLUE, RED


def describe(report, severity):
    return [problem.describe() for problem in report.list_problems() if problem.severity is severity]


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        *(
            (make_question(kind, ""), f"question: “hỏi” is left out: questions of the kind {kind} are not taken")
            for kind in ("cloze", "ddwtos", "gapselect", "calculated", "calculatedmulti", "ddmarker", "randomsamatch")
        ),
        ("<question/>", "question: “#2” is left out: questions of the kind ? are not taken"),
        (
            make_question("multichoice", "<single>false</single>" + make_answers((70, "a"), (30, "b"))),
            "key: “hỏi” is left out: its right options are not worth the same",
        ),
        (
            make_question("multichoice", make_answers((100, "a"), (50, "b"))),
            "key: “hỏi” is left out: an option of a single choice is worth a part of the mark",
        ),
        (
            make_question("multichoice", make_answers(("nhiều", "a"), (0, "b"))),
            "key: “hỏi” is left out: the worth of an answer, “nhiều”, is no number",
        ),
        (
            make_question("shortanswer", make_answers((100, "a*"))),
            "key: “hỏi” is left out: * in an accepted answer stands for any text",
        ),
        (
            make_question("numerical", make_answers((100, "*"))),
            "key: “hỏi” is left out: * in an accepted answer stands for any text",
        ),
        (make_question("matching", "<subquestion/>" * 99), "rows: “hỏi” is left out: it has too many answers"),
    ],
)
def test_refused_by_name_and_place(question, problem):
    report = read(make_question("essay", ""), question)
    assert len(report.items) == 1
    (message,) = describe(report, Severity.ERROR)
    assert message.startswith(f"question 2, {problem}")


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (make_question("multichoice", make_answers((0, "a"), (0, "b"))), "key: the key is missing"),
        (make_question("truefalse", ""), "key: the key is missing"),
        (make_question("shortanswer", ""), "key: the key is missing"),
        (make_question("matching", ""), "rows: a matching item has two to eight rows"),
        (make_question("numerical", make_answers((100, "x"))), "key: “x” is not a number"),
        (make_question("multichoice", ""), "options: an item has two to eight options"),
        ('<question type="essay"/>', "stem: the stem is empty"),
    ],
)
def test_drafts_that_a_person_can_mend(question, problem):
    report = read(question)
    assert [read_item.is_ready for read_item in report.items] == [False]
    assert f"question 1, {problem}" in describe(report, Severity.ERROR)


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (
            make_question("multichoice", "<shuffleanswers>0</shuffleanswers>" + make_answers((100, "a"), (0, "b"))),
            "options: the file does not let the options be shuffled: all of them keep their place",
        ),
        (
            make_question("truefalse", make_answers((100, "Đúng"), (0, "Sai"))),
            "key: the first answer was taken for true, the second for false",
        ),
        (make_question("essay", "<hidden>1</hidden>"), "question: the question was hidden in Moodle"),
        (
            make_question("ordering", "<gradingtype>RELATIVE_ALL</gradingtype>" + make_answers((1, "a"), (2, "b"))),
            "key: each option in its right place now counts; the file had it otherwise",
        ),
        (
            make_question("essay", "", stem='&lt;img src="@@PLUGINFILE@@/mất.png"&gt;'),
            "stem: the picture “@@PLUGINFILE@@/mất.png” is not in the file and was left out",
        ),
        (make_question("description", ""), "question: “hỏi” is a description without a question and was left out"),
    ],
)
def test_guesses_and_losses_are_said(question, problem):
    assert f"question 1, {problem}" in describe(read(question), Severity.WARNING)


def test_a_file_that_is_no_picture_is_left_out_with_a_word():
    broken = make_file(Picture("", "image/png", b"<svg onload='alert(1)'/>"), "x.svg")
    question = make_question("essay", "").replace("</questiontext>", broken + "</questiontext>")
    report = read(question.replace("<text>hỏi", '<text>&lt;img src="@@PLUGINFILE@@/x.svg" alt="sơ đồ"&gt;', 2))
    assert report.items[0].item.stem == "[sơ đồ]"
    assert report.pictures == {}
    assert "question 1, stem: a picture is not PNG, JPEG, GIF or WebP" in describe(report, Severity.WARNING)


def test_pictures_are_unpacked_within_a_limit(monkeypatch):
    monkeypatch.setattr(picture_shelf, "MOST_PIXELS", 10)
    taken = picture_shelf.PictureShelf()
    taken.take(RED.content)
    taken.take(RED.content)
    with pytest.raises(picture_shelf.WrongPicture, match="too many or too large"):
        taken.take(BLUE.content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html/>", "the file is XML, but not a question bank of Moodle"),
        (b"<quiz>", "the file is damaged or of another kind than its name says"),
        (b"PK\x03\x04", "the file is damaged or of another kind than its name says"),
        (b"<quiz/>", "there is no question in the file"),
        (b"<quiz>" + b"<a/>" * 1_000_001 + b"</quiz>", "the file has too many elements; split it into smaller ones"),
        (b"<quiz>" + b"<question/>" * 10_001 + b"</quiz>", "the file has more than 10,000 questions; split it"),
        (
            b'<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
            "the file names outside definitions (a document type), which are not taken",
        ),
    ],
    ids=range(7),
)
def test_files_that_are_none(content, message):
    report = read_moodle_xml(content, "x.xml", ItemDefaults())
    assert report.items == ()
    assert [problem.message for problem in report.problems] == [message]


@pytest.mark.parametrize(
    "element", ["questiontext", "generalfeedback", "graderinfo", "name", "idnumber", "tags", "answer", "subquestion"]
)
def test_script_comes_out_inert(element):
    evil = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&lt;svg onload=alert(1)&gt;"
    for kind in ("multichoice", "matching", "essay", "shortanswer", "ordering"):
        inner = f'<{element} format="html"><text>{evil}</text><answer><text>{evil}</text></answer></{element}>'
        report = read(f'<question type="{kind}">{inner}</question>')
        for read_item in report.items:
            for text in read_item.item.list_texts():
                assert "<script" not in text
                assert "<svg" not in text
                assert "<img src=x" not in text


def make_sample():
    questions = [
        make_question("multichoice", make_answers((100, "a"), (0, "b")) + make_file(RED)),
        make_question("matching", "<subquestion><text>a</text><answer><text>b</text></answer></subquestion>" * 2),
        make_question("numerical", make_answers((100, 3))),
    ]
    return read(*questions)


def test_broken_files_never_raise():
    content = write_moodle_xml([item.item for item in make_sample().items if item.is_ready], {})
    chance = random.Random(5)
    for end in range(0, len(content), len(content) // 7):
        report = read_moodle_xml(content[:end], "x.xml", ItemDefaults())
        assert report.items or report.problems
    for _ in range(25):
        noise = bytearray(content)
        for _ in range(chance.randrange(1, 6)):
            noise[chance.randrange(len(noise))] = chance.choice(b'<>/"= x\x000\xff')
        report = read_moodle_xml(bytes(noise), "x.xml", ItemDefaults())
        assert report.items or report.problems


@pytest.mark.parametrize(
    "inner",
    [
        "<answer/>" * 10_000,
        "<generalfeedback><text>" + "&lt;div&gt;" * 100_000 + "</text></generalfeedback>",
        "<itembank>" + '<note name="options">' + "[" * 500_000 + "</note></itembank>",
        "<tags>" + "<tag><text>x</text></tag>" * 10_000 + "</tags>",
        "<units>" * 200 + "</units>" * 200,
    ],
    ids=["answers", "deep markup", "deep note", "tags", "deep elements"],
)
def test_hostile_files_take_little_time(inner):
    with takes_at_most(seconds=5):
        report = read(make_question("multichoice", inner))
    assert report.items or report.problems
