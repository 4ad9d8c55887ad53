"""Which result is better: one text that sorts as the rules do; passed at the cut score and above."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_app.domain.contests import RankCriterion
from quiz_app.domain.results import RankedValues, UnitFigures, is_passed, make_rank_key
from tests.factories import MIDDLE, MS

DEFAULT_ORDER = (RankCriterion.SCORE, RankCriterion.ELAPSED, RankCriterion.FINISHED_AT)
ORDERS = [order for size in range(1, len(RankCriterion) + 1) for order in permutations(RankCriterion, size)]
# Few different values, so that equals are common, and the ends of the ranges.
SCORES = st.integers(0, 3) | st.integers(0, 100_000) | st.integers(99_998, 100_000)
ELAPSED = st.integers(0, 3) | st.integers(0, 86_400_000) | st.integers(86_399_998, 86_400_000)
MOMENTS = st.integers(0, 3).map(lambda ms: MIDDLE + ms * MS) | st.integers(0, 200 * 365 * 86_400_000).map(
    lambda ms: datetime(2000, 1, 1, tzinfo=UTC) + ms * MS
)
DISTANCES = st.none() | st.integers(0, 3) | st.integers(999_999_998, 1_000_000_000)
VALUES = st.builds(RankedValues, SCORES, ELAPSED, MOMENTS, DISTANCES)


def make_comparable(values: RankedValues, order: tuple[RankCriterion, ...]) -> tuple[float, ...]:
    """What the rules say, in numbers of which the smaller is the better."""
    distance = values.prediction_distance
    numbers = {
        RankCriterion.SCORE: -values.score_hundredths,
        RankCriterion.ELAPSED: values.elapsed_ms,
        RankCriterion.FINISHED_AT: values.finished_at.timestamp(),
        RankCriterion.PREDICTION: float("inf") if distance is None else distance,
    }
    return tuple(numbers[criterion] for criterion in order)


def choose_best(first: str, second: str) -> str:
    """The best-of rule as the database applies it: the smaller key stays."""
    return min(first, second)


@given(VALUES, VALUES, st.sampled_from(ORDERS))
def test_keys_sort_as_the_criteria_do_in_whatever_order(
    first: RankedValues, second: RankedValues, order: tuple[RankCriterion, ...]
) -> None:
    keys = make_rank_key(first, order), make_rank_key(second, order)
    expected = make_comparable(first, order), make_comparable(second, order)
    assert (keys[0] < keys[1]) == (expected[0] < expected[1])
    assert (keys[0] == keys[1]) == (expected[0] == expected[1])


@given(VALUES, VALUES, st.sampled_from(ORDERS))
def test_keys_of_one_order_have_one_length_and_hold_digits_alone(
    first: RankedValues, second: RankedValues, order: tuple[RankCriterion, ...]
) -> None:
    keys = make_rank_key(first, order), make_rank_key(second, order)
    assert len(keys[0]) == len(keys[1])
    assert all(key.isascii() and key.isdecimal() for key in keys)


@given(st.lists(VALUES, min_size=1, max_size=12), st.data())
def test_the_best_does_not_depend_on_the_order_in_which_attempts_arrive(
    attempts: list[RankedValues], data: st.DataObject
) -> None:
    keys = [make_rank_key(values, DEFAULT_ORDER) for values in attempts]
    shuffled = data.draw(st.permutations(keys))
    split = data.draw(st.integers(0, len(keys)))
    groups = [group for group in (shuffled[:split], shuffled[split:]) if group]
    best = reduce(choose_best, keys)
    assert reduce(choose_best, shuffled) == best
    assert reduce(choose_best, [reduce(choose_best, group) for group in groups]) == best
    expected = min(make_comparable(values, DEFAULT_ORDER) for values in attempts)
    assert make_comparable(attempts[keys.index(best)], DEFAULT_ORDER) == expected


def test_most_right_comes_before_fastest_and_fastest_before_earliest() -> None:
    ranked = [
        RankedValues(800, 250_000, MIDDLE + 9 * MS),
        RankedValues(700, 100_000, MIDDLE + 8 * MS),
        RankedValues(700, 100_001, MIDDLE + 1 * MS),
        RankedValues(700, 100_001, MIDDLE + 2 * MS),
        RankedValues(0, 0, MIDDLE),
    ]
    keys = [make_rank_key(values, DEFAULT_ORDER) for values in ranked]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("better", "worse", "criterion"),
    [
        (RankedValues(100_000, 0, MIDDLE), RankedValues(99_999, 0, MIDDLE), RankCriterion.SCORE),
        (RankedValues(0, 86_399_999, MIDDLE), RankedValues(0, 86_400_000, MIDDLE), RankCriterion.ELAPSED),
        (
            RankedValues(0, 0, datetime(2199, 12, 31, tzinfo=UTC)),
            RankedValues(0, 0, datetime(2199, 12, 31, tzinfo=UTC) + MS),
            RankCriterion.FINISHED_AT,
        ),
        (
            RankedValues(0, 0, MIDDLE, 999_999_999),
            RankedValues(0, 0, MIDDLE, 1_000_000_000),
            RankCriterion.PREDICTION,
        ),
    ],
)
def test_the_smallest_difference_counts_at_the_far_end_of_each_range(
    better: RankedValues, worse: RankedValues, criterion: RankCriterion
) -> None:
    assert make_rank_key(better, (criterion,)) < make_rank_key(worse, (criterion,))


def test_a_person_without_a_guess_stands_after_everyone_with_one() -> None:
    order = (RankCriterion.SCORE, RankCriterion.PREDICTION)
    near, far, none = (
        make_rank_key(RankedValues(700, 1, MIDDLE, distance), order) for distance in (0, 1_000_000_000, None)
    )
    assert near < far < none


def test_values_out_of_range_keep_the_length_of_the_key() -> None:
    wild = RankedValues(10**9, 10**15, datetime(1960, 1, 1, tzinfo=UTC), 10**12)
    tame = RankedValues(0, 0, MIDDLE, 0)
    for order in ORDERS:
        assert len(make_rank_key(wild, order)) == len(make_rank_key(tame, order))


@pytest.mark.parametrize(("score", "passed"), [(0, False), (599, False), (600, True), (601, True), (1000, True)])
def test_one_passes_at_the_cut_score_and_above(score: int, passed: bool) -> None:
    assert is_passed(score, 600) is passed


def test_everyone_passes_a_round_without_a_cut_score() -> None:
    assert is_passed(0, 0)


def test_a_unit_stands_by_participation_times_mean_score() -> None:
    figures = UnitFigures(staff_number=40, taken_part=10, passed=7, best_sum_hundredths=7255)
    assert figures.participation == 0.25
    assert figures.mean_score_hundredths == 725
    assert figures.standing == pytest.approx(0.25 * 7.25)


@pytest.mark.parametrize("staff_number", [None, 0])
def test_a_unit_of_unknown_size_has_no_standing(staff_number: int | None) -> None:
    figures = UnitFigures(staff_number, taken_part=3, passed=3, best_sum_hundredths=2400)
    assert figures.participation is None
    assert figures.standing is None
    assert figures.mean_score_hundredths == 800


def test_a_unit_of_which_nobody_took_part_stands_at_nought() -> None:
    figures = UnitFigures(40, taken_part=0, passed=0, best_sum_hundredths=0)
    assert (figures.participation, figures.mean_score_hundredths, figures.standing) == (0, None, 0)


def test_more_people_than_the_staff_number_count_as_all() -> None:
    assert UnitFigures(40, taken_part=41, passed=0, best_sum_hundredths=41_000).participation == 1
