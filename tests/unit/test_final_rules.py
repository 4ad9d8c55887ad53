"""Both rounds together, the drawing, the clock, prizes and the order of units: examples computed by hand."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_app.domain.contests import UnitRankingRule
from quiz_app.domain.initiatives.prizes import Prize, PrizeFor
from quiz_app.domain.judging.aggregating import ConfirmedSheet, FinalMark, Shortcoming, aggregate
from quiz_app.domain.judging.combining import (
    BY_PRESENTING,
    BY_SECOND_ROUND,
    Finalist,
    FinalPlace,
    rank_finalists,
    to_points,
)
from quiz_app.domain.judging.presenting import (
    Turn,
    TurnAction,
    TurnMoved,
    TurnPhase,
    draw_order,
    ensure_action,
    find_end,
)
from quiz_app.domain.judging.prizes import propose_prizes
from quiz_app.domain.judging.ranking import BY_HAND_IN, BY_MARK
from quiz_app.domain.judging.rubrics import Criterion, PresentationRules, Rubric
from quiz_app.domain.judging.unit_ranking import UnitResult, find_knowledge_share, find_mean, rank_units
from quiz_app.domain.results import UnitFigures, compute_standing
from tests.entry_factories import make_judging_rules
from tests.factories import MIDDLE

RULES = make_judging_rules(tie_breaks=("effect", "novelty"))
TALK = PresentationRules(
    Rubric("Thuyết trình", (Criterion("talk", "Nội dung", 5000),)), talk_minutes=8, first_weight=60, second_weight=40
)


def mark(*totals: int, effect: int = 0) -> FinalMark:
    sheets = [ConfirmedSheet(number, total, {"effect": effect}) for number, total in enumerate(totals)]
    final = aggregate(sheets, RULES)
    assert final is not None
    return final


def finalist(number: int, first: FinalMark, second: FinalMark | None = None, **changes: Any) -> Finalist:
    values: dict[str, Any] = {"category": "cchc", "submitted_at": MIDDLE, **changes}
    return Finalist(number, first=first, second=second, **values)


def list_order(places: tuple[FinalPlace, ...]) -> list[tuple[int, int, str]]:
    return [(each.entry_id, each.place, each.decided_by) for each in places]


# --- both rounds together ---


def find_share(first: FinalMark, second: FinalMark | None, presentation: PresentationRules | None) -> Fraction:
    """What an entry is ranked by."""
    (place,) = rank_finalists([finalist(1, first, second)], RULES, presentation)
    return place.share


def test_both_marks_are_weighed_as_shares_of_their_maximum() -> None:
    """Round 1: 80 of 100; round 2: 35 of 50. (60 * 0.8 + 40 * 0.7) / 100 = 0.76: 76 points."""
    share = find_share(mark(8000, 8000), mark(3500), TALK)
    assert share == Fraction(76, 100)
    assert to_points(share) == 7600


def test_a_third_is_rounded_down_and_compared_exactly() -> None:
    """(70 + 80 + 81)/3 = 77 exactly; (70 + 80 + 80)/3 = 76.666…: (60 * 23/30 + 40 * 1/2) / 100 = 0.66."""
    share = find_share(mark(7000, 8000, 8000), mark(2500), TALK)
    assert share == Fraction(60 * 23, 30 * 100) + Fraction(1, 5)
    assert to_points(share) == 6600
    assert to_points(Fraction(2, 3)) == 6666


def test_without_a_second_round_the_mark_of_round_1_counts_alone() -> None:
    assert find_share(mark(7550, 7550), None, None) == Fraction(7550, 10000)
    assert find_share(mark(7550, 7550), mark(5000), None) == Fraction(7550, 10000)


def test_those_who_presented_come_before_better_marks_of_round_1() -> None:
    places = rank_finalists(
        [finalist(1, mark(9900)), finalist(2, mark(6000), mark(1000)), finalist(3, mark(6000), mark(2000))], RULES, TALK
    )
    assert list_order(places) == [(3, 1, ""), (2, 2, BY_MARK), (1, 3, BY_PRESENTING)]


def test_ties_are_broken_by_round_2_then_criteria_then_hand_in_and_the_rest_shares() -> None:
    later = MIDDLE + timedelta(seconds=1)
    # 80 % and 70 %: 0.76; 70 % and 85 %: 0.76 as well, with more in round 2.
    places = rank_finalists(
        [
            finalist(1, mark(8000, effect=3000), mark(3500)),
            finalist(2, mark(7000), mark(4250)),
            finalist(3, mark(8000, effect=2000), mark(3500)),
            finalist(4, mark(8000, effect=2000), mark(3500), submitted_at=later),
            finalist(5, mark(8000, effect=2000), mark(3500), submitted_at=later, category="khac"),
        ],
        RULES,
        TALK,
    )
    assert list_order(places) == [
        (2, 1, ""), (1, 2, BY_SECOND_ROUND), (3, 3, "effect"), (4, 4, BY_HAND_IN), (5, 4, ""),
    ]  # fmt: skip
    assert [each.is_shared for each in places] == [False, False, False, True, True]
    assert [each.category_place for each in places] == [1, 2, 3, 4, 1]


@given(st.lists(st.tuples(st.integers(0, 10000), st.integers(0, 5000) | st.none()), min_size=1, max_size=12))
def test_the_order_is_that_of_exact_shares(marks: list[tuple[int, int | None]]) -> None:
    finalists = [
        finalist(number, mark(first, first // 3, 10000), None if second is None else mark(second))
        for number, (first, second) in enumerate(marks)
    ]
    places = rank_finalists(finalists, RULES, TALK)
    keys = [(each.finalist.second is None, -each.share) for each in places]
    assert keys == sorted(keys)
    assert sorted(each.entry_id for each in places) == list(range(len(marks)))


# --- the drawing and the clock ---


def test_the_order_follows_from_the_seed_by_a_sum_that_anyone_can_compute() -> None:
    codes = {1: "AAAA11", 2: "BBBB22", 3: "CCCC33"}
    order = draw_order("0f", codes)
    assert order == tuple(sorted(codes, key=lambda each: hashlib.sha256(f"0f:{codes[each]}".encode()).hexdigest()))
    assert {draw_order(f"{number:x}", codes) for number in range(60)} >= {(1, 2, 3), (3, 2, 1), (2, 1, 3)}


def test_the_clock_goes_one_way_and_one_turn_runs_at_a_time() -> None:
    waiting, running = Turn(1, 1), Turn(2, 2, talk_started_at=MIDDLE)
    asking = Turn(3, 3, MIDDLE, MIDDLE + timedelta(minutes=8))
    ended = Turn(4, 4, MIDDLE, None, MIDDLE + timedelta(minutes=9))
    assert [turn.phase for turn in (waiting, running, asking, ended)] == list(TurnPhase)
    ensure_action(waiting, TurnAction.START, [waiting, ended])
    for turn, action in ((running, TurnAction.ASK), (asking, TurnAction.END), (ended, TurnAction.RESET)):
        ensure_action(turn, action, [turn])
    for turn, action in ((waiting, TurnAction.END), (asking, TurnAction.ASK), (ended, TurnAction.START)):
        with pytest.raises(TurnMoved):
            ensure_action(turn, action, [turn])
    with pytest.raises(TurnMoved):
        ensure_action(waiting, TurnAction.START, [waiting, running])
    assert find_end(running, TALK) == MIDDLE + timedelta(minutes=8)
    assert find_end(asking, TALK) == MIDDLE + timedelta(minutes=18)
    assert (find_end(waiting, TALK), find_end(ended, TALK)) == (None, None)


# --- prizes ---

PRIZES = (Prize("first", "Nhất", 1), Prize("second", "Nhì", 2), Prize("young", "Trẻ", 1, condition="Dưới 30 tuổi"))


def order_of(*marks: int, **changes: Any) -> tuple[FinalPlace, ...]:
    return rank_finalists(
        [finalist(number, mark(each), **changes) for number, each in enumerate(marks, start=1)], RULES, None
    )


def name(proposed: Any) -> list[tuple[str, str, int, int | None]]:
    return [(each.prize, each.category, each.position, each.entry_id or each.unit_id) for each in proposed]


def test_prizes_go_down_the_order_and_special_ones_are_never_proposed() -> None:
    assert name(propose_prizes(PRIZES, order_of(9000, 7000, 8000, 6000), (), ())) == [
        ("first", "", 1, 1), ("second", "", 1, 3), ("second", "", 2, 2),
    ]  # fmt: skip


def test_a_shared_place_gives_the_prize_to_all_who_share_it() -> None:
    assert name(propose_prizes(PRIZES, order_of(9000, 9000, 8000), (), ())) == [
        ("first", "", 1, 1), ("first", "", 2, 2), ("second", "", 1, 3),
    ]  # fmt: skip


def test_an_entry_with_a_shortcoming_gets_none() -> None:
    places = rank_finalists(
        [finalist(1, mark(9000), shortcomings=(Shortcoming.ZERO_IN_CRITERION,)), finalist(2, mark(100))], RULES, None
    )
    assert name(propose_prizes(PRIZES, places, (), ())) == [("first", "", 1, 2)]


def test_prizes_in_each_category_and_for_units() -> None:
    places = rank_finalists(
        [finalist(1, mark(9000)), finalist(2, mark(8000)), finalist(3, mark(100), category="khac")], RULES, None
    )
    prizes = (Prize("first", "Nhất", 1, is_per_category=True), Prize("unit", "Tập thể", 1, whom=PrizeFor.UNIT))
    assert name(propose_prizes(prizes, places, [(70, 1), (71, 2)], ["cchc", "khac"])) == [
        ("first", "cchc", 1, 1), ("first", "khac", 1, 3), ("unit", "", 1, 70),
    ]  # fmt: skip


# --- units ---


@pytest.mark.parametrize("rule", [UnitRankingRule(), UnitRankingRule(participation_weight=40, score_weight=60)])
def test_the_share_of_knowledge_is_the_standing_over_the_highest(rule: UnitRankingRule) -> None:
    figures = UnitFigures(staff_number=40, taken_part=30, passed=10, best_sum_hundredths=30 * 800)
    share, standing = find_knowledge_share(figures, rule, 1000), compute_standing(figures, rule, 1000)
    assert share is not None
    assert standing is not None
    assert float(share) * 10 == pytest.approx(standing)
    # By hand: 3/4 of the staff, 8 of 10 points.
    assert share == (Fraction(78, 100) if rule.is_weighted else Fraction(6, 10))


def test_below_the_floor_or_without_a_staff_number_there_is_no_share() -> None:
    rule = UnitRankingRule(floor_percent=50)
    assert find_knowledge_share(UnitFigures(40, 19, 1, 19000), rule, 1000) is None
    assert find_knowledge_share(UnitFigures(None, 19, 1, 19000), rule, 1000) is None
    assert find_mean([Fraction(1, 2), None]) == Fraction(1, 4)
    assert find_mean([None]) is None


def test_units_by_40_and_60_parts() -> None:
    """A: 0.4 * 0.6 + 0.6 * 0.8 = 0.72; B without an initiative: 0.4; C without knowledge: 0.6 * 2/3 = 0.4."""
    placed = rank_units(
        [
            UnitResult(1, "C", None, None, Fraction(2, 3), 1),
            UnitResult(2, "A", None, Fraction(6, 10), Fraction(8, 10), 2),
            UnitResult(3, "B", None, Fraction(1), None, 0),
            UnitResult(4, "D", None, None, None, 0),
        ],
        knowledge_weight=40,
        initiative_weight=60,
    )
    assert [(each.result.name, each.place, each.share, each.is_shared) for each in placed] == [
        ("A", 1, Fraction(72, 100), False), ("B", 2, Fraction(2, 5), True), ("C", 2, Fraction(2, 5), True),
    ]  # fmt: skip


def test_units_have_places_within_their_block_and_shares_that_lie_close_are_told_apart() -> None:
    tiny = Fraction(1, 10**30)
    shares = {"A": ("I", Fraction(1, 3)), "B": ("II", Fraction(1, 3) + tiny), "C": ("I", Fraction(1, 3)),
              "D": ("I", Fraction(1, 4)), "E": (None, Fraction(1, 5)), "F": ("II", Fraction(1, 9))}  # fmt: skip
    placed = rank_units(
        [
            UnitResult(number, name, block, None, share, 1)
            for number, (name, (block, share)) in enumerate(shares.items())
        ],
        knowledge_weight=0,
        initiative_weight=1,
    )
    assert [(each.result.name, each.place, each.block_place) for each in placed] == [
        ("B", 1, 1), ("A", 2, 1), ("C", 2, 1), ("D", 4, 3), ("E", 5, 1), ("F", 6, 2),
    ]  # fmt: skip
