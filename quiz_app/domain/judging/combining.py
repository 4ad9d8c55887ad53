"""From the marks of both rounds to one order, exactly.

Each round's mark is taken as a share of its maximum and weighed: (w1 * m1/max1 + w2 * m2/max2) / (w1 + w2). Shares are
fractions of whole numbers; they are compared as such and only shown rounded, down to a hundredth of a point of 100.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from quiz_app.domain.judging.aggregating import FinalMark, Shortcoming
from quiz_app.domain.judging.ranking import BY_HAND_IN, BY_MARK
from quiz_app.domain.judging.rubrics import JudgingRules, PresentationRules

BY_PRESENTING, BY_SECOND_ROUND = "presenting", "second_round"
"""What puts an entry behind the one before it, besides those of the first round's ranking."""


class Finalist(NamedTuple):
    """An entry with a final mark of round 1. ``second`` is None where it has not presented, or nobody marked it."""

    entry_id: int
    category: str
    submitted_at: datetime
    first: FinalMark
    second: FinalMark | None = None
    shortcomings: tuple[Shortcoming, ...] = ()


class FinalPlace(NamedTuple):
    """An entry with its place among all entries and within its category, both from 1. What it is ranked by is
    ``numerator / denominator``, of 0 to 1; the denominator is one for all of an order.
    """

    finalist: Finalist
    place: int
    category_place: int
    numerator: int
    denominator: int
    decided_by: str
    is_shared: bool

    @property
    def entry_id(self) -> int:
        """The entry."""
        return self.finalist.entry_id

    @property
    def share(self) -> Fraction:
        """What it is ranked by."""
        return Fraction(self.numerator, self.denominator)

    @property
    def points_hundredths(self) -> int:
        """The share in hundredths of a point of 100, rounded down."""
        return self.numerator * 10_000 // self.denominator


def to_points(share: Fraction) -> int:
    """A share of 0 to 1 in hundredths of a point of 100, rounded down: 2/3 are 66.66 points."""
    return share.numerator * 10_000 // share.denominator


def _weigh(
    first: FinalMark, second: FinalMark | None, maximum: int, presentation: PresentationRules | None
) -> tuple[int, int]:
    """The share as two whole numbers, not reduced; ``maximum`` is that of round 1."""
    if presentation is None or second is None:
        return first.numerator, first.denominator * maximum
    one, other = presentation.first_weight, presentation.second_weight
    of_first = first.denominator * maximum
    of_second = second.denominator * presentation.rubric.maximum_hundredths
    above = one * first.numerator * of_second + other * second.numerator * of_first
    return above, of_first * of_second * (one + other)


def rank_finalists(
    finalists: Sequence[Finalist], rules: JudgingRules, presentation: PresentationRules | None
) -> tuple[FinalPlace, ...]:
    """All entries in their order.

    Where there is a day of presenting, those who presented come first, by both rounds together; the others follow by
    their mark of round 1. Equal ones: the higher mark of round 2, then the higher mean of the criteria named by the
    round, then the earlier hand-in. What is equal in all of that shares a place, and the next place is that many lower.
    """
    if not finalists:
        return ()
    maximum = rules.rubric.maximum_hundredths
    shares = [_weigh(each.first, each.second, maximum, presentation) for each in finalists]
    share_scale = math.lcm(*{denominator for _, denominator in shares})
    second_scale = math.lcm(*{each.second.denominator for each in finalists if each.second is not None})
    kept_scale = math.lcm(*{each.first.kept_count for each in finalists})
    lines = []
    for each, (numerator, denominator) in zip(finalists, shares, strict=True):
        share = numerator * (share_scale // denominator)
        second = 0
        if each.second is not None:
            second = each.second.numerator * (second_scale // each.second.denominator)
        means = [
            -each.first.criterion_sums.get(code, 0) * (kept_scale // each.first.kept_count) for code in rules.tie_breaks
        ]
        has_presented = presentation is None or each.second is not None
        key = (int(not has_presented), -share, -second, *means)
        lines.append((key, each.submitted_at, each.entry_id, each))
    lines.sort(key=lambda line: line[:3])
    names = (BY_PRESENTING, BY_MARK, BY_SECOND_ROUND, *rules.tie_breaks)
    keys = [line[:2] for line in lines]
    placed: list[FinalPlace] = []
    last_of: dict[str, FinalPlace] = {}
    counts: dict[str, int] = {}
    for index, (key, _, _, finalist) in enumerate(lines):
        is_like_before = index > 0 and keys[index - 1] == keys[index]
        is_like_after = index + 1 < len(keys) and keys[index + 1] == keys[index]
        decided_by = ""
        if index and not is_like_before:
            before = keys[index - 1][0]
            decided_by = next((name for name, a, b in zip(names, before, key, strict=True) if a != b), BY_HAND_IN)
        place = placed[-1].place if is_like_before else index + 1
        counts[finalist.category] = counts.get(finalist.category, 0) + 1
        above = last_of.get(finalist.category)
        category_place = counts[finalist.category]
        if above is not None and above.place == place:
            category_place = above.category_place
        line = FinalPlace(
            finalist, place, category_place, -key[1], share_scale, decided_by, is_like_before or is_like_after
        )
        placed.append(line)
        last_of[finalist.category] = line
    return tuple(placed)
