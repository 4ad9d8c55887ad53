"""Kahoot's spreadsheet: headings in row 8, four answers, and the numbers of the right ones.

The layout was read off public files of that kind; Kahoot publishes it only as a file to fill in.
"""

from __future__ import annotations

import re

from question_bank.formatted_text import fold_accents
from question_bank.items import Item, ItemKind
from question_bank.readers.report import ItemDefaults, Place
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.assembling import finish_item, pin_options
from question_bank.readers.spreadsheet.columns import KEY, NUMBER, OPTION_FIELDS, STEM, name_option
from question_bank.readers.spreadsheet.findings import Findings
from question_bank.readers.spreadsheet.grid import Sheet
from question_bank.readers.spreadsheet.headings import Headings, list_first_rows
from question_bank.readers.spreadsheet.item_keys import read_choice_key
from question_bank.readers.spreadsheet.notes import Notes
from question_bank.readers.spreadsheet.option_cells import read_options
from question_bank.readers.spreadsheet.row_texts import RowTexts

_ROWS_LOOKED_AT = 20
_TIME = "time"
_PATTERNS = (
    (STEM, re.compile(r"question(?:\W+max \d+ char.*)?")),
    (_TIME, re.compile(r"time limit \(sec.*")),
    (KEY, re.compile(r"correct answer\(s\).*")),
)
_ANSWER = re.compile(r"answer (\d)(?:\W+max \d+ char.*)?")
SEVERAL_RIGHT = N_("several options are right; it was made a multiple choice, in which all of them must be chosen")


def find_kahoot(sheet: Sheet) -> Headings | None:
    """Where Kahoot's columns are, or None for a sheet that is not its own."""
    for row in list_first_rows(sheet)[:_ROWS_LOOKED_AT]:
        found = Headings(row, row, layout="kahoot")
        for column, cell in sheet.rows[row].items():
            text = fold_accents(cell.text[:120])
            answer = _ANSWER.fullmatch(text)
            name = next((name for name, pattern in _PATTERNS if pattern.fullmatch(text)), None)
            if answer is not None and answer[1] != "0":
                found.columns.setdefault(name_option(int(answer[1]) - 1), column)
            elif name is not None:
                found.columns.setdefault(name, column)
        if {STEM, _TIME, KEY, OPTION_FIELDS[0], OPTION_FIELDS[1]} <= found.columns.keys():
            return found
    return None


def read_kahoot_sheet(sheet: Sheet, headings: Headings, defaults: ItemDefaults, found: Findings) -> None:
    """Add the items of the sheet to the findings."""
    has_times = False
    for number in sorted(sheet.rows):
        cells = sheet.rows[number]
        fields = {name for name, column in headings.columns.items() if column in cells}
        if number <= headings.last or not fields - {NUMBER, _TIME}:
            continue
        has_times |= _TIME in fields
        notes = Notes(sheet.name, number, headings.columns)
        row = RowTexts(cells, headings.columns, notes, found.store, is_exact=True)
        stem = row.read(STEM)
        options = read_options(row)
        key = read_choice_key(row, ItemKind.MULTIPLE_CHOICE, options) if row.has(KEY) else None
        is_several = key is not None and len(key.right) > 1
        kind = ItemKind.MULTIPLE_CHOICE if is_several else ItemKind.SINGLE_CHOICE
        if is_several:
            notes.warn(KEY, SEVERAL_RIGHT)
        made = pin_options(options.texts, options.fields, notes)
        item = Item("", kind, defaults.topic, defaults.level, stem, made, key)
        found.add_item(finish_item(item, notes), notes.locate())
    if has_times:
        message = N_("the time limits of single questions were left out; a round has one limit")
        found.warn(Place(part=sheet.name), "file", message)
