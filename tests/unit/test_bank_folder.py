"""A bank kept as a folder: read whole or not at all, each problem with file, line and field."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from question_bank.items import Level, Option
from question_bank.keys import ChoiceKey
from question_bank.readers.bank_folder import BankReport, Topic, read_bank_folder, read_topic_file

HEAD = """\
code: thu
title: "Ngân hàng thử"
topics:
  - {code: mot, name: "Chủ đề một"}
  - {code: hai, name: "Chủ đề hai"}
"""
ITEM = """\
  - code: %s
    level: apply
    stem: "Câu hỏi?"
    options: ["Một", "Hai", "Ba", "Cả A và B"]
    pinned: [D]
    key: B
    explanation: "Vì thế."
    source:
      document: "Nghị quyết số 76/NQ-CP"
      article: "Điều 1"
      url: "https://example.org/76"
      valid_from: 15/07/2021
      valid_until: 31/12/2025
"""


def make_file(topic: str, *codes: str) -> str:
    return f"topic: {topic}\nitems:\n" + "".join(ITEM % code for code in codes)


def write_bank(folder: Path, **files: str) -> BankReport:
    """The report of a folder with two good topics, files changed by name."""
    contents = {"bank": HEAD, "mot": make_file("mot", "M-1", "M-2"), "hai": make_file("hai", "H-1")} | files
    for name, content in contents.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    return read_bank_folder(folder)


def describe(report: BankReport) -> list[str]:
    assert report.bank is None
    return [f"{name}: {problem.describe()}" for name, problem in report.problems]


def describe_item(old: str, new: str) -> list[str]:
    """The problems of a file of one item in which a text is replaced."""
    content = make_file("mot", "M-1")
    assert content.count(old) == 1
    report = read_topic_file(content.replace(old, new).encode(), "mot")
    return [problem.describe() for problem in report.problems]


def test_a_good_folder_is_read_with_everything_in_it(tmp_path: Path) -> None:
    report = write_bank(tmp_path)
    assert report.problems == ()
    assert report.bank is not None
    assert (report.bank.code, report.bank.title) == ("thu", "Ngân hàng thử")
    assert report.bank.topics == (Topic("mot", "Chủ đề một"), Topic("hai", "Chủ đề hai"))
    assert [(item.code, item.topic) for item in report.bank.items] == [("M-1", "mot"), ("M-2", "mot"), ("H-1", "hai")]
    item = report.bank.items[0]
    assert (item.level, item.stem, item.key, item.explanation) == (
        Level.APPLY,
        "Câu hỏi?",
        ChoiceKey(frozenset({1})),
        "Vì thế.",
    )
    assert item.options == (Option("Một"), Option("Hai"), Option("Ba"), Option("Cả A và B", is_pinned=True))
    assert (item.source.document, item.source.article) == ("Nghị quyết số 76/NQ-CP", "Điều 1")
    assert item.source.url == "https://example.org/76"
    assert (item.source.valid_from, item.source.valid_until) == (date(2021, 7, 15), date(2025, 12, 31))


def test_a_folder_without_a_head_is_no_bank(tmp_path: Path) -> None:
    assert describe(read_bank_folder(tmp_path)) == [
        "bank.yaml: line 1, file: there is no bank.yaml in this folder",
    ]


def test_a_topic_without_its_file_is_named(tmp_path: Path) -> None:
    write_bank(tmp_path)
    (tmp_path / "hai.yaml").unlink()
    assert describe(read_bank_folder(tmp_path)) == ["bank.yaml: line 1, hai: the file of this topic is missing"]


def test_a_file_of_another_topic_is_refused(tmp_path: Path) -> None:
    assert describe(write_bank(tmp_path, hai=make_file("ba", "H-1"))) == [
        "hai.yaml: line 1, topic: the topic is “ba”, the file is of “hai”",
    ]


def test_a_code_that_stands_in_two_files_is_refused(tmp_path: Path) -> None:
    (problem,) = describe(write_bank(tmp_path, hai=make_file("hai", "M-2")))
    assert problem.startswith("hai.yaml: ")
    assert problem.endswith("M-2: this code stands twice")


def test_one_wrong_item_keeps_the_whole_bank_out(tmp_path: Path) -> None:
    wrong = make_file("hai", "H-1").replace("key: B", "key: E")
    assert describe(write_bank(tmp_path, hai=wrong)) == [
        "hai.yaml: line 8, items[1].key: the key is not one of the options",
    ]


def test_problems_of_all_files_are_given_at_once(tmp_path: Path) -> None:
    report = write_bank(tmp_path, mot="topic: [", hai=make_file("hai", "H-1").replace("apply", "hard"))
    assert [name for name, _ in report.problems] == ["mot.yaml", "hai.yaml"]


def test_an_unknown_field_in_the_head_is_refused(tmp_path: Path) -> None:
    assert describe(write_bank(tmp_path, bank=HEAD + "tittle: x\n")) == [
        "bank.yaml: line 6, tittle: this field is not known",
    ]


def test_items_without_problems_stand_beside_the_problems_of_others() -> None:
    content = make_file("mot", "M-1", "M-2", "M-3").replace("M-2\n    level: apply", "M-2\n    level: hard")
    report = read_topic_file(content.encode(), "mot")
    assert [item.code for item in report.items] == ["M-1", "M-3"]
    assert len(report.problems) == 1


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("key: B", "key: E", "line 8, items[1].key: the key is not one of the options"),
        ("key: B", "key: b", "line 8, items[1].key: the key is not one of the options"),
        ("key: B", "key: AB", "line 8, items[1].key: the text is longer than 1 characters"),
        ("key: B", 'key: ""', "line 8, items[1].key: the field is missing"),
        ("    key: B\n", "", "line 3, items[1].key: the field is missing"),
        ("pinned: [D]", "pinned: [E]", "line 7, items[1].pinned: a label names no option"),
        ("pinned: [D]", "pinned: [AB]", "line 7, items[1].pinned: a label names no option"),
        ("pinned: [D]", 'pinned: [""]', "line 7, items[1].pinned: a label names no option"),
        ("apply", "hard", "line 4, items[1].level: “hard” is not one of: recognise, understand, apply"),
        ('"Ba"', '"hai"', "line 6, items[1].options: two options are the same"),
        ('"Ba"', '" "', "line 6, items[1].options: an option is empty"),
        ("explanation:", "explenation:", "line 9, items[1].explenation: this field is not known"),
        ("url:", "link:", "line 13, items[1].source.link: this field is not known"),
        ("15/07/2021", "15/13/2021", "line 14, items[1].source.valid_from: “15/13/2021” is not a date (dd/mm/yyyy)"),
        ("15/07/2021", "01/01/2026", "line 3, items[1].valid_until: the period of validity ends before it begins"),
        ('"Nghị quyết số 76/NQ-CP"', "", "line 11, items[1].source.document: the field is missing"),
    ],
)
def test_a_wrong_item_is_reported_by_line_and_field(old: str, new: str, problem: str) -> None:
    assert problem in describe_item(old, new)


def test_every_problem_of_an_item_counts_once() -> None:
    assert describe_item("pinned: [D]", "pinned: [D]\n    pinned: [C]") == [
        "line 8, items[1].pinned: the field stands twice",
    ]
