"""A round as it holds for one person, and what put one person behind another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from quiz_app.domain.attempts import compute_deadline
from quiz_app.domain.contests import RankCriterion
from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.exceptions import ensure_may_extend, make_personal_round
from quiz_app.domain.results import RankedValues, find_deciding, make_rank_key
from tests.factories import CLOSING, MIDDLE, MS, make_round

HOUR = timedelta(hours=1)
ORDER = (RankCriterion.SCORE, RankCriterion.ELAPSED, RankCriterion.FINISHED_AT)


def test_an_extension_moves_the_close_and_never_shortens_it() -> None:
    round_ = make_round()
    assert make_personal_round(round_, extended_close=None, extra_percent=0) is round_
    assert make_personal_round(round_, extended_close=CLOSING - HOUR, extra_percent=0).closes_at == CLOSING
    assert make_personal_round(round_, extended_close=CLOSING + HOUR, extra_percent=0).closes_at == CLOSING + HOUR


@pytest.mark.parametrize(("percent", "seconds"), [(0, 300), (1, 303), (50, 450), (300, 1200)])
def test_extra_time_lengthens_the_limit_but_not_the_window(percent: int, seconds: int) -> None:
    round_ = make_personal_round(make_round(time_limit_seconds=300), extended_close=None, extra_percent=percent)
    assert compute_deadline(round_, MIDDLE) == MIDDLE + timedelta(seconds=seconds)
    assert compute_deadline(round_, CLOSING - MS) == CLOSING


@pytest.mark.parametrize(
    ("closes_at", "now"),
    [(CLOSING, MIDDLE), (CLOSING + HOUR, CLOSING + HOUR), (CLOSING + timedelta(days=60, milliseconds=1), MIDDLE)],
)
def test_an_extension_that_extends_nothing_or_too_far_is_refused(closes_at, now) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidInput):
        ensure_may_extend(make_round(), closes_at, now)


def test_both_bounds_of_an_extension() -> None:
    ensure_may_extend(make_round(), CLOSING + MS, CLOSING)
    ensure_may_extend(make_round(), CLOSING + timedelta(days=60), MIDDLE)


@pytest.mark.parametrize(
    ("values", "criterion"),
    [
        (RankedValues(899, 1, MIDDLE), RankCriterion.SCORE),
        (RankedValues(900, 61, MIDDLE), RankCriterion.ELAPSED),
        (RankedValues(900, 60, MIDDLE + MS), RankCriterion.FINISHED_AT),
        (RankedValues(900, 60, MIDDLE), None),
    ],
)
def test_what_decided_between_two(values: RankedValues, criterion: RankCriterion | None) -> None:
    best = make_rank_key(RankedValues(900, 60, MIDDLE), ORDER)
    assert find_deciding(best, make_rank_key(values, ORDER), ORDER) is criterion
