"""The key of an item from its row, by kind. None, with the reason noted, when the row does not give one."""

from __future__ import annotations

from decimal import Decimal

from question_bank.items import ItemKind
from question_bank.keys import ChoiceKey, EssayKey, Key, MatchingKey, NumberKey, OrderingKey, TextKey
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.choice_keys import Choice, find_choice
from question_bank.readers.spreadsheet.columns import KEY, MINDS_ACCENTS, MINDS_CASE, SCORING, TOLERANCE
from question_bank.readers.spreadsheet.option_cells import OptionCells
from question_bank.readers.spreadsheet.other_keys import parse_any_number, read_numbers, read_pairs, read_texts
from question_bank.readers.spreadsheet.row_texts import RowTexts
from question_bank.readers.spreadsheet.words import find_flag, find_partial, find_truth

MISSING = N_("the key is missing")


def read_choice_key(row: RowTexts, kind: ItemKind, cells: OptionCells) -> ChoiceKey | None:
    """The right options of a single or multiple choice."""
    is_partial = read_partial(row) if kind is ItemKind.MULTIPLE_CHOICE else False
    choice = find_named_options(row, cells)
    if choice is None:
        return None
    if kind is ItemKind.SINGLE_CHOICE and len(choice.positions) > 1:
        row.notes.refuse(KEY, N_("an item of this kind has one right option"))
    if kind is ItemKind.MULTIPLE_CHOICE and len(choice.positions) == 1 and not row.is_exact:
        row.notes.warn(KEY, N_("one right option only, though several can be chosen; check the kind"))
    return ChoiceKey(frozenset(choice.positions), is_partial=is_partial)


def find_named_options(row: RowTexts, cells: OptionCells) -> Choice | None:
    """The options that the key cell names, in its order; None when it names none."""
    cell = row.find_cell(KEY)
    if cell is None or not cell.text.strip():
        row.notes.refuse(KEY, cell.issue if cell is not None and cell.issue else MISSING, text="")
        return None
    is_decimal = bool(cell.number) and "," in cell.text
    choice = find_choice(row.get_lines(KEY), cells.list_plain(), cells.get_places(), is_decimal=is_decimal)
    if not choice.positions:
        row.notes.refuse(KEY, choice.message, text=cell.text[:60])
        return None
    if choice.message:
        row.notes.warn(KEY, choice.message, text=cell.text[:60])
    return choice


def read_truth_key(row: RowTexts, cells: OptionCells) -> ChoiceKey | None:
    """The key of a true/false item: a word for right or wrong, or a letter of the options as the row has them."""
    text = row.get_plain(KEY)
    if not text:
        row.notes.refuse(KEY, MISSING)
        return None
    truth = find_truth(text)
    if truth is None:
        words = cells.list_plain() or ["Đúng", "Sai"]
        places = cells.get_places() or {0: 0, 1: 1}
        choice = find_choice(text, words, places)
        if len(choice.positions) == 1:
            truth = find_truth(words[choice.positions[0]])
            if not cells.texts:
                row.notes.warn(
                    KEY, N_("the key “%(text)s” was taken for “%(word)s”"), text=text[:60], word=words[not truth]
                )
    if truth is None:
        row.notes.refuse(KEY, N_("“%(text)s” is neither right nor wrong"), text=text[:60])
        return None
    return ChoiceKey(frozenset({0 if truth else 1}))


def read_other_key(row: RowTexts, kind: ItemKind, cells: OptionCells, row_places: dict[int, int]) -> Key | None:
    """The key of an item without options to choose from."""
    text = row.get_lines(KEY)
    if kind is ItemKind.ESSAY:
        return EssayKey(text.strip())
    if kind is ItemKind.ORDERING:
        return OrderingKey(read_partial(row))
    cell = row.find_cell(KEY)
    if not text.strip() or cell is None:
        row.notes.refuse(KEY, cell.issue if cell is not None and cell.issue else MISSING, text="")
        return None
    if kind is ItemKind.MATCHING:
        pairs = read_pairs(text, cells.get_places(), row_places)
        if pairs is None:
            row.notes.refuse(KEY, N_("the key must give each row an option, as in “1-C; 2-A; 3-B”"))
            return None
        return MatchingKey(pairs, read_partial(row))
    if kind is ItemKind.SHORT_ANSWER:
        row.notes.check_cell(KEY, cell)
        flags = {MINDS_CASE: False, MINDS_ACCENTS: True}
        minds = {name: _read_flag(row, name, default) for name, default in flags.items()}
        return TextKey(read_texts(text), minds_case=minds[MINDS_CASE], minds_accents=minds[MINDS_ACCENTS])
    return _read_number_key(row, text, cell.number, cell.text)


def _read_number_key(row: RowTexts, text: str, stored: str, shown: str) -> NumberKey | None:
    tolerance = Decimal(0)
    cell = row.find_cell(TOLERANCE)
    if cell is not None:
        found = _parse_stored(cell.number) if cell.number else parse_any_number(row.get_plain(TOLERANCE).lstrip("± "))
        if found is None:
            row.notes.refuse(TOLERANCE, N_("“%(text)s” is not a number"), text=cell.text[:60])
        tolerance = found or tolerance
    if stored:
        # The number itself and not how it is shown, which may be rounded.
        text = format(_parse_stored(stored) or Decimal(0), "f").replace(".", ",")
        if shown.endswith("%"):
            message = N_("the key is shown as %(text)s and is the number %(number)s")
            row.notes.warn(KEY, message, text=shown[:60], number=text)
    numbers, wrong = read_numbers(text, tolerance)
    if wrong:
        row.notes.refuse(KEY, N_("“%(text)s” is not a number"), text=wrong[:60])
        return None
    return NumberKey(numbers)


def _parse_stored(stored: str) -> Decimal | None:
    try:
        return Decimal(format(float(stored), ".15g"))
    except (ValueError, ArithmeticError):
        return None


def read_partial(row: RowTexts) -> bool:
    """Whether each part of a response counts for itself."""
    text = row.get_plain(SCORING)
    found = find_partial(text) if text else False
    if found is None:
        row.notes.warn(SCORING, N_("“%(text)s” is not a way of scoring; all parts must be right"), text=text[:60])
    return bool(found)


def _read_flag(row: RowTexts, name: str, default: bool) -> bool:
    text = row.get_plain(name)
    if not text:
        return default
    found = find_flag(text)
    if found is None:
        row.notes.warn(name, N_("“%(text)s” is neither yes nor no"), text=text[:60])
        return default
    return found
