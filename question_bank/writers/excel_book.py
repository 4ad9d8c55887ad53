"""The xlsx file of items while it is written: sheets of items, of pictures and of instructions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from question_bank.formatted_text import list_pictures
from question_bank.items import Item
from question_bank.pictures import Picture
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.columns import (
    EXPLANATION,
    FORMAT,
    HEADINGS,
    KEY,
    KIND,
    LEVEL,
    MINDS_ACCENTS,
    MINDS_CASE,
    SCORING,
    STEM,
)
from question_bank.readers.spreadsheet.rich_text import TAGS
from question_bank.readers.spreadsheet.words import (
    ALL_OR_NOTHING,
    HTML_FORMAT,
    KIND_WORDS,
    LEVEL_WORDS,
    NO,
    PARTIAL,
    TEXT_FORMAT,
    YES,
)
from question_bank.readers.spreadsheet.workbook import HELP_SHEET, PICTURES_SHEET
from question_bank.writers import CannotWrite
from question_bank.writers.excel_cells import make_cells, name_item
from question_bank.writers.excel_guide import GUIDE
from question_bank.writers.excel_text import CellContent

LONGEST_CELL = 32_767
"""Characters: what Excel takes."""
EMPTY_ROWS = 2000
"""Rows of the template that offer the choices of a column."""
_CHOICES: dict[str, Sequence[str]] = {
    KIND: tuple(KIND_WORDS.values()),
    LEVEL: tuple(LEVEL_WORDS.values()),
    SCORING: (ALL_OR_NOTHING, PARTIAL),
    MINDS_CASE: (YES, NO),
    MINDS_ACCENTS: (YES, NO),
    FORMAT: (TEXT_FORMAT, HTML_FORMAT),
}
_WIDTHS = {STEM: 60, EXPLANATION: 40, KEY: 16, KIND: 16}
_WIDTH, _PICTURE_HEIGHT = 20, 150
"""Of other columns in characters; of a picture as it is shown, in pixels."""
_TAG_PROPERTIES: dict[str, dict[str, object]] = {
    "strong": {"bold": True},
    "em": {"italic": True},
    "u": {"underline": 1},
    "sup": {"font_script": 1},
    "sub": {"font_script": 2},
}


class ExcelBook:
    """An xlsx file while it is written."""

    def __init__(self) -> None:
        self._output = BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(self._output, options)
        # The format "@" keeps what people type later ("1,3", "1/7") from becoming a number or a date.
        self._cell = self._book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        self._heading = self._book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "border": 1,
                "bg_color": "#E8EEF4",
                "num_format": "@",
            }
        )
        self._runs: dict[frozenset[str], Format] = {}

    def add_items(self, name: str, items: Sequence[Item], picture_names: Mapping[str, str]) -> None:
        """A sheet with the headings, a row for each item, and the choices of the columns that have some."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        places = {field: column for column, field in enumerate(HEADINGS)}
        for field, column in places.items():
            sheet.set_column(column, column, _WIDTHS.get(field, _WIDTH), self._cell)
            sheet.write_string(0, column, HEADINGS[field], self._heading)
        for row, item in enumerate(items, start=1):
            for field, content in make_cells(item, picture_names).items():
                if len(content.text) > LONGEST_CELL:
                    raise CannotWrite(N_("a text is longer than a cell of Excel can hold"), item, name_item(item))
                self._write(sheet, row, places[field], content)
        for field, choices in _CHOICES.items():
            last = max(len(items), EMPTY_ROWS)
            rule = {"validate": "list", "source": list(choices), "error_type": "warning", "ignore_blank": True}
            sheet.data_validation(1, places[field], last, places[field], rule)

    def add_pictures(self, items: Sequence[Item], pictures: Mapping[str, Picture], names: Mapping[str, str]) -> None:
        """A sheet with the name and the picture in each row."""
        owners = {digest: item for item in items for digest in list_pictures(*item.list_texts())}
        sheet = self._book.add_worksheet(PICTURES_SHEET)
        sheet.set_column(0, 0, 14, self._cell)
        sheet.set_column(1, 1, 60)
        sheet.write_string(0, 0, "Tên hình", self._heading)
        sheet.write_string(0, 1, "Hình", self._heading)
        for row, (digest, name) in enumerate(names.items(), start=1):
            sheet.set_row_pixels(row, _PICTURE_HEIGHT + 4)
            sheet.write_string(row, 0, name, self._cell)
            try:
                self._insert(sheet, row, pictures[digest])
            except (XlsxWriterException, ValueError, IndexError, KeyError, ZeroDivisionError):
                item = owners[digest]
                message = N_("a picture of the item is of a kind that Excel does not take")
                raise CannotWrite(message, item, name_item(item)) from None

    def add_guide(self) -> None:
        """The sheet of instructions."""
        sheet = self._book.add_worksheet(HELP_SHEET)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 110)
        bold = self._book.add_format({"bold": True, "valign": "top"})
        wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        for row, (left, right) in enumerate(GUIDE):
            sheet.write_string(row, 0, left, bold)
            sheet.write_string(row, 1, right, wrapped)

    def close(self) -> bytes:
        """The finished file."""
        self._book.close()
        return self._output.getvalue()

    def _insert(self, sheet: Worksheet, row: int, picture: Picture) -> None:
        options = {"image_data": BytesIO(picture.content), "object_position": 2, "x_offset": 2, "y_offset": 2}
        # The name only has to end in something that the library knows; it looks into the content.
        if sheet.insert_image(row, 1, f"{picture.digest}.png", options) != 0:
            raise ValueError("the picture was not taken")

    def _write(self, sheet: Worksheet, row: int, column: int, content: CellContent) -> None:
        if not content.runs:
            sheet.write_string(row, column, content.text, self._cell)
            return
        pieces: list[object] = []
        for run in content.runs:
            pieces += [self._get_format(run.tags), run.text] if run.tags else [run.text]
        if sheet.write_rich_string(row, column, *pieces, self._cell) != 0:
            raise AssertionError("a formatted text was not written")

    def _get_format(self, tags: frozenset[str]) -> Format:
        if tags not in self._runs:
            properties: dict[str, object] = {}
            for tag in TAGS:
                if tag in tags:
                    properties.update(_TAG_PROPERTIES[tag])
            self._runs[tags] = self._book.add_format(properties)
        return self._runs[tags]
