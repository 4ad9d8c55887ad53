"""What a table asks for and what was read: columns, rows, and problems with their place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from question_bank.readers.report import ImportProblem, Place, PlaceKind, Severity

Value = str | date
"""A cell: its text as the sheet shows it, or a day where the sheet holds one."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is asked for. ``name`` is what the program calls it; ``headings`` are what may stand above it in a
    file, the first being the one of our own files. Accents, case, remarks in brackets and asterisks do not matter.
    """

    name: str
    headings: tuple[str, ...]
    is_required: bool = False
    """Whether the heading must be there, and a value in each row."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the file, numbered from 1 as the sheet numbers it. Columns that the file lacks read as empty."""

    number: int
    values: Mapping[str, Value]
    is_hidden: bool = False

    def get_text(self, name: str) -> str:
        """The cell as text; a day as 05/09/2022; "" for an empty cell."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else f"{value:%d/%m/%Y}"


@dataclass(frozen=True, slots=True)
class Table:
    """The rows below the headings. With an error among the problems nothing of it may be stored."""

    file_name: str
    sheet: str
    columns: Mapping[str, str]
    """The letter of each column that was found, by its name."""
    headings: Mapping[str, str]
    """Its heading as it stands in the file."""
    rows: tuple[TableRow, ...]
    problems: tuple[ImportProblem, ...]

    @property
    def has_errors(self) -> bool:
        """Whether a problem keeps the file out."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def make_problem(
        self, row: TableRow, name: str, message: str, *, severity: Severity = Severity.ERROR, **values: Any
    ) -> ImportProblem:
        """A problem of one cell; ``message`` is an English message id that ``values`` fill."""
        place = Place(PlaceKind.ROW, row.number, part=self.sheet, column=self.columns.get(name, ""))
        return ImportProblem(place, self.headings.get(name, name), message, values, severity)


def name_column(index: int) -> str:
    """The letters of the column with this index from 0: A … Z, AA …"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


_BLANK = re.compile(r"\s+")
_INVISIBLE = dict.fromkeys([*range(32), 0x7F, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
for _space in (9, 10, 11, 12, 13):
    _INVISIBLE.pop(_space)


def clean_text(text: str) -> str:
    """NFC, on one line, without invisible characters and spaces around: what looks the same is the same."""
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        # Nearly every cell; a table has half a million of them.
        return text.strip()
    return _BLANK.sub(" ", unicodedata.normalize("NFC", text).translate(_INVISIBLE)).strip()
