"""Which kind an item of a sheet is: as its row says, or as its filled cells show."""

from __future__ import annotations

from question_bank.items import ItemKind
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.choice_keys import find_choice
from question_bank.readers.spreadsheet.columns import KEY, KIND, OPTION_FIELDS
from question_bank.readers.spreadsheet.option_cells import OptionCells, are_true_and_false
from question_bank.readers.spreadsheet.row_texts import RowTexts
from question_bank.readers.spreadsheet.words import KIND_WORDS, find_kind, find_truth

TAKEN_FOR = N_("the kind is not stated; it was taken for “%(kind)s”")


def find_item_kind(row: RowTexts, cells: OptionCells, *, has_rows: bool) -> ItemKind:
    """The kind of the item; a guess and a word that is not known are noted."""
    stated = row.get_plain(KIND)
    kind = find_kind(stated) if stated else None
    if stated and kind is None:
        row.notes.refuse(KIND, N_("the kind “%(text)s” is not known"), text=stated[:60])
    if kind is None:
        return _guess(row, cells, has_rows=has_rows, is_silent=bool(stated))
    if kind is ItemKind.TRUE_FALSE and cells.texts and not are_true_and_false(cells):
        message = N_("a true/false item with options of its own was taken for a single choice")
        row.notes.warn(OPTION_FIELDS[0], message, of="options")
        return ItemKind.SINGLE_CHOICE
    return kind


def _guess(row: RowTexts, cells: OptionCells, *, has_rows: bool, is_silent: bool) -> ItemKind:
    key = row.get_plain(KEY)
    kind = ItemKind.SINGLE_CHOICE
    if has_rows:
        kind = ItemKind.MATCHING
    elif are_true_and_false(cells) or (key and not cells.texts and find_truth(key) is not None):
        kind = ItemKind.TRUE_FALSE
    elif cells.texts:
        if len(find_choice(key, cells.list_plain(), cells.get_places()).positions) > 1:
            kind = ItemKind.MULTIPLE_CHOICE
    elif key and len(key) > 1:
        # One letter or figure alone is the key of options that are missing, not an answer to be typed.
        kind = ItemKind.SHORT_ANSWER
    if kind is not ItemKind.SINGLE_CHOICE and not is_silent:
        row.notes.warn(KIND, TAKEN_FOR, kind=KIND_WORDS[kind])
    return kind
