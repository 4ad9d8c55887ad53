"""Drawing papers: reproducible, without repetition, exactly by blueprint, and fair."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.assembly import BlueprintNotFillable, ItemPool, PoolItem, Slot, assemble_paper
from question_bank.blueprint import BlueprintCell, ExamBlueprint, Shortfall
from question_bank.items import Level
from tests.unit.blueprints import STOCKS, can_be_matched, laminar_blueprints

SEEDS = st.integers(min_value=0, max_value=2**63 - 1)
TEN = ExamBlueprint((BlueprintCell(None, None, 10),))
# Chi-square with 9 degrees of freedom stays below this with probability 0.9999, with 3 degrees below the other.
CHI_SQUARE_9 = 33.7
CHI_SQUARE_3 = 21.1


def make_pool(stock: list[tuple[str, Level]], option_count: int = 4) -> ItemPool:
    return ItemPool(PoolItem(number, topic, level, option_count) for number, (topic, level) in enumerate(stock))


def make_plain_pool(size: int) -> ItemPool:
    return make_pool([("a", Level.RECOGNISE)] * size)


def compute_chi_square(counts: list[int]) -> float:
    expected = sum(counts) / len(counts)
    return sum((count - expected) ** 2 / expected for count in counts)


@settings(max_examples=200)
@given(laminar_blueprints(), STOCKS, SEEDS)
def test_a_paper_fills_every_cell_without_repetition_or_is_refused_with_what_is_missing(
    blueprint: ExamBlueprint, stock: list[tuple[str, Level]], seed: int
) -> None:
    pool = make_pool(stock)
    if not can_be_matched(blueprint, stock):
        with pytest.raises(BlueprintNotFillable) as refusal:
            assemble_paper(pool, blueprint, seed=seed)
        assert refusal.value.shortfalls == pool.find_shortfalls(blueprint) != ()
        return
    paper = assemble_paper(pool, blueprint, seed=seed)
    chosen = [slot.version_id for slot in paper]
    assert len(chosen) == len(set(chosen)) == blueprint.size
    # As many items as places, and a match for each place: every cell is filled exactly.
    assert can_be_matched(blueprint, [stock[number] for number in chosen])


@given(laminar_blueprints(), SEEDS)
def test_the_same_seed_gives_the_same_paper(blueprint: ExamBlueprint, seed: int) -> None:
    stock = [(topic, level) for topic in "ab" for level in Level] * 15
    first, second = (assemble_paper(make_pool(stock), blueprint, seed=seed) for _ in range(2))
    assert first == second


def test_different_seeds_give_different_papers() -> None:
    papers = {assemble_paper(make_plain_pool(50), TEN, seed=seed) for seed in range(200)}
    assert len(papers) == 200


@given(st.integers(2, 8), st.data(), SEEDS)
def test_option_orders_are_permutations_in_which_pinned_options_keep_their_place(
    option_count: int, data: st.DataObject, seed: int
) -> None:
    pinned = data.draw(st.frozensets(st.integers(0, option_count - 1)))
    pool = ItemPool([PoolItem(1, "a", Level.APPLY, option_count, pinned)])
    (slot,) = assemble_paper(pool, ExamBlueprint((BlueprintCell(None, None, 1),)), seed=seed)
    assert sorted(slot.option_order) == list(range(option_count))
    assert all(slot.option_order[place] == place for place in pinned)


def test_a_paper_of_the_whole_bank_holds_every_item_once() -> None:
    paper = assemble_paper(make_plain_pool(10), TEN, seed=7)
    assert sorted(slot.version_id for slot in paper) == list(range(10))


def test_a_bank_that_is_one_short_is_refused_with_the_numbers() -> None:
    with pytest.raises(BlueprintNotFillable) as refusal:
        assemble_paper(make_plain_pool(9), TEN, seed=7)
    assert refusal.value.shortfalls == (Shortfall(None, None, 10, 9),)


def draw_papers(pool: ItemPool, blueprint: ExamBlueprint, number: int = 2000) -> list[tuple[Slot, ...]]:
    return [assemble_paper(pool, blueprint, seed=seed) for seed in range(number)]


def test_the_key_stands_in_every_position_equally_often_whatever_its_own_position() -> None:
    papers = draw_papers(make_plain_pool(20), ExamBlueprint((BlueprintCell(None, None, 1),)))
    for key in range(4):
        places = Counter(slot.option_order.index(key) for paper in papers for slot in paper)
        assert compute_chi_square([places[place] for place in range(4)]) < CHI_SQUARE_3


def test_key_positions_of_neighbouring_slots_are_independent() -> None:
    papers = draw_papers(make_plain_pool(20), ExamBlueprint((BlueprintCell(None, None, 2),)))
    pairs = Counter((first.option_order.index(0), second.option_order.index(0)) for first, second in papers)
    # 15 degrees of freedom, probability 0.9999.
    assert compute_chi_square([pairs[a, b] for a in range(4) for b in range(4)]) < 44.3


def test_every_item_is_drawn_equally_often() -> None:
    papers = draw_papers(make_plain_pool(10), ExamBlueprint((BlueprintCell(None, None, 1),)))
    drawn = Counter(slot.version_id for paper in papers for slot in paper)
    assert compute_chi_square([drawn[number] for number in range(10)]) < CHI_SQUARE_9


def test_every_item_left_over_by_a_narrow_cell_has_the_same_chance_in_the_wide_one() -> None:
    # Ten items of topic a and ten of b; one drawn from a alone, one from all that are left.
    pool = make_pool([("a", Level.RECOGNISE)] * 10 + [("b", Level.RECOGNISE)] * 10)
    blueprint = ExamBlueprint((BlueprintCell("a", None, 1), BlueprintCell(None, None, 1)))
    papers = draw_papers(pool, blueprint, 3800)
    second_of_b = Counter(slot.version_id for paper in papers for slot in paper if slot.version_id >= 10)
    # Nine of a and ten of b are left: b comes second with probability 10/19; the bound is four standard deviations.
    assert abs(second_of_b.total() - 2000) < 4 * (3800 * 10 / 19 * 9 / 19) ** 0.5
    assert compute_chi_square([second_of_b[number] for number in range(10, 20)]) < CHI_SQUARE_9


def test_a_topic_stands_in_every_place_of_the_paper_equally_often() -> None:
    pool = make_pool([("a", Level.RECOGNISE)] * 5 + [("b", Level.RECOGNISE)] * 5)
    blueprint = ExamBlueprint((BlueprintCell("a", None, 1), BlueprintCell("b", None, 3)))
    places = Counter(
        place for paper in draw_papers(pool, blueprint) for place, slot in enumerate(paper) if slot.version_id < 5
    )
    assert compute_chi_square([places[place] for place in range(4)]) < CHI_SQUARE_3


def test_no_item_of_the_pool_knows_its_key() -> None:
    assert not {"key", "stem", "options"} & set(PoolItem.__slots__)
