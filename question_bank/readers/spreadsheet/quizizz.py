"""The spreadsheet of Quizizz (now Wayground): options 1 to 5, the numbers of the right ones, and a type per question.

The layout was read off public files of that kind; the second row of its template explains the headings.
"""

from __future__ import annotations

from question_bank.formatted_text import fold_accents
from question_bank.items import Item, ItemKind, Option
from question_bank.keys import AcceptedText, EssayKey, Key, TextKey
from question_bank.readers.report import ItemDefaults, Place
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.assembling import finish_item, pin_options
from question_bank.readers.spreadsheet.columns import EXPLANATION, KEY, KIND, OPTION_FIELDS, STEM, name_option
from question_bank.readers.spreadsheet.findings import Findings
from question_bank.readers.spreadsheet.grid import Sheet
from question_bank.readers.spreadsheet.headings import Headings, list_first_rows
from question_bank.readers.spreadsheet.item_keys import read_choice_key
from question_bank.readers.spreadsheet.notes import Notes
from question_bank.readers.spreadsheet.option_cells import OptionCells, read_options
from question_bank.readers.spreadsheet.row_texts import RowTexts

_ROWS_LOOKED_AT = 20
_TIME, _PICTURE = "time", "picture"
_HEADINGS = {
    "question text": STEM,
    "question type": KIND,
    "correct answer": KEY,
    "time in seconds": _TIME,
    "image link": _PICTURE,
    "answer explanation": EXPLANATION,
    **{f"option {number}": name_option(number - 1) for number in range(1, 11)},
}
_KINDS = {
    "": ItemKind.SINGLE_CHOICE,
    "multiple choice": ItemKind.SINGLE_CHOICE,
    "checkbox": ItemKind.MULTIPLE_CHOICE,
    "fill-in-the-blank": ItemKind.SHORT_ANSWER,
    "fill in the blank": ItemKind.SHORT_ANSWER,
    "open-ended": ItemKind.ESSAY,
    "open ended": ItemKind.ESSAY,
}


def find_quizizz(sheet: Sheet) -> Headings | None:
    """Where the columns are, or None for a sheet of another layout."""
    for row in list_first_rows(sheet)[:_ROWS_LOOKED_AT]:
        found = Headings(row, row, layout="quizizz")
        for column, cell in sheet.rows[row].items():
            name = _HEADINGS.get(" ".join(fold_accents(cell.text[:60]).split()))
            if name is not None:
                found.columns.setdefault(name, column)
        if {STEM, KEY, _TIME, OPTION_FIELDS[0], OPTION_FIELDS[1]} <= found.columns.keys():
            return found
    return None


def read_quizizz_sheet(sheet: Sheet, headings: Headings, defaults: ItemDefaults, found: Findings) -> None:
    """Add the items of the sheet to the findings."""
    has_times = False
    for number in sorted(sheet.rows):
        cells = sheet.rows[number]
        fields = {name for name, column in headings.columns.items() if column in cells}
        if number <= headings.last or not fields - {_TIME, KIND}:
            continue
        notes = Notes(sheet.name, number, headings.columns)
        row = RowTexts(cells, headings.columns, notes, found.store)
        if row.get_plain(STEM).lower().startswith("text of the question"):
            continue
        has_times |= _TIME in fields
        found.add_item(finish_item(_read_item(row, defaults), notes), notes.locate())
    if has_times:
        message = N_("the time limits of single questions were left out; a round has one limit")
        found.warn(Place(part=sheet.name), "file", message)


def _read_item(row: RowTexts, defaults: ItemDefaults) -> Item:
    stated = row.get_plain(KIND)
    kind = _KINDS.get(fold_accents(stated))
    if kind is None:
        # Polls have no right option; drawings, matches and the like have their parts in other places.
        row.notes.refuse(KIND, N_("the kind “%(text)s” is not known"), text=stated[:60])
    if row.has(_PICTURE):
        message = N_("the picture at %(text)s was left out; put it into the stem")
        row.notes.warn(_PICTURE, message, of="picture", text=row.get_plain(_PICTURE)[:200])
    stem = row.read(STEM)
    cells = read_options(row)
    options, key = _read_key(row, kind or ItemKind.SINGLE_CHOICE, cells)
    explanation = row.read(EXPLANATION)
    return Item(
        "", kind or ItemKind.SINGLE_CHOICE, defaults.topic, defaults.level, stem, options, key, explanation=explanation
    )


def _read_key(row: RowTexts, kind: ItemKind, cells: OptionCells) -> tuple[tuple[Option, ...], Key | None]:
    if kind is ItemKind.ESSAY:
        return (), EssayKey()
    if kind is ItemKind.SHORT_ANSWER:
        answers = tuple(AcceptedText(text) for text in cells.list_plain())
        return (), TextKey(answers) if answers else None
    return pin_options(cells.texts, cells.fields, row.notes), read_choice_key(row, kind, cells)
