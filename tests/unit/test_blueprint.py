"""The exam blueprint: which cells go together, and exactly when a bank can fill them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from question_bank.blueprint import BlueprintCell, CrossingCells, ExamBlueprint, Shortfall, find_shortfalls
from question_bank.items import Level
from tests.unit.blueprints import STOCKS, can_be_matched, laminar_blueprints

R, U, A = Level.RECOGNISE, Level.UNDERSTAND, Level.APPLY


def make_blueprint(*cells: tuple[str | None, Level | None, int]) -> ExamBlueprint:
    return ExamBlueprint(tuple(BlueprintCell(*cell) for cell in cells))


@pytest.mark.parametrize(
    ("first", "second"),
    [(("a", None, 1), (None, R, 1)), ((None, U, 1), ("b", None, 1))],
)
def test_cells_that_overlap_in_part_are_refused(
    first: tuple[str | None, Level | None, int], second: tuple[str | None, Level | None, int]
) -> None:
    with pytest.raises(CrossingCells) as refusal:
        make_blueprint(first, ("z", R, 1), second)
    assert (refusal.value.first, refusal.value.second) == (BlueprintCell(*first), BlueprintCell(*second))


def test_cells_inside_one_another_and_apart_are_accepted() -> None:
    assert make_blueprint(("a", R, 1), ("a", None, 2), ("b", None, 3), (None, None, 4)).size == 10
    assert make_blueprint((None, R, 2), ("a", R, 1), ("b", U, 1), (None, None, 1)).size == 5


@pytest.mark.parametrize("count", [0, -1])
def test_a_cell_asks_for_at_least_one_item(count: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        make_blueprint(("a", None, count))


def test_narrow_cells_are_drawn_before_those_that_contain_them() -> None:
    order = make_blueprint((None, None, 1), ("a", None, 1), ("a", R, 1)).order_for_drawing()
    assert [(cell.topic, cell.level) for cell in order] == [("a", R), ("a", None), (None, None)]


def test_exactly_enough_is_enough() -> None:
    blueprint = make_blueprint(("a", R, 2), ("a", None, 1))
    assert find_shortfalls(blueprint, [("a", R), ("a", R), ("a", U)]) == ()
    assert find_shortfalls(blueprint, [("a", R), ("a", R), ("a", R)]) == ()


def test_one_too_few_is_named_with_topic_level_and_numbers() -> None:
    blueprint = make_blueprint(("a", R, 2), ("b", None, 1))
    assert find_shortfalls(blueprint, [("a", R), ("a", U), ("b", A)]) == (Shortfall("a", R, 2, 1),)


def test_a_wide_cell_needs_its_own_items_beside_those_of_the_cells_inside_it() -> None:
    blueprint = make_blueprint(("a", R, 2), ("a", None, 2))
    assert find_shortfalls(blueprint, [("a", R)] * 2 + [("a", U)]) == (Shortfall("a", None, 4, 3),)


def test_a_cell_that_stands_twice_is_summed_and_reported_once() -> None:
    blueprint = make_blueprint(("a", None, 2), ("a", None, 2))
    assert find_shortfalls(blueprint, [("a", R)] * 3) == (Shortfall("a", None, 4, 3),)
    assert find_shortfalls(blueprint, [("a", R)] * 4) == ()


def test_an_empty_bank_falls_short_everywhere() -> None:
    blueprint = make_blueprint(("a", None, 1), (None, None, 1))
    assert find_shortfalls(blueprint, []) == (Shortfall("a", None, 1, 0), Shortfall(None, None, 2, 0))


@settings(max_examples=300)
@given(laminar_blueprints(), STOCKS)
def test_a_bank_falls_short_exactly_when_no_matching_of_items_to_places_exists(
    blueprint: ExamBlueprint, stock: list[tuple[str, Level]]
) -> None:
    assert (find_shortfalls(blueprint, stock) == ()) == can_be_matched(blueprint, stock)
