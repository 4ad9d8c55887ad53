"""One row of our own template, or of any sheet with headings of that kind, as an item."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache

from question_bank.items import TRUE_FALSE_OPTIONS, Item, ItemKind, LegalSource, Level, Option
from question_bank.keys import Key, OrderingKey
from question_bank.readers.report import ItemDefaults, ReadItem
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.assembling import finish_item
from question_bank.readers.spreadsheet.columns import (
    ARTICLE,
    CODE,
    EXPLANATION,
    KEY,
    KIND,
    LEVEL,
    ROW_FIELDS,
    SOURCE,
    STEM,
    TOPIC,
    URL,
    VALID_FROM,
    VALID_UNTIL,
)
from question_bank.readers.spreadsheet.item_keys import (
    find_named_options,
    read_choice_key,
    read_other_key,
    read_partial,
    read_truth_key,
)
from question_bank.readers.spreadsheet.kinds import find_item_kind
from question_bank.readers.spreadsheet.option_cells import OptionCells, make_options, read_options, read_rows
from question_bank.readers.spreadsheet.row_texts import RowTexts
from question_bank.readers.spreadsheet.words import find_level

_QUESTION_NUMBER = re.compile(r"\s*(?:câu|question)\s*(?:hỏi)?\s*(?:số)?\s*\d{1,4}\s*[.:)]\s*(?=\S)", re.IGNORECASE)

_PLAIN_FIELDS = (CODE, KIND, TOPIC, LEVEL, SOURCE, ARTICLE, URL, VALID_FROM, VALID_UNTIL)


def read_template_row(row: RowTexts, topic: str, defaults: ItemDefaults) -> ReadItem:
    """The item of a row. ``topic`` is what the sheet or a heading above the row says, for a row that says none."""
    row.read_format()
    for name in _PLAIN_FIELDS:
        cell = row.find_cell(name)
        if cell is not None and cell.is_broken:
            row.notes.check_cell(name, cell)
    stem = row.read(STEM, prefix=_find_stem_prefix(row))
    cells = read_options(row)
    rows, row_places = read_rows(row)
    kind = find_item_kind(row, cells, has_rows=bool(rows))
    options, key = _read_key(row, kind, cells, row_places)
    if rows and kind is not ItemKind.MATCHING:
        row.notes.warn(ROW_FIELDS[0], N_("the left side of pairs was left out: this is no matching item"), of="rows")
        rows = ()
    item = Item(
        code=row.get_name(CODE),
        kind=kind,
        topic=row.get_name(TOPIC) or topic or defaults.topic,
        level=_read_level(row, defaults.level),
        stem=stem,
        options=options,
        key=key,
        explanation=row.read(EXPLANATION),
        source=_read_source(row),
        rows=rows,
    )
    return finish_item(item, row.notes)


def _find_stem_prefix(row: RowTexts) -> re.Pattern[str] | None:
    cell = row.find_cell(STEM)
    if row.is_exact or cell is None:
        return None
    found = _QUESTION_NUMBER.match(cell.text)
    if found is None or (cell.markup and not _QUESTION_NUMBER.match(cell.markup)):
        return None
    row.notes.warn(STEM, N_("“%(text)s” before the stem was left out"), text=found[0].strip())
    return _QUESTION_NUMBER


def _read_key(
    row: RowTexts, kind: ItemKind, cells: OptionCells, row_places: Mapping[int, int]
) -> tuple[tuple[Option, ...], Key | None]:
    if kind is ItemKind.TRUE_FALSE:
        return TRUE_FALSE_OPTIONS, read_truth_key(row, cells)
    if kind in (ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE):
        return make_options(row, cells), read_choice_key(row, kind, cells)
    if kind is ItemKind.ORDERING:
        return _read_ordering(row, cells)
    if kind is ItemKind.MATCHING:
        return make_options(row, cells), read_other_key(row, kind, cells, dict(row_places))
    if cells.texts:
        row.notes.warn(cells.fields[0], N_("the options were left out: an item of this kind has none"), of="options")
    return (), read_other_key(row, kind, OptionCells(), {})


def _read_ordering(row: RowTexts, cells: OptionCells) -> tuple[tuple[Option, ...], Key | None]:
    """Without a key the options stand in the right order; with one ("C, A, B") they are put into it."""
    options = make_options(row, cells)
    if not row.has(KEY):
        return options, OrderingKey(read_partial(row))
    choice = find_named_options(row, cells)
    if choice is None:
        return options, None
    if sorted(choice.positions) != list(range(len(options))):
        row.notes.refuse(KEY, N_("the key must name every option once, in the right order"))
        return options, None
    if list(choice.positions) != sorted(choice.positions):
        row.notes.warn(KEY, N_("the options were put into the order that the key gives"))
    return tuple(options[position] for position in choice.positions), OrderingKey(read_partial(row))


def _read_level(row: RowTexts, default: Level) -> Level:
    text = row.get_plain(LEVEL)
    if not text:
        return default
    level, is_own_word = find_level(text)
    if level is None:
        row.notes.warn(LEVEL, N_("the level “%(text)s” is not known; the default was taken"), text=text[:60])
        return default
    if not is_own_word:
        row.notes.warn(LEVEL, N_("the level “%(text)s” was taken for the nearest one"), text=text[:60])
    return level


def _read_source(row: RowTexts) -> LegalSource:
    url = row.get_plain(URL)
    if url and not url.lower().startswith(("http://", "https://")):
        row.notes.warn(URL, N_("“%(text)s” is no address of a web page and was left out"), text=url[:60])
        url = ""
    source = LegalSource(row.get_lines(SOURCE).strip(), row.get_lines(ARTICLE).strip() or None, url or None)
    return dataclasses.replace(source, valid_from=_read_date(row, VALID_FROM), valid_until=_read_date(row, VALID_UNTIL))


def _read_date(row: RowTexts, name: str) -> date | None:
    text = row.get_plain(name)
    day = parse_day(text) if text else None
    if text and day is None:
        row.notes.refuse(name, N_("“%(text)s” is not a date (dd/mm/yyyy)"), text=text[:60])
    return day


@lru_cache(maxsize=1024)
def parse_day(text: str) -> date | None:
    """The day that a text names, day before month."""
    for pattern in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y %H:%M"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    return None
