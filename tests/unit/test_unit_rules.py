"""The tree of units: circles, closed units, mergers on boards, and what units owe."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_app.domain.errors import InvalidInput, UnitClosed, UnitCycle, UnitNotEmpty
from quiz_app.domain.units import (
    Quota,
    Unit,
    UnitTree,
    count_people_owed,
    ensure_may_close,
    ensure_may_merge,
    ensure_may_stand_under,
    ensure_quota,
    ensure_takes_people,
    find_counting_unit,
    find_quota,
)

CLOSE = datetime(2022, 10, 15, 15, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)


def make_unit(unit_id: int, parent_id: int | None = None, **changes) -> Unit:
    return Unit(unit_id, f"U{unit_id}", f"Đơn vị {unit_id}", "school", parent_id=parent_id, **changes)


def make_tree() -> UnitTree:
    """1 above 2 above 3; 4 beside 1; 5 closed under 1."""
    return UnitTree.of([make_unit(1), make_unit(2, 1), make_unit(3, 2), make_unit(4), make_unit(5, 1, closed_at=CLOSE)])


@pytest.mark.parametrize(("unit_id", "parent_id"), [(1, 1), (1, 2), (1, 3), (2, 3)])
def test_a_unit_cannot_stand_under_itself_or_what_is_below_it(unit_id: int, parent_id: int) -> None:
    tree = make_tree()
    with pytest.raises(UnitCycle):
        ensure_may_stand_under(tree, tree.get(unit_id), tree.get(parent_id))


def test_a_unit_may_stand_under_another_or_at_the_top_but_not_under_a_closed_one() -> None:
    tree = make_tree()
    ensure_may_stand_under(tree, tree.get(1), tree.get(4))
    ensure_may_stand_under(tree, tree.get(3), tree.get(1))
    ensure_may_stand_under(tree, tree.get(3), None)
    with pytest.raises(UnitClosed):
        ensure_may_stand_under(tree, tree.get(4), tree.get(5))


def test_the_tree_has_at_most_twelve_levels() -> None:
    tree = UnitTree.of([make_unit(1), *(make_unit(number, number - 1) for number in range(2, 13))])
    fresh = make_unit(99)
    ensure_may_stand_under(tree, fresh, tree.get(11))
    with pytest.raises(InvalidInput):
        ensure_may_stand_under(tree, fresh, tree.get(12))


def test_a_closed_unit_takes_no_people() -> None:
    tree = make_tree()
    ensure_takes_people(tree.get(4))
    with pytest.raises(UnitClosed):
        ensure_takes_people(tree.get(5))


def test_a_unit_is_closed_only_when_nobody_is_in_it() -> None:
    tree = make_tree()
    ensure_may_close(tree, tree.get(3), 0)
    with pytest.raises(UnitNotEmpty):
        ensure_may_close(tree, tree.get(3), 1)
    with pytest.raises(UnitNotEmpty):
        ensure_may_close(tree, tree.get(2), 0)
    with pytest.raises(UnitClosed):
        ensure_may_close(tree, tree.get(5), 0)


@pytest.mark.parametrize(
    ("unit_id", "successor_id", "refusal"),
    [(1, 1, UnitCycle), (1, 3, UnitCycle), (1, 5, UnitClosed), (5, 1, UnitClosed)],
)
def test_a_merger_goes_to_another_open_unit(unit_id: int, successor_id: int, refusal: type[Exception]) -> None:
    tree = make_tree()
    ensure_may_merge(tree, tree.get(3), tree.get(1))
    with pytest.raises(refusal):
        ensure_may_merge(tree, tree.get(unit_id), tree.get(successor_id))


def test_what_a_lead_answers_for_includes_what_was_merged_into_it() -> None:
    tree = UnitTree.of(
        [make_unit(1), make_unit(2, 1), make_unit(3), make_unit(4, closed_at=CLOSE, successor_id=2), make_unit(6, 4)]
    )
    assert sorted(tree.list_subtree_ids(1)) == [1, 2, 4, 6]
    assert tree.list_subtree_ids(3) == [3]


@pytest.mark.parametrize(
    ("closed_at", "counting"),
    [(CLOSE - MS, 2), (CLOSE, 1), (CLOSE + MS, 1)],
    ids=["merged before the close", "merged at the close", "merged after the close"],
)
def test_a_merged_unit_counts_for_its_successor_only_in_rounds_that_close_later(
    closed_at: datetime, counting: int
) -> None:
    tree = UnitTree.of([make_unit(1, closed_at=closed_at, successor_id=2), make_unit(2)])
    assert find_counting_unit(tree, tree.get(1), CLOSE).id == counting
    assert find_counting_unit(tree, tree.get(2), CLOSE).id == 2


def test_a_chain_of_mergers_is_followed_as_far_as_it_went_before_the_close() -> None:
    tree = UnitTree.of(
        [
            make_unit(1, closed_at=CLOSE - 3 * MS, successor_id=2),
            make_unit(2, closed_at=CLOSE - 2 * MS, successor_id=3),
            make_unit(3, closed_at=CLOSE + MS, successor_id=4),
            make_unit(4),
        ]
    )
    assert find_counting_unit(tree, tree.get(1), CLOSE).id == 3


@pytest.mark.parametrize(
    "quota",
    [
        Quota(people_percent=130),
        Quota(people_percent=-1),
        Quota(people_percent=101),
        Quota(people_number=-1),
        Quota(people_number=1_000_001),
        Quota(people_number=2, people_percent=30),
        Quota(initiative_number=1001),
        Quota(initiatives_by_category={"CCHC": -1}),
        Quota(initiative_number=1, initiatives_by_category={"CCHC": 1, "nhiệm vụ": 1}),
    ],
)
def test_a_quota_that_cannot_be_owed_is_refused(quota: Quota) -> None:
    with pytest.raises(InvalidInput):
        ensure_quota(quota)


def test_quotas_of_the_source_documents_are_taken() -> None:
    ensure_quota(Quota(people_percent=100))
    ensure_quota(Quota(people_percent=0))
    ensure_quota(Quota(people_number=2, initiative_number=1, needs_all_parts=True))
    ensure_quota(Quota(initiative_number=2, initiatives_by_category={"CCHC": 1, "nhiệm vụ": 1}))


@pytest.mark.parametrize(
    ("quota", "staff", "owed"),
    [
        (Quota(people_percent=30), 46, 14),  # 13.8
        (Quota(people_percent=30), 10, 3),
        (Quota(people_percent=30), 0, 0),
        (Quota(people_percent=100), 62, 62),
        (Quota(people_percent=30), None, None),
        (Quota(people_number=2), 8, 2),
        (Quota(people_number=2), 1, 1),
        (Quota(people_number=2), None, 2),
        (Quota(initiative_number=1), 8, None),
        (None, 8, None),
    ],
)
def test_how_many_people_are_owed(quota: Quota | None, staff: int | None, owed: int | None) -> None:
    assert count_people_owed(quota, staff) == owed


@given(percent=st.integers(0, 100), staff=st.integers(0, 1_000_000))
def test_a_share_is_reached_by_what_is_owed_and_not_by_one_person_less(percent: int, staff: int) -> None:
    owed = count_people_owed(Quota(people_percent=percent), staff)
    assert owed is not None
    assert 0 <= owed <= staff
    assert owed * 100 >= percent * staff
    assert owed == 0 or (owed - 1) * 100 < percent * staff


def test_a_quota_of_the_unit_stands_in_place_of_its_kind_s_as_a_whole() -> None:
    unit, kind_quota, own = make_unit(1), Quota(people_percent=30, initiative_number=1), Quota(people_number=5)
    assert find_quota(unit, {"school": kind_quota}, {}) == kind_quota
    assert find_quota(unit, {"school": kind_quota}, {1: own}) == own
    assert find_quota(unit, {"centre": kind_quota}, {2: own}) is None
