"""YAML read by a schema: the text of a value is kept, and every problem has its line and field."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any

import pytest

from question_bank.readers.located_yaml import MAXIMUM_FILE_BYTES, ProblemList, Section, read_section
from tests.effort import takes_at_most


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


def read(content: str | bytes) -> tuple[Section | None, ProblemList]:
    problems = ProblemList()
    return read_section(content.encode() if isinstance(content, str) else content, problems), problems


def open_section(content: str) -> tuple[Section, ProblemList]:
    section, problems = read(content)
    assert section is not None, describe(problems)
    return section, problems


def describe(problems: ProblemList) -> list[str]:
    return [problem.describe() for problem in problems.list_by_line()]


@pytest.mark.parametrize("text", ["07:00", "no", "0123", "1e3", "2022-09-15", "null-ish", "0x1F", "12_000"])
def test_a_text_is_what_stands_in_the_file_and_not_what_yaml_guesses(text: str) -> None:
    section, problems = open_section(f"a: {text}\n")
    assert section.read_text("a") == text
    assert not problems


def test_a_text_is_normalised_to_nfc_without_outer_spaces() -> None:
    section, _ = open_section('a: "  ' + unicodedata.normalize("NFD", "Thủ tục hành chính") + '  "\n')
    assert section.read_text("a") == "Thủ tục hành chính"


def test_texts_of_a_list_are_normalised_to_nfc_too() -> None:
    section, _ = open_section("a: [" + unicodedata.normalize("NFD", "Huế") + "]\n")
    assert section.list_texts("a") == ["Huế"]


@pytest.mark.parametrize("empty", ["", "~", "null", '""', "' '", "[]"])
def test_a_required_field_without_a_value_is_missing(empty: str) -> None:
    section, problems = open_section(f"\n\na: {empty}\n")
    assert section.read_text("a") == ""
    assert describe(problems) == ["line 3, a: the field is missing"]


@pytest.mark.parametrize("empty", ["", "~", "null", '""', "' '", "[]"])
def test_an_optional_field_without_a_value_is_absent(empty: str) -> None:
    section, problems = open_section(f"a: {empty}\n")
    assert section.find_text("a") is None
    assert not problems


def test_the_word_null_in_quotes_is_a_text() -> None:
    section, _ = open_section('a: "null"\n')
    assert section.read_text("a") == "null"


def test_an_absent_field_is_reported_at_the_line_of_its_section() -> None:
    section, problems = open_section("top: 1\nouter:\n  b: 1\n")
    inner = section.find_section("outer")
    assert inner is not None
    inner.read_text("a")
    assert describe(problems) == ["line 3, outer.a: the field is missing"]


def test_an_empty_list_is_no_required_list() -> None:
    section, problems = open_section("a: []\nb: []\n")
    assert list(section.list_sections("a", required=True)) == []
    assert section.list_texts("b", required=True) == []
    assert describe(problems) == ["line 1, a: the field is missing", "line 2, b: the field is missing"]


def test_a_text_may_be_as_long_as_the_limit_and_no_longer() -> None:
    section, problems = open_section(f"a: {'x' * 60}\nb: {'x' * 61}\n")
    assert len(section.read_text("a", longest=60)) == 60
    assert section.read_text("b", longest=60) == ""
    assert describe(problems) == ["line 2, b: the text is longer than 60 characters"]


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("100", 100), ("007", 7), ("+5", 5)])
def test_a_whole_number_within_bounds_is_read(text: str, number: int) -> None:
    section, problems = open_section(f"a: {text}\n")
    assert section.find_integer("a", smallest=0, largest=100) == number
    assert not problems


@pytest.mark.parametrize("text", ["1.5", "30%", "ten", "1e2", "--1", "9" * 3999])
def test_what_is_not_a_whole_number_within_bounds_is_refused(text: str) -> None:
    section, problems = open_section(f"z: 1\na: {text}\n")
    assert section.find_integer("a", smallest=0, largest=100) is None
    assert describe(problems) == [f"line 2, a: “{text}” is not a whole number"] or "outside" in describe(problems)[0]


@pytest.mark.parametrize("text", ["-1", "101", "999999999999999999999"])
def test_a_number_outside_its_bounds_names_them(text: str) -> None:
    section, problems = open_section(f"a: {text}\n")
    assert section.find_integer("a", smallest=0, largest=100) is None
    assert describe(problems) == [f"line 1, a: {text} lies outside 0 to 100"]


@pytest.mark.parametrize(
    ("text", "flag"), [("yes", True), ("no", False), ("true", True), ("False", False), ("YES", True)]
)
def test_a_flag_is_yes_or_no(text: str, flag: bool) -> None:
    section, problems = open_section(f"a: {text}\n")
    assert section.find_flag("a") is flag
    assert not problems


@pytest.mark.parametrize("text", ["on", "1", "có", "y"])
def test_any_other_flag_is_refused(text: str) -> None:
    section, problems = open_section(f"a: {text}\n")
    assert section.find_flag("a") is None
    assert describe(problems) == [f"line 1, a: “{text}” is neither yes nor no"]


def test_a_word_outside_the_enumeration_is_answered_with_the_words_that_are_in_it() -> None:
    section, problems = open_section("a: red\nb: Red\n")
    assert section.find_choice("a", Colour) is Colour.RED
    assert section.find_choice("b", Colour) is None
    assert describe(problems) == ["line 2, b: “Red” is not one of: red, green"]


@pytest.mark.parametrize(("text", "day"), [("29/02/2024", date(2024, 2, 29)), ("1/7/2025", date(2025, 7, 1))])
def test_a_date_is_day_month_year(text: str, day: date) -> None:
    section, problems = open_section(f"a: {text}\n")
    assert section.find_date("a") == day
    assert not problems


@pytest.mark.parametrize("text", ["29/02/2023", "31/04/2022", "12/31/2022", "2022-01-01", "1/1/22", "0/1/2022"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    section, problems = open_section(f"a: {text}\n")
    assert section.find_date("a") is None
    assert describe(problems) == [f"line 1, a: “{text}” is not a date (dd/mm/yyyy)"]


@pytest.mark.parametrize(
    ("content", "ask", "message"),
    [
        ("a: [1]", lambda section: section.find_text("a"), "a text is expected here"),
        ("a: {b: 1}", lambda section: section.find_text("a"), "a text is expected here"),
        ("a: 1", lambda section: section.list_texts("a"), "a list is expected here"),
        ("a: [{b: 1}]", lambda section: section.list_texts("a"), "a text is expected here"),
        ("a: 1", lambda section: section.find_section("a"), "fields are expected here"),
        ("a: 1", lambda section: list(section.list_sections("a")), "a list is expected here"),
        ("a: [1]", lambda section: list(section.list_sections("a")), "fields are expected here"),
    ],
)
def test_a_value_of_another_shape_is_refused(content: str, ask: Callable[[Section], Any], message: str) -> None:
    section, problems = open_section(content)
    ask(section)
    assert describe(problems) == [f"line 1, a: {message}"]


def test_sections_of_a_list_are_numbered_and_keep_their_lines() -> None:
    section, problems = open_section("list:\n  - a: 1\n  - b: 2\n\n  - a: [x]\n")
    for entry in section.list_sections("list"):
        entry.read_text("a")
    assert describe(problems) == [
        "line 3, list[2].a: the field is missing",
        "line 5, list[3].a: a text is expected here",
    ]


def test_a_misspelt_field_is_named_with_its_line() -> None:
    section, problems = open_section("a: 1\ntime_limit_second: 300\n")
    section.read_text("a")
    section.refuse_unread()
    assert describe(problems) == ["line 2, time_limit_second: this field is not known"]


def test_a_field_that_stands_twice_is_refused() -> None:
    section, problems = open_section("a: 1\nb: 2\na: 3\n")
    assert describe(problems) == ["line 3, a: the field stands twice"]


def test_a_merge_of_fields_is_an_unknown_field() -> None:
    section, problems = open_section("<<: {a: 1}\n")
    assert section.find_text("a") is None
    section.refuse_unread()
    assert describe(problems) == ["line 1, <<: this field is not known"]


def test_a_tag_of_python_makes_no_object() -> None:
    section, problems = open_section('a: !!python/object/apply:os.system ["exit 1"]\nb: !!int 7\n')
    assert section.list_texts("a") == ["exit 1"]
    assert section.read_text("b") == "7"
    assert not problems


def test_problems_are_listed_in_the_order_of_their_lines() -> None:
    section, problems = open_section("a: x\nb: y\nc: z\n")
    for field in "cab":
        section.find_date(field)
    assert [problem.place.number for problem in problems.list_by_line()] == [1, 2, 3]


def test_a_byte_order_mark_is_not_part_of_the_first_field() -> None:
    section, problems = open_section("\ufeffa: 1\n")
    assert section.read_text("a") == "1"
    assert not problems


@pytest.mark.parametrize(
    "content",
    [
        "a: Thủ tục".encode("utf-16"),
        "a: Thủ tục".encode("cp1258", errors="replace") + b"\xff",
        b"a: \xed\xa0\x80",
        b"a: \xc0\xaf",
    ],
)
def test_a_file_that_is_not_utf8_is_refused(content: bytes) -> None:
    section, problems = read(content)
    assert section is None
    assert describe(problems) == ["line 1, file: the file is not a text in UTF-8"]


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing\n", "- a\n- b\n", "just words", "null", "---\n...\n"])
def test_a_file_without_fields_is_refused(content: str) -> None:
    section, problems = read(content)
    assert section is None
    assert describe(problems) == ["line 1, file: fields are expected here"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a: 1\n\tb: 2\n", 2),
        ("a:\n\t- b\n", 2),
        ('a: "open\nb: 2\n', 3),
        ("a: [1, 2\nb: 3\n", 2),
        ("a: 1\n  b: 2\n", 2),
        ("a: 1\n---\nb: 2\n", 2),
    ],
)
def test_broken_yaml_is_refused_with_its_line(content: str, line: int) -> None:
    section, problems = read(content)
    assert section is None
    (problem,) = problems.list_by_line()
    assert (problem.place.number, problem.field) == (line, "file")
    assert problem.describe().startswith(f"line {line}, file: this is not valid YAML: ")
    assert problem.values["reason"]


def test_a_control_character_is_refused() -> None:
    section, problems = read(b"a: x\x00y\n")
    assert section is None
    assert describe(problems) == ["line 1, file: the file has a character that YAML does not allow"]


def test_references_are_refused_with_their_line() -> None:
    section, problems = read("a: &name 1\nb: 2\nc: *name\n")
    assert section is None
    assert describe(problems) == ["line 3, file: references (*name) are not allowed"]


def test_a_billion_laughs_are_refused_at_once() -> None:
    lines = ["a0: &a0 [" + ", ".join(["ha"] * 10) + "]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 10)]
    with takes_at_most(seconds=1):
        section, problems = read("\n".join(lines))
    assert section is None
    assert describe(problems) == ["line 2, file: references (*name) are not allowed"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_a_file_nested_without_end_is_refused_at_once(opening: str) -> None:
    # A million brackets took the parser hours and overran its stack.
    with takes_at_most(seconds=2):
        section, problems = read("a:\n  " + opening * 1_000_000)
    assert section is None
    assert describe(problems) == ["line 2, file: this is not valid YAML: it is nested too deeply"]


def test_a_file_over_five_megabytes_is_refused_unread() -> None:
    content = b"a: 1\n#" + b"x" * (MAXIMUM_FILE_BYTES - 6)
    assert read(content)[0] is not None
    section, problems = read(content + b"x")
    assert section is None
    assert describe(problems) == ["line 1, file: the file is larger than 5 MB"]
