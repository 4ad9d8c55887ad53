"""Gathers the problems of one item while its row is read."""

from __future__ import annotations

from typing import Any

from question_bank.readers.report import ImportProblem, Place, PlaceKind, Severity
from question_bank.readers.spreadsheet.grid import Cell, name_column


class Notes:
    """The problems of one row, each at the cell of its field."""

    def __init__(self, sheet: str, row: int, columns: dict[str, int]) -> None:
        self.problems: list[ImportProblem] = []
        self._sheet = sheet
        self._row = row
        self._columns = columns

    def locate(self, field: str = "") -> Place:
        """The cell of a field in this row, or the row."""
        column = self._columns.get(field)
        return Place(PlaceKind.ROW, self._row, self._sheet, "" if column is None else name_column(column))

    def warn(self, field: str, message: str, *, of: str = "", **values: Any) -> None:
        """Something was guessed, changed or left out. ``of`` names the field for people where the column is finer."""
        self._add(field, message, of, values, Severity.WARNING)

    def refuse(self, field: str, message: str, *, of: str = "", **values: Any) -> None:
        """Something must be mended before the item can be stored."""
        self._add(field, message, of, values, Severity.ERROR)

    def check_cell(self, field: str, cell: Cell, *, of: str = "") -> None:
        """Say what is doubtful about a cell that is used."""
        if cell.issue:
            severity = Severity.ERROR if cell.is_broken else Severity.WARNING
            self._add(field, cell.issue, of, {"text": cell.text[:60]}, severity)

    def _add(self, field: str, message: str, of: str, values: dict[str, Any], severity: Severity) -> None:
        self.problems.append(ImportProblem(self.locate(field), of or field, message, values, severity))
