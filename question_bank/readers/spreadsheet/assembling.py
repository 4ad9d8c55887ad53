"""What all layouts of spreadsheets share: options pinned by wording, and an item checked and put with its problems."""

from __future__ import annotations

from collections.abc import Sequence

from question_bank.formatted_text import FormattedText
from question_bank.item_rules import find_item_problems
from question_bank.items import OPTION_LABELS, Item, Option
from question_bank.readers.pinning import find_pinned
from question_bank.readers.report import ReadItem, Severity
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.columns import KEY, OPTION_FIELDS, ROW_FIELDS
from question_bank.readers.spreadsheet.notes import Notes

_FIELDS_OF_RULES = {"options": OPTION_FIELDS[0], "rows": ROW_FIELDS[0]}
PINNED_BY_WORDING = N_("option %(label)s keeps its place because of its wording")


def pin_options(texts: Sequence[FormattedText], fields: Sequence[str], notes: Notes) -> tuple[Option, ...]:
    """The options, those that speak of others pinned and said to be so. ``fields`` are their columns."""
    pinned = find_pinned(texts)
    for position in sorted(pinned):
        notes.warn(fields[position], PINNED_BY_WORDING, of="options", label=name_label(position))
    return tuple(Option(text, position in pinned) for position, text in enumerate(texts))


def name_label(position: int) -> str:
    """The letter of an option; a number for those beyond the letters."""
    return OPTION_LABELS[position] if position < len(OPTION_LABELS) else str(position + 1)


def finish_item(item: Item, notes: Notes) -> ReadItem:
    """The item with its problems, those of the rules for items added. What was said about the key is not said twice."""
    is_key_said = any(found.field == KEY and found.severity is Severity.ERROR for found in notes.problems)
    for problem in find_item_problems(item):
        if not (problem.field == KEY and is_key_said):
            column = _FIELDS_OF_RULES.get(problem.field, problem.field)
            notes.refuse(column, problem.message, of=problem.field)
    return ReadItem(item, notes.locate(), tuple(notes.problems))
