"""Items: what a question is made of.

Words follow QTI: an *item* has a *stem*, *options*, and a *key* (what is right); the other options are distractors.
When an item is a valid one, ``item_rules`` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from question_bank.formatted_text import FormattedText
from question_bank.keys import Key

MINIMUM_OPTIONS = 2
MAXIMUM_OPTIONS = 8
"""Two to eight options, labelled A to H: the range that Azota's Word standard accepts as well."""

OPTION_LABELS = "ABCDEFGH"


class ItemKind(StrEnum):
    """How a response to the item is given.

    ``key`` and the other parts by kind: single_choice, true_false, multiple_choice: options, ChoiceKey. matching: rows,
    options (some may belong to no row), MatchingKey. ordering: options in the right order, OrderingKey. short_answer:
    TextKey. numerical: NumberKey. essay: EssayKey. What is not named is empty.
    """

    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    TRUE_FALSE = "true_false"
    MATCHING = "matching"
    ORDERING = "ordering"
    SHORT_ANSWER = "short_answer"
    NUMERICAL = "numerical"
    ESSAY = "essay"


CHOICE_KINDS = frozenset({ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE, ItemKind.TRUE_FALSE})
"""Kinds whose key is a ChoiceKey."""
OPTION_KINDS = CHOICE_KINDS | {ItemKind.MATCHING, ItemKind.ORDERING}
"""Kinds that have options."""


class Level(StrEnum):
    """Intended difficulty: the levels of a Vietnamese exam matrix (nhận biết, thông hiểu, vận dụng)."""

    RECOGNISE = "recognise"
    UNDERSTAND = "understand"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an item. A pinned option keeps its place when options are shuffled ("Cả A và B")."""

    text: FormattedText
    is_pinned: bool = False


TRUE_FALSE_OPTIONS = (
    Option(FormattedText("Đúng"), is_pinned=True),
    Option(FormattedText("Sai"), is_pinned=True),
)
"""The options of every true/false item: true first."""


@dataclass(frozen=True, slots=True)
class LegalSource:
    """Where the fact of an item stands, and from when until when it holds (dates inclusive).

    ``document`` is empty where the source is not known.
    """

    document: str = ""
    article: str | None = None
    url: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether the fact holds on that day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Item:
    """A question with all that belongs to it.

    ``code`` names it in its bank; empty: not named yet. ``rows`` are the left side of a matching item. ``key`` is None
    only while an item is being written: such a draft is not a valid item.
    """

    code: str
    kind: ItemKind
    topic: str
    level: Level
    stem: FormattedText
    options: tuple[Option, ...] = ()
    key: Key | None = None
    explanation: FormattedText = FormattedText("")
    source: LegalSource = LegalSource()
    rows: tuple[FormattedText, ...] = ()

    def list_texts(self) -> tuple[FormattedText, ...]:
        """Every formatted text of the item."""
        return (self.stem, *(option.text for option in self.options), *self.rows, self.explanation)
