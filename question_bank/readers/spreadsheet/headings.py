"""Finds the row of headings: below titles, in one row or two, in any order."""

from __future__ import annotations

from dataclasses import dataclass, field

from question_bank.readers.spreadsheet.columns import (
    KEY,
    KIND,
    NUMBER,
    OPTION_FIELDS,
    OPTION_LIST,
    ROW_FIELDS,
    STEM,
    find_field,
)
from question_bank.readers.spreadsheet.grid import MOST_COLUMNS, Sheet

_CELLS_LOOKED_AT = 1500
"""Of each sheet, from the top: far more than titles above the headings have, and little enough for fifty sheets."""
_REPEATED_SHARE = 0.6


@dataclass(slots=True)
class Headings:
    """Where the columns are: ``columns`` leads from field to column, ``first`` and ``last`` are their rows.

    ``unknown`` are headed columns that are not read; ``repeated`` those whose field another column has already.
    ``layout`` names the layout of another program.
    """

    first: int
    last: int
    columns: dict[str, int] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)
    repeated: dict[int, str] = field(default_factory=dict)
    layout: str = ""

    @property
    def is_enough(self) -> bool:
        """A stem, and something that belongs to questions only."""
        telling = (KEY, KIND, OPTION_LIST, OPTION_FIELDS[0], OPTION_FIELDS[1], ROW_FIELDS[0])
        return STEM in self.columns and any(name in self.columns for name in telling)


def find_headings(sheet: Sheet) -> Headings | None:
    """The headings of the sheet, from the first row or pair of rows that has any."""
    for row in list_first_rows(sheet):
        single = _read_headings(row, row, {column: cell.text for column, cell in sheet.rows[row].items()})
        double = _read_two_rows(sheet, row)
        if double is not None and double.is_enough and len(double.columns) > len(single.columns):
            return double
        if single.is_enough:
            return single
    return None


def list_first_rows(sheet: Sheet) -> list[int]:
    """The rows, from the top, among which headings are looked for."""
    rows: list[int] = []
    left = _CELLS_LOOKED_AT
    for number, cells in sheet.rows.items():
        if left < 0:
            break
        left -= len(cells)
        rows.append(number)
    return rows


def count_headings(sheet: Sheet) -> int:
    """How many fields the best of the first rows names."""
    rows = [sheet.rows[number] for number in list_first_rows(sheet)]
    counts = [len({find_field(cell.text) for cell in row.values()} - {None}) for row in rows]
    return max(counts, default=0)


def is_repeated(sheet: Sheet, row: int, headings: Headings) -> bool:
    """Whether the row repeats the headings, as on each printed page, or gives them in the other language."""
    stem = sheet.rows[row].get(headings.columns[STEM])
    if stem is None or find_field(stem.text) != STEM:
        # Told from one cell, since every row of a sheet is asked.
        return False
    named = [
        find_field(cell.text) == name
        for name, column in headings.columns.items()
        if (cell := sheet.rows[row].get(column)) is not None and name != NUMBER
    ]
    return len(named) > 1 and sum(named) >= _REPEATED_SHARE * len(named)


def _read_headings(first: int, last: int, texts: dict[int, str]) -> Headings:
    found = Headings(first, last)
    for column, text in sorted(texts.items()):
        if not text.strip():
            continue
        name = find_field(text)
        if name is None:
            found.unknown[column] = " ".join(text.split())
        elif name in found.columns:
            found.repeated[column] = " ".join(text.split())
        else:
            found.columns[name] = column
    return found


def _read_two_rows(sheet: Sheet, row: int) -> Headings | None:
    """The row and the next one as headings and sub-headings: "Phương án" over A, B, C, D."""
    below = sheet.rows.get(row + 1)
    if below is None:
        return None
    above = sheet.rows[row]
    texts: dict[int, str] = {}
    parent = ""
    for column in range(min(max([*above, *below], default=0) + 1, MOST_COLUMNS)):
        own = above[column].text if column in above else ""
        sub = below[column].text if column in below else ""
        parent = own or (parent if sub else "")
        if own and sub and find_field(own) not in (None, OPTION_LIST) and find_field(sub) != find_field(own):
            # A cell under a heading that is complete by itself: the next row is a question.
            return None
        texts[column] = _join(parent, sub) if sub else own
    return _read_headings(row, row + 1, texts)


def _join(parent: str, sub: str) -> str:
    joined = f"{parent} {sub}"
    return joined if find_field(joined) is not None else sub
