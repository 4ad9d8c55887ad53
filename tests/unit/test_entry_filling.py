"""What may stand in an initiative's form: each rule, and that cleaning what was cleaned changes nothing."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.initiatives.filling import (
    LONGEST_CELL,
    LONGEST_LINE,
    LONGEST_TEXT,
    clean_values,
    copy_values,
    count_words,
    find_names,
    find_problems,
)
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind, FormColumn, FormField, FormSection

TODAY = date(2022, 10, 1)
COLUMNS = (
    FormColumn("name", "Họ và tên", is_required=True, is_name=True),
    FormColumn("born", "Ngày sinh", FieldKind.DATE),
    FormColumn("share", "Tỷ lệ", FieldKind.NUMBER),
    FormColumn("rank", "Hạng", FieldKind.CHOICE, choices=("I", "II")),
)
FIELDS = {
    "line": FormField("line", "Lĩnh vực", FieldKind.TEXT),
    "text": FormField("text", "Bản chất", FieldKind.LONG_TEXT),
    "choice": FormField("choice", "Loại", FieldKind.CHOICE, choices=("A", "B")),
    "day": FormField("day", "Ngày", FieldKind.DATE),
    "number": FormField("number", "Số", FieldKind.NUMBER),
    "table": FormField("table", "Tác giả", FieldKind.TABLE, columns=COLUMNS, most_rows=3),
    "file": FormField("file", "Tệp", FieldKind.FILE, most_files=2),
}


def make_form(**changes: dict[str, Any]) -> EntryForm:
    """A form with a field of each kind; ``changes`` by code."""
    fields = tuple(replace(field, **changes.get(code, {})) for code, field in FIELDS.items())
    return EntryForm("Đơn", (FormSection("Nội dung", fields),))


FORM = make_form()


def clean(code: str, given: Any) -> Any:
    return clean_values(FORM, {code: given}).get(code)


def list_problems(form: EntryForm, values: dict[str, Any], **files: int) -> list[tuple[str, int | None, str | None]]:
    return [(each.field, each.row, each.column) for each in find_problems(form, values, files, TODAY)]


@pytest.mark.parametrize(
    ("code", "given", "stored"),
    [
        ("line", "  Cải   cách\n hành chính ", "Cải cách hành chính"),
        ("line", unicodedata.normalize("NFD", "Sáng kiến"), "Sáng kiến"),
        ("line", "a\x00\u0301b\x07\ud800", "áb"),
        ("line", "   ", None),
        ("text", "Dòng 1\r\n\r\nDòng 2 \r", "Dòng 1\n\nDòng 2"),
        ("text", "Một  hai", "Một  hai"),
        ("number", "1.000,5", "1000.5"),
        ("number", "1.000", "1000"),
        ("number", "33,5 %", "33.5"),
        ("number", "100,125", "100.1250"),
        ("number", "1.234.567", "1234567"),
        ("number", "một trăm", "một trăm"),
        ("day", "5/9/2022", "2022-09-05"),
        ("day", "05-09-2022", "2022-09-05"),
        ("day", "2022-09-05", "2022-09-05"),
        ("day", "31/02/2022", "31/02/2022"),
        ("table", [{"name": " An ", "share": "60%", "other": "x"}, {"name": "", "share": " "}, {"born": "1/2/1980"}],
         [{"name": "An", "share": "60"}, {"born": "1980-02-01"}]),
        ("table", [], None),
        ("file", "x", None),
        ("unknown", "x", None),
    ],
)  # fmt: skip
def test_what_is_stored(code: str, given: Any, stored: Any) -> None:
    assert clean(code, given) == stored


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("line", 5),
        ("line", ["x"]),
        ("text", {"x": "y"}),
        ("line", "x" * (LONGEST_LINE + 1)),
        ("text", "x" * (LONGEST_TEXT + 1)),
        ("table", "x"),
        ("table", {"0": {}}),
        ("table", ["x"]),
        ("table", [{"name": 3}]),
        ("table", [{"name": "x" * (LONGEST_CELL + 1)}]),
        ("table", [{"name": "x"}] * 23),
    ],
)
def test_what_no_page_sends_is_refused(code: str, given: Any) -> None:
    with pytest.raises(InvalidInput):
        clean_values(FORM, {code: given})


def test_the_longest_texts_fit() -> None:
    assert clean("line", "x" * LONGEST_LINE) == "x" * LONGEST_LINE
    assert clean("text", "x" * LONGEST_TEXT) == "x" * LONGEST_TEXT


TEXTS = st.text(
    st.one_of(st.characters(), st.sampled_from("0123456789.,%-/ \r\n\t\x00\x1f\x7f\u0301\u0302\u00a0\u2028đĐă")),
    max_size=30,
)
ROWS = st.lists(st.fixed_dictionaries({}, optional={column.code: TEXTS for column in COLUMNS}), max_size=5)


@given(
    st.fixed_dictionaries({}, optional={code: ROWS if code == "table" else TEXTS for code in FIELDS if code != "file"})
)
@example({"number": "100,125"})
@example({"line": "a\x00\u0301"})
def test_cleaning_twice_is_cleaning_once(raw: dict[str, Any]) -> None:
    cleaned = clean_values(FORM, raw)
    assert clean_values(FORM, cleaned) == cleaned
    for value in cleaned.values():
        for text in [value] if isinstance(value, str) else [cell for row in value for cell in row.values()]:
            assert text == text.strip() == unicodedata.normalize("NFC", text)
            text.encode()


def test_nothing_is_needed_where_nothing_is_asked_for() -> None:
    assert list_problems(FORM, {}) == []


def test_what_is_needed_is_named_in_the_order_of_the_form() -> None:
    form = make_form(**{code: {"is_required": True} for code in FIELDS})
    assert [field for field, _, _ in list_problems(form, {})] == list(FIELDS)


def test_words_are_counted_as_word_processors_do() -> None:
    assert [count_words(text) for text in ("", " một ", "một hai\n\nba")] == [0, 1, 3]
    form = make_form(text={"most_words": 3})
    assert list_problems(form, {"text": "một hai ba"}) == []
    (problem,) = find_problems(form, {"text": "một hai ba bốn"}, {}, TODAY)
    assert problem.values == {"most": 3, "count": 4}


@pytest.mark.parametrize(
    ("code", "value", "is_right"),
    [
        ("choice", "A", True), ("choice", "C", False), ("number", "1.5", True), ("number", "-3", True),
        ("number", "1,5", False), ("number", "ba", False), ("number", "1.55555", False), ("day", "2022-02-28", True),
        ("day", "2022-02-29", False), ("day", "hôm qua", False), ("day", "1899-12-31", False),
        ("day", "1900-01-01", True), ("day", "2027-12-31", True), ("day", "2028-01-01", False),
    ],
)  # fmt: skip
def test_a_value_is_of_its_kind(code: str, value: str, is_right: bool) -> None:
    assert (list_problems(FORM, {code: value}) == []) is is_right


def test_cells_are_named_by_line_and_column() -> None:
    rows = [{"name": "An", "born": "1980-01-01"}, {"born": "x", "rank": "III"}]
    assert list_problems(FORM, {"table": rows}) == [
        ("table", 2, "name"), ("table", 2, "born"), ("table", 2, "rank"),
    ]  # fmt: skip


def test_lines_of_a_table_are_counted() -> None:
    assert list_problems(FORM, {"table": [{"name": "An"}] * 3}) == []
    assert list_problems(FORM, {"table": [{"name": "An"}] * 4}) == [("table", None, None)]
    assert list_problems(make_form(table={"least_rows": 2}), {"table": [{"name": "An"}]}) == [("table", None, None)]


@pytest.mark.parametrize(
    ("shares", "problem"),
    [
        (["100"], None),
        (["60", "40"], None),
        (["33.3", "33.3", "33.4"], None),
        (["33.3", "33.3", "33.3"], ("table", None, "share")),
        (["50", "49.9999"], ("table", None, "share")),
        (["60", "39"], ("table", None, "share")),
        (["110", "-10"], ("table", 1, "share")),
        (["100", "0"], ("table", 2, "share")),
        (["100", ""], ("table", None, "share")),
    ],
)
def test_shares_sum_to_exactly_a_hundred(shares: list[str], problem: tuple[Any, ...] | None) -> None:
    form = make_form(table={"shares_column": "share"})
    rows = [{"name": "An", "share": share} if share else {"name": "An"} for share in shares]
    assert list_problems(form, {"table": rows}) == ([] if problem is None else [problem])


def test_files_are_counted() -> None:
    assert list_problems(FORM, {}, file=2) == []
    assert list_problems(FORM, {}, file=3) == [("file", None, None)]
    assert list_problems(make_form(file={"is_required": True}), {}, file=1) == []


def test_names_are_those_of_the_name_columns() -> None:
    values = {"table": [{"name": "Nguyễn An", "rank": "I"}, {"rank": "II"}], "line": "Trần Bình"}
    assert find_names(FORM, values) == ["Nguyễn An"]


def test_another_form_takes_over_what_both_have() -> None:
    target = EntryForm("Đơn", (FormSection("Nội dung", (
        FIELDS["line"],
        replace(FIELDS["text"], kind=FieldKind.TEXT),
        replace(FIELDS["table"], columns=COLUMNS[:1]),
        replace(FIELDS["number"], code="other"),
    )),))  # fmt: skip
    values = {"line": "Một", "text": "Hai", "number": "3", "table": [{"name": "An", "rank": "I"}, {"rank": "II"}]}
    assert copy_values(FORM, target, values) == {"line": "Một", "table": [{"name": "An"}]}
