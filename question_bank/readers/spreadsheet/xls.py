"""Reads xls files (Excel 97 to 2003) through xlrd, which knows how their cells look as well."""

from __future__ import annotations

import io
from typing import Any

import xlrd
from xlrd.biffh import XLRDError

from question_bank.readers.opening import WrongFile
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.grid import MOST_COLUMNS, MOST_SHEETS, Budget, Cell, Sheet, Workbook
from question_bank.readers.spreadsheet.number_formats import show_number
from question_bank.readers.spreadsheet.rich_text import Run, to_markup
from question_bank.readers.spreadsheet.xlsx_sheet import ERROR_VALUE

LARGEST_XLS = 8 * 1024 * 1024
"""Bytes: what is read within the time allowed. 10,000 items are about 6 MB."""


def read_xls(content: bytes) -> Workbook:
    """All sheets. Raises WrongFile for what is damaged, protected or too large."""
    if len(content) > LARGEST_XLS:
        raise WrongFile(N_("the old format of Excel (.xls) is taken up to 8 MB; save the file as .xlsx"))
    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, ragged_rows=True, on_demand=True, logfile=io.StringIO()
        )
        if book.nsheets > MOST_SHEETS:
            raise WrongFile(N_("the file has too many sheets"))
        budget = Budget()
        return Workbook([_read_sheet(book, number, budget) for number in range(book.nsheets)])
    except WrongFile:
        raise
    except XLRDError as error:
        if "encrypted" in str(error):
            raise WrongFile(N_("the file is protected by a password; save it without one")) from None
        raise WrongFile(N_("the file is damaged or of another kind than its name says")) from None
    except Exception as error:  # the library trusts the file: a damaged one makes it fail in any way
        raise WrongFile(N_("the file is damaged or of another kind than its name says")) from error


def _read_sheet(book: Any, number: int, budget: Budget) -> Sheet:
    source = book.sheet_by_index(number)
    sheet = Sheet(source.name, is_hidden=source.visibility != 0)
    for row in range(source.nrows):
        budget.take_row()
        for column in range(min(source.row_len(row), MOST_COLUMNS)):
            cell = _make_cell(book, source, row, column)
            if cell is not None:
                budget.take_cell(cell)
                sheet.rows.setdefault(row + 1, {})[column] = cell
    sheet.hidden_rows = {row + 1 for row, info in source.rowinfo_map.items() if info.hidden}
    sheet.hidden_columns = {column for column, info in source.colinfo_map.items() if info.hidden}
    sheet.merges = [(top + 1, left, bottom, right - 1) for top, bottom, left, right in source.merged_cells]
    book.unload_sheet(number)
    return sheet


def _make_cell(book: Any, source: Any, row: int, column: int) -> Cell | None:
    kind, value = source.cell_type(row, column), source.cell_value(row, column)
    style = book.xf_list[source.cell_xf_index(row, column)]
    font = book.font_list[style.font_index].name
    if kind == xlrd.XL_CELL_TEXT:
        if not value.strip():
            return None
        return Cell(value, _find_markup(book, source.rich_text_runlist_map.get((row, column)), style, value), font=font)
    if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        code = book.format_map[style.format_key].format_str
        shown, issue = show_number(repr(value), code, is_1904=book.datemode == 1)
        return Cell(shown, number=repr(value), issue=issue)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return Cell("TRUE" if value else "FALSE")
    if kind == xlrd.XL_CELL_ERROR:
        return Cell(xlrd.error_text_from_code.get(value, "#"), issue=ERROR_VALUE, is_broken=True)
    return None


def _find_markup(book: Any, changes: list[tuple[int, int]] | None, style: Any, text: str) -> str:
    """The text before the first change of font is in the font of the cell, whose emphasis is that of the whole cell."""
    if not changes:
        return ""
    bounds = [(0, None), *((start, font) for start, font in changes if start < len(text))]
    runs = []
    for (start, font), (end, _) in zip(bounds, [*bounds[1:], (len(text), None)], strict=True):
        tags = frozenset() if font is None or font == style.font_index else _list_tags(book.font_list[font])
        runs.append(Run(text[start:end], tags))
    return to_markup(runs) if any(run.tags and run.text.strip() for run in runs) else ""


def _list_tags(font: Any) -> frozenset[str]:
    is_bold = font.bold or font.weight >= 700
    flags = {"strong": is_bold, "em": font.italic, "u": font.underlined or font.underline_type}
    flags |= {"sup": font.escapement == 1, "sub": font.escapement == 2}
    return frozenset(tag for tag, is_on in flags.items() if is_on)
