"""A sheet as every kind of file gives it, before its headings are looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from quiz_app.services.tables.values import Value, clean_text

MOST_CELLS = 3_000_000
"""Cells of all sheets together, the empty ones between filled ones included: 50,000 rows of 60 columns."""

Position = tuple[int, int]
"""Row and column, both from 0."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells from the top left corner on, and what a person would see beside them. Rows may differ in length."""

    name: str
    rows: Sequence[Sequence[Value]]
    is_hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    merges: Sequence[tuple[Position, Position]] = ()
    """First and last cell of each merged area."""
    unvalued_formulas: frozenset[Position] = frozenset()
    """Formulas whose value the file does not hold: it was written by a program and never calculated."""
    shown: Mapping[Position, str] = field(default_factory=dict)
    """Numbers that the sheet shows with leading zeros, spaces or a percent sign as they are shown, and errors."""


def to_value(cell: object) -> Value:
    """A cell of a spreadsheet as text, or as a day: whole numbers without ``.0``, no exponents."""
    if isinstance(cell, str):
        return clean_text(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return show_float(cell)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}"
    if isinstance(cell, timedelta):
        return str(cell)
    return ""


def show_float(number: float) -> str:
    """With the fifteen digits that a spreadsheet keeps."""
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return format(Decimal(format(number, ".15g")), "f")
