"""Items: what a question is made of, and when it is a valid one.

Words follow QTI: an *item* has a *stem*, *options*, and a *key* (the right option); the other options are distractors.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MINIMUM_OPTIONS = 2
MAXIMUM_OPTIONS = 8
"""Two to eight options, labelled A to H: the range that Azota's Word standard accepts as well."""

OPTION_LABELS = "ABCDEFGH"


class ItemKind(StrEnum):
    """How a response to the item is given."""

    SINGLE_CHOICE = "single_choice"


class Level(StrEnum):
    """Intended difficulty: the levels of a Vietnamese exam matrix (nhận biết, thông hiểu, vận dụng)."""

    RECOGNISE = "recognise"
    UNDERSTAND = "understand"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an item. A pinned option keeps its place when options are shuffled ("Cả A và B")."""

    text: str
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class LegalSource:
    """Where the fact of an item stands, and from when until when it holds (dates inclusive)."""

    document: str
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
    """A question with all that belongs to it. ``key`` is the position of the right option, from 0."""

    code: str
    kind: ItemKind
    topic: str
    level: Level
    stem: str
    options: tuple[Option, ...]
    key: int
    explanation: str
    source: LegalSource


@dataclass(frozen=True, slots=True)
class ItemProblem:
    """One thing wrong with an item: the field, and the rule that it breaks (an English message id)."""

    field: str
    message: str


def find_item_problems(item: Item) -> tuple[ItemProblem, ...]:
    """Everything that makes the item unfit to be sat; empty for a valid item."""
    problems = []
    if not item.stem.strip():
        problems.append(ItemProblem("stem", "the stem is empty"))
    if not MINIMUM_OPTIONS <= len(item.options) <= MAXIMUM_OPTIONS:
        problems.append(ItemProblem("options", "an item has two to eight options"))
    if any(not option.text.strip() for option in item.options):
        problems.append(ItemProblem("options", "an option is empty"))
    if len({fold_text(option.text) for option in item.options}) < len(item.options):
        problems.append(ItemProblem("options", "two options are the same"))
    if not 0 <= item.key < len(item.options):
        problems.append(ItemProblem("key", "the key is not one of the options"))
    source = item.source
    if source.valid_from and source.valid_until and source.valid_until < source.valid_from:
        problems.append(ItemProblem("valid_until", "the period of validity ends before it begins"))
    return tuple(problems)


def fold_text(text: str) -> str:
    """The text for comparison: NFC, lower case, one space between words."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
