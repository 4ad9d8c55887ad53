"""Scoring: a response and a key give a fraction, fractions give a score. Numbers in, numbers out; no words, no HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class PaperScore:
    """What a paper is worth.

    ``fractions`` has one entry per slot, 0 to 1. ``score_hundredths`` is the score on the round's scale in hundredths
    of a point, rounded down: a score just below the cut score must never be shown as having reached it.
    """

    fractions: tuple[Fraction, ...]
    correct_count: int
    score_hundredths: int


def mark_choice(key: int, chosen: int | None) -> Fraction:
    """1 for the key, 0 for a distractor or no response. Wrong choices cost nothing: no contest seen has penalties."""
    return Fraction(1) if chosen is not None and chosen == key else Fraction(0)


def score_paper(fractions: Sequence[Fraction], *, scale_hundredths: int) -> PaperScore:
    """Sum the fractions of equally weighted slots onto the scale (1000 hundredths is a scale of 10).

    Raises ValueError for an empty paper or a fraction outside 0 to 1.
    """
    if not fractions:
        raise ValueError("a paper has at least one slot")
    if any(not 0 <= fraction <= 1 for fraction in fractions):
        raise ValueError("a fraction lies between 0 and 1")
    score = sum(fractions, Fraction(0)) * scale_hundredths / len(fractions)
    return PaperScore(
        fractions=tuple(fractions),
        correct_count=sum(1 for fraction in fractions if fraction == 1),
        score_hundredths=score.numerator // score.denominator,
    )
