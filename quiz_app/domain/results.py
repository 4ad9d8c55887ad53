"""Results: which attempt counts, who stands before whom, what a unit's standing is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from quiz_app.domain.contests import RankCriterion

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDTHS = {
    RankCriterion.SCORE: 7,
    RankCriterion.ELAPSED: 10,
    RankCriterion.FINISHED_AT: 14,
    RankCriterion.PREDICTION: 10,
}


@dataclass(frozen=True, slots=True)
class RankedValues:
    """What a result is compared by. ``prediction_distance`` is None until the true number is known, or without a
    guess.
    """

    score_hundredths: int
    elapsed_ms: int
    finished_at: datetime
    prediction_distance: int | None = None


def make_rank_key(values: RankedValues, order: tuple[RankCriterion, ...]) -> str:
    """A text of digits that sorts as the results do, the best first, by the round's order of criteria.

    The default order is that of the contest rules of Sóc Trăng: most right, then fastest, then earliest. One text makes
    "the best attempt", "the ranking" and "the page of the ranking" the same comparison everywhere, on an index.
    """
    numbers = {
        RankCriterion.SCORE: 10**7 - 1 - values.score_hundredths,
        RankCriterion.ELAPSED: values.elapsed_ms,
        RankCriterion.FINISHED_AT: (values.finished_at - _EPOCH) // timedelta(milliseconds=1),
        RankCriterion.PREDICTION: 10**10 - 1 if values.prediction_distance is None else values.prediction_distance,
    }
    parts = []
    for criterion in order:
        width = _WIDTHS[criterion]
        parts.append(f"{min(max(numbers[criterion], 0), 10**width - 1):0{width}d}")
    return "".join(parts)


def is_passed(score_hundredths: int, cut_score_hundredths: int) -> bool:
    """At the cut score or above. Scores are rounded down to hundredths, so this is exact."""
    return score_hundredths >= cut_score_hundredths


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """What a unit did in a round. ``best_sum_hundredths`` adds up the best scores of those who took part."""

    staff_number: int | None
    taken_part: int
    passed: int
    best_sum_hundredths: int

    @property
    def participation(self) -> float | None:
        """Share of the staff who took part, 0 to 1; None where the staff number is not known."""
        if not self.staff_number:
            return None
        return min(1.0, self.taken_part / self.staff_number)

    @property
    def mean_score_hundredths(self) -> int | None:
        """Mean of the best scores, in hundredths of a point, rounded down; None when nobody took part."""
        return self.best_sum_hundredths // self.taken_part if self.taken_part else None

    @property
    def standing(self) -> float | None:
        """Rate of participation times mean best score (Hải Dương 2024, Huế 2025); None without a staff number."""
        if self.participation is None:
            return None
        return self.participation * (self.mean_score_hundredths or 0) / 100
