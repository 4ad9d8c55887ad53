"""A rank key with another score is the one that the attempt would have been given with it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from quiz_app.domain.contests import RankCriterion
from quiz_app.domain.results import RankedValues, make_rank_key, replace_score
from tests.factories import MIDDLE

ORDERS = [
    order for size in (1, 2, 4) for order in permutations(RankCriterion, size) if RankCriterion.SCORE in order
] + [(RankCriterion.ELAPSED, RankCriterion.FINISHED_AT)]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("distance", [None, 12])
def test_only_the_score_is_replaced(order: tuple[RankCriterion, ...], distance: int | None) -> None:
    values = RankedValues(470, 61_234, MIDDLE, distance)
    rescored = replace_score(make_rank_key(values, order), 1000, order)
    assert rescored == make_rank_key(replace(values, score_hundredths=1000), order)
    assert replace_score(rescored, 470, order) == make_rank_key(values, order)
