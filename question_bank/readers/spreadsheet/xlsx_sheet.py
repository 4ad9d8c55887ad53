"""One sheet of an xlsx file, from a stream of events."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.grid import MOST_COLUMNS, Budget, Cell, Sheet, name_column
from question_bank.readers.spreadsheet.number_formats import show_number
from question_bank.readers.spreadsheet.xlsx_styles import PLAIN_STYLE, CellStyle
from question_bank.readers.spreadsheet.xlsx_text import CellText, TextBuilder, unescape
from question_bank.readers.spreadsheet.xml_events import parse_events

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_MOST_MERGES = 50_000
NO_RESULT = N_("the cell holds a formula without a stored result; open the file in Excel and save it again")
ERROR_VALUE = N_("the cell holds an error of the spreadsheet (%(text)s)")


@dataclass(frozen=True, slots=True)
class SharedParts:
    """What the sheets of a file have in common."""

    strings: list[CellText]
    styles: list[CellStyle]
    is_1904: bool
    budget: Budget


def parse_reference(reference: str) -> tuple[int, int] | None:
    """Row (from 1) and column (from 0) of "C12"."""
    found = _REFERENCE.fullmatch(reference)
    return (int(found[2]), parse_letters(found[1])) if found else None


def parse_letters(letters: str) -> int:
    """The column, from 0, that letters name."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def read_sheet(content: bytes, sheet: Sheet, shared: SharedParts) -> str:
    """Fill the sheet; returns the id of its drawing, or "". Raises WrongFile for damaged XML or too much of it."""
    reader = _SheetReader(sheet, shared)
    parse_events(content, reader.start, reader.end, reader.text)
    return reader.drawing


class _SheetReader:
    def __init__(self, sheet: Sheet, shared: SharedParts) -> None:
        self.drawing = ""
        self._sheet = sheet
        self._shared = shared
        self._row = 0
        self._column = -1
        self._kind = ""
        self._style = PLAIN_STYLE
        self._value: list[str] = []
        self._is_reading = False
        self._has_formula = False
        self._builder = TextBuilder()
        self._is_inline = False
        self._styles = {str(number): style for number, style in enumerate(shared.styles)}

    _columns: ClassVar[dict[str, int]] = {name_column(column): column for column in range(16_384)}
    """The letters of every column that Excel has."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        # In order of how often they come: a sheet of 10,000 items has 150,000 cells.
        if name == "c":
            self._start_cell(attributes)
        elif name == "v":
            self._is_reading = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._has_formula = True
        elif name == "is":
            self._is_inline = True
        elif self._is_inline:
            self._builder.start(name, attributes)
        elif name == "col":
            self._read_columns(attributes)
        elif name == "mergeCell":
            self._read_merge(attributes.get("ref", ""))
        elif name == "drawing":
            self.drawing = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")

    def text(self, text: str) -> None:
        if self._is_reading:
            self._value.append(text)
        elif self._is_inline:
            self._builder.text(text)

    def end(self, name: str) -> None:
        if name == "v":
            self._is_reading = False
        elif name == "c":
            self._end_cell()
        elif name == "is":
            self._is_inline = False
        elif self._is_inline:
            self._builder.end(name)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._shared.budget.take_row()
        number = attributes.get("r", "")
        self._row = int(number) if number.isdecimal() and len(number) < 8 else self._row + 1
        self._column = -1
        if attributes.get("hidden") in ("1", "true"):
            self._sheet.hidden_rows.add(self._row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        column = self._columns.get(attributes.get("r", "").rstrip("0123456789"))
        self._column = self._column + 1 if column is None else column
        self._kind = attributes.get("t", "n")
        self._style = self._styles.get(attributes.get("s", "0"), PLAIN_STYLE)
        self._has_formula = False
        self._value = []

    def _end_cell(self) -> None:
        cell = self._make_cell("".join(self._value) if len(self._value) != 1 else self._value[0])
        if cell is None or self._column >= MOST_COLUMNS:
            return
        self._shared.budget.take_cell(cell)
        if self._has_formula:
            self._sheet.formulas += 1
        cell.font = cell.font or self._style.font
        self._sheet.rows.setdefault(self._row, {})[self._column] = cell

    def _make_cell(self, value: str) -> Cell | None:
        kind = self._kind
        if kind == "s":
            strings = self._shared.strings
            text = strings[int(value)] if value.isdecimal() and len(value) < 9 and int(value) < len(strings) else None
            return Cell(text.plain, text.markup, font=text.font) if text and text.plain.strip() else None
        if kind == "inlineStr":
            text = self._builder.build()
            return Cell(text.plain, text.markup, font=text.font) if text.plain.strip() else None
        if not value.strip():
            return Cell("", issue=NO_RESULT, is_broken=True) if self._has_formula and kind != "str" else None
        if kind == "str":
            return Cell(unescape(value))
        if kind == "b":
            return Cell("TRUE" if value.strip() == "1" else "FALSE")
        if kind == "e":
            return Cell(value.strip()[:40], issue=ERROR_VALUE, is_broken=True)
        if kind == "d":
            return Cell(value.strip())
        stored = value.strip()
        shown, issue = show_number(stored, self._style.code, is_1904=self._shared.is_1904)
        return Cell(shown, number=stored, issue=issue)

    def _read_columns(self, attributes: dict[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if attributes.get("hidden") in ("1", "true") and first.isdecimal() and last.isdecimal():
            columns = range(min(int(first), MOST_COLUMNS + 1) - 1, min(int(last), MOST_COLUMNS))
            self._sheet.hidden_columns.update(columns)

    def _read_merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        start, end = parse_reference(first), parse_reference(last)
        if start and end and len(self._sheet.merges) < _MOST_MERGES:
            self._sheet.merges.append((*start, *end))
