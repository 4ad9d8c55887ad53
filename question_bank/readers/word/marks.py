"""The key by its look: one option bold, underlined, coloured or highlighted, and the others not.

It is a careful guess: what looks alike on all options says nothing, nor does a look that only part of an option has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from question_bank.readers.word.lines import Look, Piece
from question_bank.readers.word.question_parts import OptionPart

_IGNORED = " \t.,;:()[]/*-"


class Sign(StrEnum):
    """What says which options are right."""

    LINE = "line"
    TABLE = "table"
    SOLUTIONS = "solutions"
    STAR = "star"
    BOLD = "bold"
    UNDERLINED = "underlined"
    COLOURED = "coloured"
    HIGHLIGHTED = "highlighted"


@dataclass(frozen=True, slots=True)
class Mark:
    """Options that are marked in one way."""

    sign: Sign
    positions: frozenset[int]


_LOOKS: tuple[tuple[Sign, Callable[[Look], str]], ...] = (
    (Sign.BOLD, lambda look: "b" if look.bold else ""),
    (Sign.UNDERLINED, lambda look: "u" if look.underline else ""),
    (Sign.COLOURED, lambda look: look.colour),
    (Sign.HIGHLIGHTED, lambda look: look.highlight),
)


def find_looks(options: Sequence[OptionPart]) -> list[Mark]:
    """Every way in which some options, not all, are set off from the others."""
    marks: list[Mark] = []
    if not options:
        return marks
    for sign, read in _LOOKS:
        labels = [_read_whole(option.label, read) for option in options]
        texts = [_read_whole([piece for line in option.lines for piece in line.pieces], read) for option in options]
        found = _find_odd(texts, options) | _find_odd(labels, options, is_label=True)
        if found and len(found) < len(options):
            marks.append(Mark(sign, frozenset(found)))
    return marks


def _read_whole(pieces: Sequence[Piece], read: Callable[[Look], str]) -> str:
    """The look that all of the text has; empty where a part has none or another."""
    values = set()
    for piece in pieces:
        if piece.text.strip(_IGNORED) and not piece.picture:
            values.add("" if piece.look.is_meant else read(piece.look))
    return values.pop() if len(values) == 1 else ""


def _find_odd(values: Sequence[str], options: Sequence[OptionPart], *, is_label: bool = False) -> set[int]:
    """The options whose value is not the usual one. All but one of the labels bold is carelessness, not a key."""
    counted = Counter(values)
    usual = "" if counted[""] else max(counted, key=lambda value: (counted[value], value))
    if not counted[""] and counted[usual] * 2 <= len(values):
        return set()
    odd = {position for position, value in enumerate(values) if value != usual}
    return set() if is_label and len(odd) > 1 and len(odd) >= len(options) - 1 else odd
