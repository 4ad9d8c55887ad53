"""One sheet with headings as in our own template: which rows are questions, and what the others are."""

from __future__ import annotations

import re

from question_bank.formatted_text import normalise_text
from question_bank.readers.report import ItemDefaults, Place, PlaceKind
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.columns import (
    ARTICLE,
    CODE,
    EXPLANATION,
    KEY,
    KIND,
    LEVEL,
    NUMBER,
    OPTION_FIELDS,
    OPTION_LIST,
    ROW_FIELDS,
    SOURCE,
    STEM,
    TOPIC,
    VALID_FROM,
    VALID_UNTIL,
)
from question_bank.readers.spreadsheet.findings import Findings
from question_bank.readers.spreadsheet.grid import Row, Sheet, name_column
from question_bank.readers.spreadsheet.headings import Headings, is_repeated
from question_bank.readers.spreadsheet.notes import Notes
from question_bank.readers.spreadsheet.row_texts import RowTexts
from question_bank.readers.spreadsheet.template_row import read_template_row

_FILLED_DOWN = (TOPIC, LEVEL, KIND, SOURCE, ARTICLE, VALID_FROM, VALID_UNTIL)
"""Fields that people merge over the rows of several questions."""
_TELLING = (STEM, KEY, OPTION_LIST, EXPLANATION, *OPTION_FIELDS, *ROW_FIELDS)
"""Fields of which one at least is filled in the row of a question."""
_SECTION = re.compile(
    r"\s*(?:chuyên đề|chủ đề|phần|chương|mục|lĩnh vực|topic|part|section|chapter|[IVX]{1,5}\s*[.)/-])", re.I
)
_SECTION_NUMBER = re.compile(
    r"^\s*(?:(?:chuyên đề|chủ đề|lĩnh vực|phần|chương|mục|topic|part|section|chapter)?\s*"
    r"(?:\d{1,2}|[IVX]{1,5})?\s*[.):/–-]+)\s*",
    re.IGNORECASE,
)
_ROW_NUMBER = re.compile(r"\W*(?:câu)?\W*\d*\W*", re.IGNORECASE)
_MOST_FILLED = 300_000


def read_template_sheet(sheet: Sheet, headings: Headings, topic: str, defaults: ItemDefaults, found: Findings) -> None:
    """Add the items of the sheet to the findings."""
    _report_columns(sheet, headings, found)
    filled = _fill_down(sheet, headings)
    pictures: dict[int, dict[int, list[bytes]]] = {}
    for (row, column), contents in sheet.pictures.items():
        pictures.setdefault(row, {})[column] = contents
    section = topic
    for number in sorted({*sheet.rows, *pictures}):
        if number <= headings.last:
            continue
        cells = sheet.rows.get(number, {})
        lying = _move_to_fields(pictures.get(number, {}), headings)
        place = Place(PlaceKind.ROW, number, sheet.name)
        fields = {name for name, column in headings.columns.items() if column in cells or column in lying}
        heading = _find_section(cells, fields, headings)
        if heading is not None and not lying:
            section = heading
            found.warn(
                place, TOPIC, N_("“%(text)s” was taken as the topic of the questions below it"), text=heading[:80]
            )
        elif cells and not lying and is_repeated(sheet, number, headings):
            continue
        elif not cells and lying:
            found.refuse(place, "picture", N_("a picture belongs to no question"))
        elif not fields.intersection(_TELLING):
            _report_other_row(place, cells, fields, found)
        else:
            notes = Notes(sheet.name, number, headings.columns)
            if number in sheet.hidden_rows:
                notes.warn("", N_("the row is hidden in the sheet"), of="row")
            _note_moved(notes, pictures.get(number, {}), headings)
            texts = RowTexts(
                cells, headings.columns, notes, found.store, filled.get(number, {}), lying, found.picture_names
            )
            found.add_item(read_template_row(texts, section, defaults), notes.locate(CODE))


def _report_columns(sheet: Sheet, headings: Headings, found: Findings) -> None:
    for column, text in {**headings.unknown, **headings.repeated}.items():
        place = Place(PlaceKind.ROW, headings.first, sheet.name, name_column(column))
        if column in headings.repeated:
            message = N_("the column “%(text)s” means the same as another one and was not read")
        else:
            message = N_("the column “%(text)s” is not known and was not read")
        found.warn(place, "heading", message, text=text[:60])
    known = {*headings.columns.values(), *headings.unknown, *headings.repeated}
    unnamed = sorted({column for row, cells in sheet.rows.items() if row > headings.last for column in cells} - known)
    for column in unnamed:
        place = Place(PlaceKind.ROW, headings.first, sheet.name, name_column(column))
        found.warn(place, "heading", N_("a column without a heading was not read"))
    for column in sorted(sheet.hidden_columns.intersection(headings.columns.values())):
        place = Place(PlaceKind.ROW, headings.first, sheet.name, name_column(column))
        found.warn(place, "heading", N_("a hidden column was read"))
    if sheet.formulas:
        message = N_("%(count)s cells hold formulas; their last results were read")
        found.warn(Place(part=sheet.name), "file", message, count=sheet.formulas)


def _fill_down(sheet: Sheet, headings: Headings) -> dict[int, Row]:
    """The cells that are merged over several rows, for the rows below their first."""
    columns = {headings.columns[name] for name in _FILLED_DOWN if name in headings.columns}
    last = max(sheet.rows, default=0)
    filled: dict[int, Row] = {}
    left = _MOST_FILLED
    for top, column, bottom, _ in sheet.merges:
        cell = sheet.rows.get(top, {}).get(column)
        if column not in columns or cell is None or top <= headings.last:
            continue
        for number in range(top + 1, min(bottom, last) + 1):
            filled.setdefault(number, {})[column] = cell
            left -= 1
            if left < 0:
                return filled
    return filled


def _find_section(cells: Row, fields: set[str], headings: Headings) -> str | None:
    """The text of a row that is a heading for the questions below: one cell alone, outside of the columns that a
    question alone could have filled, or worded like a heading."""
    if len(cells) != 1:
        return None
    text = " ".join(normalise_text(next(iter(cells.values())).text).split())
    if not fields <= {STEM, NUMBER, CODE, KIND, TOPIC} or not _SECTION.match(text) or text.endswith(("?", ":")):
        return None
    if fields == {TOPIC} and len(headings.columns) > 1:
        return None
    return _SECTION_NUMBER.sub("", text) or text


def _report_other_row(place: Place, cells: Row, fields: set[str], found: Findings) -> None:
    alone = " ".join(cell.text for cell in cells.values())
    if not fields - {NUMBER} and len(cells) == len(fields) and _ROW_NUMBER.fullmatch(alone):
        # A row that is numbered and waits for its question.
        return
    text = " | ".join(" ".join(cell.text[:80].split()) for _, cell in sorted(cells.items()))
    if fields - {NUMBER}:
        found.pass_over(place, N_("a row without stem, options and key was passed over: %(text)s"), text)
    else:
        found.pass_over(place, N_("a row that is no question was passed over: %(text)s"), text)


def _move_to_fields(pictures: dict[int, list[bytes]], headings: Headings) -> dict[int, list[bytes]]:
    """Pictures that lie on a column of formatted text stay; any other belongs to the stem."""
    takers = {
        headings.columns[name] for name in (STEM, EXPLANATION, *OPTION_FIELDS, *ROW_FIELDS) if name in headings.columns
    }
    moved: dict[int, list[bytes]] = {}
    for column, contents in sorted(pictures.items()):
        moved.setdefault(column if column in takers else headings.columns[STEM], []).extend(contents)
    return moved


def _note_moved(notes: Notes, pictures: dict[int, list[bytes]], headings: Headings) -> None:
    for column in sorted(set(pictures) - set(_move_to_fields(pictures, headings))):
        message = N_("a picture over column %(column)s was put into the stem")
        notes.warn(STEM, message, column=name_column(column))
