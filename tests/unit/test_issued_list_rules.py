"""Comparing what somebody holds with what was issued, and what a signature covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from quiz_app.domain.issued_lists import FileFormat, IssuedList, ListKind, is_signed, sign
from quiz_app.domain.list_comparison import Finding, FindingKind, compare_lines
from quiz_app.domain.list_seals import ListLines, make_canonical, seal_lines

CODE = "7K3QM9F2TZ4BXW8A0C1D"
HEADINGS = ["STT", "Họ và tên", "Điểm"]
ROWS = [["1", "Nguyễn Văn Ổn", "8,5"], ["2", "=Lê Thị Ánh", "6,0"], ["3", "Trần Bình", ""]]
TABLE = ListLines([["DANH SÁCH"], HEADINGS, *ROWS, ["Tổng số: 3"]], heading=1, row_count=3, has_ordinal=True)
SEAL = seal_lines(CODE, TABLE)


def compare(lines: list[list[str]]) -> list[Finding]:
    return compare_lines(CODE, SEAL, list(enumerate(lines, start=1)))


def copy() -> list[list[str]]:
    return [list(line) for line in TABLE.lines]


@pytest.mark.parametrize(
    ("text", "same"),
    [("8,50", "8.5"), ("8.0", "8"), ("6,0", "6"), ("'=1+1", "=1+1"), ("O\u0302\u0309n", "\u1ed4n"), ("a  b ", "a b")],
)
def test_what_means_the_same_is_the_same(text: str, same: str) -> None:
    assert make_canonical(text) == make_canonical(same)


@pytest.mark.parametrize(("text", "other"), [("0912", "912"), ("8,05", "8,5"), ("Ổn", "On"), ("'x", "x")])
def test_what_means_something_else_is_not(text: str, other: str) -> None:
    assert make_canonical(text) != make_canonical(other)


def test_the_same_lines_are_unchanged_in_the_forms_that_spreadsheets_give_them() -> None:
    lines = copy()
    lines[2][2], lines[3][1], lines[3][2] = "8.5", "'=Lê Thị Ánh", "6"
    assert compare(lines) == []
    assert compare([[*line, ""] for line in lines]) == []


def test_an_altered_cell_is_named_by_row_and_column() -> None:
    lines = copy()
    lines[3][2] = "9,0"
    assert compare(lines) == [Finding(FindingKind.ROW_ALTERED, row=2, file_row=4, columns=(2,))]


def test_a_row_taken_out_is_one_finding_though_the_rest_was_numbered_anew() -> None:
    lines = copy()
    del lines[3]
    lines[3][0] = "2"
    assert compare(lines) == [Finding(FindingKind.ROW_MISSING, row=2)]


def test_rows_and_texts_that_were_added_or_altered_are_found() -> None:
    lines = copy()
    lines.insert(3, ["2", "Ai Đó", "10"])
    assert compare(lines) == [Finding(FindingKind.LINE_ADDED, file_row=4)]
    lines = copy()
    lines[-1] = ["Tổng số: 4"]
    assert compare(lines) == [Finding(FindingKind.TEXT_ALTERED, file_row=6)]
    assert compare(copy()[:-1]) == [Finding(FindingKind.TEXT_MISSING)]


def test_another_order_and_another_list_are_told_apart() -> None:
    lines = copy()
    lines[2], lines[3] = lines[3], lines[2]
    assert compare(lines) == [Finding(FindingKind.REORDERED)]
    assert compare([["x"]] * 5000) == [Finding(FindingKind.TOO_DIFFERENT)]
    assert compare([])


def test_the_same_rows_under_another_code_have_other_digests() -> None:
    assert seal_lines("0" * 20, TABLE).digest != SEAL.digest


def test_a_signature_covers_all_that_is_told() -> None:
    issued = IssuedList(
        CODE, ListKind.SCORES, FileFormat.XLSX, 1, 2, datetime(2022, 10, 1, tzinfo=UTC), 3, SEAL, tuple(HEADINGS),
        {"passed": 1}, {"results": {"people": 2}}, "f" * 64,
    )  # fmt: skip
    signature = sign(b"key", issued)
    assert is_signed(b"key", issued, signature)
    assert not is_signed(b"other key", issued, signature)
    changes = [
        {"code": "0" * 20}, {"kind": ListKind.RANKING}, {"file_format": FileFormat.PDF}, {"round_id": 2},
        {"unit_id": None}, {"made_at": datetime(2022, 10, 2, tzinfo=UTC)}, {"made_by_id": 4},
        {"seal": replace(SEAL, row_count=2)}, {"seal": replace(SEAL, digests=SEAL.digests[:-16])},
        {"seal": replace(SEAL, marks=b"")}, {"seal": replace(SEAL, has_ordinal=False)},
        {"columns": ("STT",)}, {"totals": {"passed": 2}}, {"state": {}},
        {"file_digest": "0" * 64},
    ]  # fmt: skip
    for change in changes:
        assert not is_signed(b"key", replace(issued, **change), signature), change
