"""The options of a row: from a column each or from one cell with a line each, without labels written into them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from question_bank.formatted_text import FormattedText, from_plain, to_plain
from question_bank.items import TRUE_FALSE_OPTIONS, Option
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.assembling import name_label, pin_options
from question_bank.readers.spreadsheet.choice_keys import find_choice
from question_bank.readers.spreadsheet.columns import OPTION_FIELDS, OPTION_LIST, PINNED, ROW_FIELDS
from question_bank.readers.spreadsheet.row_texts import RowTexts
from question_bank.readers.spreadsheet.words import find_flag

_LINE = re.compile(r"(?:^|\n|(?<=[\s;.]))\s*\*?([A-H])\s*[.):]\s+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class OptionCells:
    """The options' texts, the column of each, and by letter (A is 0) the position of the option that has it."""

    texts: tuple[FormattedText, ...] = ()
    fields: tuple[str, ...] = ()
    places: dict[int, int] | None = None

    def get_places(self) -> dict[int, int]:
        """The positions by letter."""
        return self.places or {}

    def list_plain(self) -> list[str]:
        """The texts without formatting."""
        return [to_plain(text) for text in self.texts]


def read_options(row: RowTexts) -> OptionCells:
    """The options of a row, in the order of their letters."""
    used = [position for position, name in enumerate(OPTION_FIELDS) if row.has(name)]
    if not used:
        return _read_option_list(row)
    for position in range(used[-1]):
        if position not in used:
            row.notes.warn(
                OPTION_FIELDS[position],
                N_("option %(label)s is empty and was left out"),
                of="options",
                label=name_label(position),
            )
    prefixes = _find_prefixes(row, used)
    fields = tuple(OPTION_FIELDS[position] for position in used)
    texts = tuple(row.read(name, of="options", prefix=prefixes.get(name)) for name in fields)
    return OptionCells(texts, fields, {label: position for position, label in enumerate(used)})


def read_rows(row: RowTexts) -> tuple[tuple[FormattedText, ...], dict[int, int]]:
    """The left side of a matching item, and by number (1 is 0) the position of each row."""
    used = [position for position, name in enumerate(ROW_FIELDS) if row.has(name)]
    texts = tuple(row.read(ROW_FIELDS[position], of="rows") for position in used)
    return texts, {label: position for position, label in enumerate(used)}


def make_options(row: RowTexts, cells: OptionCells) -> tuple[Option, ...]:
    """The options, pinned as the row says, or else by their wording."""
    stated = row.get_plain(PINNED)
    if not stated:
        return pin_options(cells.texts, cells.fields, row.notes)
    pinned: tuple[int, ...] = ()
    if find_flag(stated) is not False:
        choice = find_choice(stated, cells.list_plain(), cells.get_places())
        pinned = choice.positions
        if not pinned:
            row.notes.refuse(PINNED, N_("“%(text)s” names no option"), text=stated[:60])
    return tuple(Option(text, position in pinned) for position, text in enumerate(cells.texts))


def are_true_and_false(cells: OptionCells) -> bool:
    """Whether the options are the two of a true/false item, in either order."""
    wanted = sorted(to_plain(option.text).casefold() for option in TRUE_FALSE_OPTIONS)
    return sorted(text.casefold().strip(" .") for text in cells.list_plain()) == wanted


def _find_prefixes(row: RowTexts, used: list[int]) -> dict[str, re.Pattern[str]]:
    """ "A. Huế" in column A, and so in each: the letter is a label and no part of the option."""
    if row.is_exact or len(used) < 2:
        return {}
    prefixes: dict[str, re.Pattern[str]] = {}
    for position in used:
        name = OPTION_FIELDS[position]
        cell = row.find_cell(name)
        label = name_label(position)
        pattern = re.compile(rf"\s*{label}\s*[.):]\s*(?=\S)", re.IGNORECASE)
        if cell is None or not pattern.match(cell.text) or (cell.markup and not pattern.match(cell.markup)):
            return {}
        prefixes[name] = pattern
    row.notes.warn(OPTION_FIELDS[used[0]], N_("the letters before the options were left out"), of="options")
    return prefixes


def _read_option_list(row: RowTexts) -> OptionCells:
    """All options in one cell: after their letters, or else a line each."""
    cell = row.find_cell(OPTION_LIST)
    if cell is None:
        return OptionCells()
    text = row.get_lines(OPTION_LIST).strip()
    row.notes.check_cell(OPTION_LIST, cell, of="options")
    labels = list(_LINE.finditer(text))
    letters = [found[1] for found in labels]
    if (
        len(labels) > 1
        and letters == [name_label(position) for position in range(len(labels))]
        and not labels[0].start()
    ):
        ends = [*(found.start() for found in labels[1:]), len(text)]
        pieces = [text[found.end() : end].strip(" ;\n\t") for found, end in zip(labels, ends, strict=True)]
    else:
        pieces = [line.strip() for line in text.split("\n") if line.strip()]
    if len(pieces) > len(OPTION_FIELDS):
        row.notes.refuse(OPTION_LIST, N_("an item has two to eight options"), of="options")
        pieces = pieces[: len(OPTION_FIELDS)]
    row.notes.warn(OPTION_LIST, N_("the options were taken from one cell; check where each begins"), of="options")
    texts = tuple(from_plain(piece) for piece in pieces)
    return OptionCells(texts, (OPTION_LIST,) * len(texts), {place: place for place in range(len(texts))})
