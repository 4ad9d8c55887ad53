"""Rows as a workbook or as csv. The guard against formulas is here and nowhere else: what begins with "=", "+", "-" or
"@" is text, whoever typed it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_WIDEST, _NARROWEST = 60, 8


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its heading, what a person is told there (a note on the heading), and the only values it may have."""

    heading: str
    note: str = ""
    choices: Sequence[str] = ()


def make_workbook(
    title: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[str]], *, spare_rows: int = 0
) -> bytes:
    """A workbook of one sheet. All cells are text, so that leading zeros stay; ``spare_rows`` below are text as well,
    for lists that people fill in.
    """
    buffer = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        # Excel allows 31 signs and none of []:*?/\\ in the name of a sheet.
        name = "".join(letter for letter in title if letter not in r"[]:*?/\'")[:31] or "1"
        sheet = workbook.add_worksheet(name)
        text = workbook.add_format({"num_format": "@", "valign": "top"})
        head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
        widths = [len(column.heading) for column in columns]
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.heading, head)
            if column.note:
                sheet.write_comment(0, place, column.note)
        count = 0
        for count, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                sheet.write_string(count, place, _clean(value), text)
                widths[place] = max(widths[place], len(value))
        for place, column in enumerate(columns):
            width = min(max(widths[place] + 2, _NARROWEST), _WIDEST)
            sheet.set_column(place, place, width, text)
            if column.choices:
                sheet.data_validation(
                    1, place, count + spare_rows, place, {"validate": "list", "source": list(column.choices)}
                )
        sheet.freeze_panes(1, 0)
        if count:
            sheet.autofilter(0, 0, count, len(columns) - 1)
    return buffer.getvalue()


def make_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Commas, UTF-8 with the mark that spreadsheet programs look for; an apostrophe before what could be a formula."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_guard(heading) for heading in headings])
    writer.writerows([_guard(value) for value in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _guard(value: str) -> str:
    value = _clean(value)
    return f"'{value}" if value.startswith(_FORMULA_SIGNS) else value


def _clean(value: str) -> str:
    """Without control characters, which no spreadsheet file can hold."""
    return "".join(letter for letter in value if letter >= " " or letter in "\t\n\r")
