"""Tables of keys: "1-A" in cells, numbers above letters, numbers beside letters, and one column for each paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from question_bank.formatted_text import fold_text
from question_bank.readers.word.blocks import Cell, Table, iterate_lines
from question_bank.readers.word.key_values import read_entries, read_letters, read_truth

_NUMBER = re.compile(r"(?:câu\s*)?(\d{1,4})\s*[.:)]?")
_CODE = re.compile(r"(?:mã\s*)?(?:đề\s*)?(?:thi\s*|số\s*)?(\d{1,6})")
_WORDS = re.compile(
    r"(?:số\s+)?(?:câu|stt|tt)(?:\s+(?:hỏi|số))?|đáp án(?:\s+đúng)?|đ/?a|chọn|mã đề|key|answer|câu\W*đáp án|"
)


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """The key of one question as a table gives it. ``code`` is the paper's, where the table has several."""

    number: int
    value: str
    code: str = ""


@dataclass(slots=True)
class KeyTable:
    """A table that reads like a table of keys; ``table`` is kept for the case that it is none."""

    entries: list[KeyEntry]
    table: Table
    has_words: bool


def find_key_table(table: Table) -> KeyTable | None:
    """The keys that a table holds, None where its form is another."""
    rows = [[get_cell_text(cell) for cell in row] for row in table.rows]
    rows = [row for row in rows if any(row)]
    if not rows or sum(len(cell) for row in rows for cell in row) > 20_000:
        return None
    has_words = any("đáp án" in fold_text(cell) or fold_text(cell) in ("đa", "đ/a") for row in rows[:2] for cell in row)
    entries = _read_cells(rows) or _read_papers(rows) or _read_rows(rows) or _read_rows(_turn(rows))
    return KeyTable(entries, table, has_words) if entries else None


def get_cell_text(cell: Cell) -> str:
    """All words of a cell in one line."""
    return " ".join(" ".join(line.text for line in iterate_lines(cell.blocks)).split())


def _read_cells(rows: Sequence[Sequence[str]]) -> list[KeyEntry]:
    entries: list[KeyEntry] = []
    for row in rows:
        for cell in row:
            found = read_entries(cell) if cell else None
            if found:
                entries += [KeyEntry(number, value) for number, value in found]
            elif _WORDS.fullmatch(fold_text(cell)) is None:
                return []
    return entries


def _read_papers(rows: Sequence[Sequence[str]]) -> list[KeyEntry]:
    """A column of numbers, then a column of letters for each paper, under the papers' codes."""
    width = len(rows[0])
    if len(rows) < 3 or width < 2 or any(len(row) != width for row in rows):
        return []
    skipped = 1 if all(_WORDS.fullmatch(fold_text(cell)) for cell in rows[0]) else 0
    codes = [_CODE.fullmatch(fold_text(cell)) for cell in rows[skipped][1:]]
    numbers = [_read_number(row[0]) for row in rows[skipped + 1 :]]
    if not all(codes) or numbers != list(range(1, len(numbers) + 1)) or _read_number(rows[skipped][0]) is not None:
        return []
    entries = []
    for number, row in zip(numbers, rows[skipped + 1 :], strict=True):
        for code, value in zip(codes, row[1:], strict=True):
            if value and not _is_key(value):
                return []
            if value and code and number is not None:
                entries.append(KeyEntry(number, value, code[1]))
    return entries


def _read_rows(rows: Sequence[Sequence[str]]) -> list[KeyEntry]:
    """Rows of numbers, each over a row of letters (or several, that begin with the code of a paper)."""
    entries: list[KeyEntry] = []
    numbers: dict[int, int] = {}
    for row in rows:
        first = fold_text(row[0])
        cells = {place: cell for place, cell in enumerate(row) if cell}
        body = {place: cell for place, cell in cells.items() if place or not _WORDS.fullmatch(first)}
        found = {place: _read_number(cell) for place, cell in body.items()}
        if body and all(number is not None for number in found.values()):
            numbers = {place: number for place, number in found.items() if number is not None}
            continue
        code = ""
        if body.get(0) and 0 not in numbers:
            named = _CODE.fullmatch(first)
            if named is None:
                return []
            code = named[1]
            body.pop(0)
        if not numbers or not body or any(place not in numbers or not _is_key(cell) for place, cell in body.items()):
            if all(_WORDS.fullmatch(fold_text(cell)) for cell in row):
                continue
            return []
        entries += [KeyEntry(numbers[place], cell, code) for place, cell in body.items()]
    return entries


def _turn(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    width = max(len(row) for row in rows)
    return [[row[place] if place < len(row) else "" for row in rows] for place in range(width)]


def _read_number(cell: str) -> int | None:
    found = _NUMBER.fullmatch(fold_text(cell))
    return int(found[1]) if found else None


def _is_key(cell: str) -> bool:
    return len(cell) <= 20 and (read_letters(cell) is not None or read_truth(cell) is not None)
