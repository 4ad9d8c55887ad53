"""Keys: what a right response to an item is. One class per way of responding.

Positions count from 0 and mean places in the item as it was written, never as a paper shows it shuffled.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ChoiceKey:
    """The right options of a single choice, true/false or multiple choice item.

    A single choice has one; it has more only where a wrong key was put right by accepting another option as well.
    ``is_partial`` (multiple choice): each right option chosen adds its share and each wrong one takes a share away, not
    below 0. Without it the response must hold all right options and no other.
    """

    right: frozenset[int]
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class MatchingKey:
    """For each row of a matching item, the position of the option that belongs to it.

    ``is_partial``: each right pair counts for itself; without it all pairs must be right.
    """

    options: tuple[int, ...]
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class OrderingKey:
    """The options of an ordering item stand in the right order as they are written.

    ``is_partial``: each option in its right place counts for itself; without it all must be in place.
    """

    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class AcceptedText:
    """A text that a short answer may consist of, and what it is worth in percent (1 to 100)."""

    text: str
    percent: int = 100


@dataclass(frozen=True, slots=True)
class TextKey:
    """What a short answer may be. Without ``minds_accents``, "cai cach" is taken for "cải cách".

    Texts that are numbers are compared as numbers, in Vietnamese writing: 1.000,5 is 1000,5.
    """

    answers: tuple[AcceptedText, ...]
    minds_case: bool = False
    minds_accents: bool = True


@dataclass(frozen=True, slots=True)
class AcceptedNumber:
    """A number, how far from it a response may lie (bounds included), and what it is worth in percent (1 to 100)."""

    value: Decimal
    tolerance: Decimal = Decimal(0)
    percent: int = 100


@dataclass(frozen=True, slots=True)
class NumberKey:
    """What the response to a numerical item may be."""

    numbers: tuple[AcceptedNumber, ...]


@dataclass(frozen=True, slots=True)
class EssayKey:
    """What the marker of an essay goes by, in plain text; may be empty. An essay is never marked by the engine."""

    guidance: str = ""


@dataclass(frozen=True, slots=True)
class VoidKey:
    """The item was withdrawn after it had been sat: everybody who had it on the paper gets the point, answer or not."""


Key = ChoiceKey | MatchingKey | OrderingKey | TextKey | NumberKey | EssayKey | VoidKey
