"""Sheets written in the fonts from before Unicode (.VnTime, VNI-Times): their texts are turned into Unicode."""

from __future__ import annotations

from question_bank.readers.legacy_fonts import Encoding, convert_text, detect_encoding, find_font_encoding
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.grid import Cell, Sheet, Workbook

CONVERTED = N_("the text was in an old font and was turned into Unicode; check the accents")
NOT_CONVERTED = N_("the text is in an old font that is not known; turn it into Unicode first")
_SAMPLE_CELLS = 200


def convert_workbook(workbook: Workbook) -> None:
    """Convert in place. Cells whose font says it are converted; without such fonts, a sheet that reads like it."""
    for sheet in workbook.sheets:
        by_font: dict[str, Encoding | None] = {}
        guessed = detect_encoding(" ".join(_list_sample(sheet)))
        for row in sheet.rows.values():
            for cell in row.values():
                if cell.font not in by_font:
                    by_font[cell.font] = find_font_encoding(cell.font)
                encoding = by_font[cell.font] or guessed
                if encoding is not None and not cell.text.isascii():
                    _convert_cell(cell, encoding)


def _list_sample(sheet: Sheet) -> list[str]:
    sample: list[str] = []
    for row in sheet.rows.values():
        sample += [cell.text[:200] for cell in row.values() if not cell.text.isascii()]
        if len(sample) > _SAMPLE_CELLS:
            break
    return sample


def _convert_cell(cell: Cell, encoding: Encoding) -> None:
    text = convert_text(cell.text, encoding)
    if encoding is Encoding.OTHER:
        cell.issue, cell.is_broken = NOT_CONVERTED, True
    elif text != cell.text:
        cell.text, cell.markup = text, convert_text(cell.markup, encoding) if cell.markup else ""
        cell.issue = cell.issue or CONVERTED
