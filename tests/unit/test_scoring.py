"""Scores: exact, rounded down, never outside the scale."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.keys import ChoiceKey
from question_bank.scoring import PaperScore, mark_response, score_paper
from tests.factories import make_item

MARKS = st.fractions(min_value=0, max_value=1, max_denominator=60)
PAPERS = st.lists(MARKS, min_size=1, max_size=60)
SCALES = st.integers(min_value=0, max_value=100_000)


def score_right(right: int, total: int, scale_hundredths: int = 1000) -> int:
    fractions = [Fraction(1)] * right + [Fraction(0)] * (total - right)
    return score_paper(fractions, scale_hundredths=scale_hundredths).score_hundredths


@pytest.mark.parametrize(("chosen", "fraction"), [(2, 1), (0, 0), (3, 0), (None, 0), (-1, 0)])
def test_only_the_key_earns_the_mark(chosen: int | None, fraction: int) -> None:
    assert mark_response(make_item(key=ChoiceKey(frozenset({2}))), chosen) == fraction


def test_no_response_is_wrong_even_where_the_first_option_is_the_key() -> None:
    assert mark_response(make_item(), None) == 0


def test_ten_questions_on_a_scale_of_ten_give_a_point_each() -> None:
    assert [score_right(right, 10) for right in range(11)] == [right * 100 for right in range(11)]


@pytest.mark.parametrize(
    ("right", "total", "scale", "expected"),
    [(2, 3, 1000, 666), (1, 3, 1000, 333), (5, 7, 1000, 714), (29, 30, 1000, 966), (7, 15, 10_000, 4666)],
)
def test_a_score_is_rounded_down(right: int, total: int, scale: int, expected: int) -> None:
    assert score_right(right, total, scale) == expected


def test_many_thirds_add_up_without_error() -> None:
    assert score_paper([Fraction(1, 3)] * 3, scale_hundredths=1000).score_hundredths == 333
    assert score_paper([Fraction(1, 10)] * 10, scale_hundredths=1000).score_hundredths == 100


def test_only_whole_marks_count_as_correct() -> None:
    score = score_paper([Fraction(1), Fraction(99, 100), Fraction(0)], scale_hundredths=1000)
    assert score.correct_count == 1


def test_a_paper_on_which_nothing_counts_is_worth_nothing() -> None:
    assert score_paper([], scale_hundredths=1000) == PaperScore(0, 0)


@pytest.mark.parametrize("outside", [Fraction(-1, 1000), Fraction(1001, 1000)])
def test_a_fraction_outside_zero_to_one_is_refused(outside: Fraction) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        score_paper([Fraction(1), outside], scale_hundredths=1000)


@given(PAPERS, SCALES)
def test_a_score_is_the_floor_of_the_exact_value(fractions: list[Fraction], scale: int) -> None:
    score = score_paper(fractions, scale_hundredths=scale).score_hundredths
    exact = sum(fractions, Fraction(0)) * scale / len(fractions)
    assert 0 <= score <= scale
    assert score <= exact < score + 1


@given(PAPERS, SCALES, st.randoms(use_true_random=False))
def test_the_order_of_slots_does_not_matter(fractions: list[Fraction], scale: int, random: object) -> None:
    shuffled = fractions.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (score_paper(paper, scale_hundredths=scale) for paper in (fractions, shuffled))
    assert (first.score_hundredths, first.correct_count) == (second.score_hundredths, second.correct_count)


@given(st.integers(1, 200), SCALES, st.data())
def test_one_more_right_never_lowers_the_score(total: int, scale: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, total - 1))
    assert score_right(right, total, scale) <= score_right(right + 1, total, scale)
    assert score_right(total, total, scale) == scale
    assert score_right(0, total, scale) == 0
