"""The rows below the headings, as people mean them: merged cells, titles between rows, signatures at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from question_bank.readers.report import ImportProblem, Place, PlaceKind, Severity
from question_bank.readers.report import mark_message as N_
from quiz_app.domain.names import fold_text
from quiz_app.services.tables.headings import Heading, is_numbering
from quiz_app.services.tables.sheets import Position, Sheet
from quiz_app.services.tables.values import Column, TableRow, Value, name_column

_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!"})
_TITLE = re.compile(r"(?:[IVXLC]+|[A-H]|\d{1,2})\s*[.)\-–]\s*\S|(?i:khối |nhóm |phần |mục |đơn vị )")
"""With accents: "Phan" and "Mục" may begin names, "Phần" does not."""
_SUM = re.compile(r"(?:tong|tong so|tong cong|cong)\b")
_FOOTER = re.compile(
    r"(?:nguoi lap|nguoi tong hop|thu truong|hieu truong|giam doc|chu tich|xac nhan|ky ten|duyet|lanh dao|ghi chu"
    r"|danh sach nay|ky |noi nhan|.*\bngay\b.*\bthang\b.*\bnam\b|truong phong|can bo lap)\b"
)


class _RowReader:
    """Goes down the rows of one sheet and collects what it finds."""

    def __init__(self, heading: Heading, columns: Sequence[Column]) -> None:
        self.sheet = heading.sheet
        self.heading = heading
        self.required = [column for column in columns if column.is_required]
        self.rows: list[TableRow] = []
        self.problems: list[ImportProblem] = []
        self.is_below_footer = False
        self.merged = _map_merges(self.sheet, heading)
        self.told: set[Position] = set()
        self.unreadable: set[Position] = set()

    def read_row(self, index: int, cells: Sequence[Value]) -> None:
        """One row of the sheet, from 0."""
        values = {name: self._read_cell(index, name, cells) for name in self.heading.columns}
        if not any(cells) and not any(values.values()):
            return
        missing = [column for column in self.required if not values[column.name]]
        if missing and self._passes_over(index, cells, values):
            return
        hidden = index in self.sheet.hidden_rows
        if hidden:
            self.note(index, None, "", N_("the row is hidden in the sheet and was read all the same"), is_warning=True)
        for column in missing:
            at = self.heading.columns[column.name]
            if (index, at) not in self.unreadable:
                self.note(index, at, self.heading.texts[column.name], N_("the cell is empty"))
        self.rows.append(TableRow(index + 1, values, hidden))

    def _read_cell(self, index: int, name: str, cells: Sequence[Value]) -> Value:
        column, heading = self.heading.columns[name], self.heading.texts[name]
        value: Value = cells[column] if column < len(cells) else ""
        if (index, column) in self.sheet.unvalued_formulas:
            message = N_("the formula has no value; open the file in a spreadsheet program and save it again")
            self.note(index, column, heading, message)
            self.unreadable.add((index, column))
            return ""
        if isinstance(value, str) and value in _ERRORS:
            self.note(index, column, heading, N_("the formula gives the error %(text)s"), text=value)
            self.unreadable.add((index, column))
            return ""
        if not value and (origin := self.merged.get((index, column))) is not None:
            value = self.sheet.rows[origin[0]][origin[1]]
            if value and origin not in self.told:
                self.told.add(origin)
                message = N_("the merged cells were read as “%(text)s” in each of their rows")
                self.note(origin[0], column, heading, message, is_warning=True, text=str(value))
        return value

    def _passes_over(self, index: int, cells: Sequence[Value], values: dict[str, Value]) -> bool:
        """Whether the row is no entry of the table but a title between rows, a sum, or what is signed at its end."""
        texts = [str(cell) for cell in cells if cell]
        first = fold_text(texts[0]) if texts else ""
        # All of them: "Hiệu trưởng" beside a name is a person's post, beside "Người lập biểu" it is a signature.
        is_footer = all(_FOOTER.match(fold_text(text)) for text in texts)
        spans = any(top == index and right > left for (top, left), (_, right) in self.sheet.merges)
        alone = len(texts) == 1
        is_title = alone and (spans or bool(_TITLE.match(texts[0])) or not any(values.values()))
        is_outside = not any(values.values())
        if not (is_footer or is_title or is_outside or _SUM.match(first) or self.is_below_footer):
            return False
        self.is_below_footer = self.is_below_footer or is_footer
        self.note(index, None, "", N_("the row “%(text)s” is no entry and was passed over"), is_warning=True,
                  text=" | ".join(texts)[:80])  # fmt: skip
        return True

    def note(
        self, row: int, column: int | None, field: str, message: str, *, is_warning: bool = False, **values: object
    ) -> None:
        """Add a problem at this place."""
        letters = "" if column is None else name_column(column)
        place = Place(PlaceKind.ROW, row + 1, part=self.sheet.name, column=letters)
        severity = Severity.WARNING if is_warning else Severity.ERROR
        self.problems.append(ImportProblem(place, field, message, values, severity))


def _map_merges(sheet: Sheet, heading: Heading) -> dict[Position, Position]:
    """For each cell of an area merged downwards below the headings: the cell that holds its text.

    Areas that go across columns are titles, or hide a column; nothing is put into their other columns.
    """
    origins: dict[Position, Position] = {}
    for (top, left), (bottom, right) in sheet.merges:
        if left != right or top <= heading.last_row:
            continue
        for row in range(top + 1, min(bottom + 1, len(sheet.rows))):
            origins[(row, left)] = (top, left)
    return origins


def read_rows(heading: Heading, columns: Sequence[Column]) -> tuple[list[TableRow], list[ImportProblem]]:
    """The entries below the headings and what is wrong or doubtful about them, in the order of the file."""
    reader = _RowReader(heading, columns)
    start = heading.last_row + 1
    for index, cells in enumerate(heading.sheet.rows[start:], start=start):
        if index == start and is_numbering(cells):
            continue
        reader.read_row(index, cells)
    return reader.rows, reader.problems
