"""Results: which attempt counts, who stands before whom, what a unit's standing is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from quiz_app.domain.contests import RankCriterion, UnitRankingRule

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDTHS = {
    RankCriterion.SCORE: 7,
    RankCriterion.ELAPSED: 10,
    RankCriterion.FINISHED_AT: 14,
    RankCriterion.PREDICTION: 10,
}
_LARGEST_SCORE = 10 ** _WIDTHS[RankCriterion.SCORE] - 1
"""What scores are taken from, so that the higher one sorts first."""


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

    The default order: most right, then fastest, then earliest. One text makes "the best attempt", "the ranking" and
    "the page of the ranking" the same comparison everywhere, on an index.
    """
    numbers = {
        RankCriterion.SCORE: _LARGEST_SCORE - values.score_hundredths,
        RankCriterion.ELAPSED: values.elapsed_ms,
        RankCriterion.FINISHED_AT: (values.finished_at - _EPOCH) // timedelta(milliseconds=1),
        RankCriterion.PREDICTION: 10**10 - 1 if values.prediction_distance is None else values.prediction_distance,
    }
    return "".join(_write_number(numbers[criterion], criterion) for criterion in order)


def find_deciding(better: str, worse: str, order: tuple[RankCriterion, ...]) -> RankCriterion | None:
    """The first criterion in which two rank keys of the round differ; None for equal ones."""
    begin = 0
    for criterion in order:
        end = begin + _WIDTHS[criterion]
        if better[begin:end] != worse[begin:end]:
            return criterion
        begin = end
    return None


def replace_score(rank_key: str, score_hundredths: int, order: tuple[RankCriterion, ...]) -> str:
    """The rank key of the same attempt with another score; all else that it is compared by stays."""
    parts, place = [], 0
    for criterion in order:
        width = _WIDTHS[criterion]
        if criterion is RankCriterion.SCORE:
            parts.append(_write_number(_LARGEST_SCORE - score_hundredths, criterion))
        else:
            parts.append(rank_key[place : place + width])
        place += width
    return "".join(parts)


def _write_number(number: int, criterion: RankCriterion) -> str:
    width = _WIDTHS[criterion]
    return f"{min(max(number, 0), 10**width - 1):0{width}d}"


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

    def has_reached(self, floor_percent: int) -> bool:
        """Whether at least this share of the staff took part."""
        return bool(self.staff_number) and self.taken_part * 100 >= floor_percent * (self.staff_number or 0)


def compute_standing(figures: UnitFigures, rule: UnitRankingRule, scale_hundredths: int) -> float | None:
    """What a unit is ranked by, in points; None for one without a staff number or below the floor of participation."""
    if figures.participation is None or not figures.has_reached(rule.floor_percent):
        return None
    if not rule.is_weighted:
        return figures.standing
    weights = rule.participation_weight + rule.score_weight
    share = (figures.mean_score_hundredths or 0) / scale_hundredths
    weighed = rule.participation_weight * figures.participation + rule.score_weight * share
    return weighed / weights * scale_hundredths / 100
