"""What a unit owes and what counts for it."""

from __future__ import annotations

import pytest

from quiz_app.domain.initiatives.boards import EntryCount, add_up, count_unit, find_owed, group_by_unit
from quiz_app.domain.initiatives.states import EntryState
from quiz_app.domain.units import Quota


def count(*entries: tuple[str, EntryState, int], quota: Quota | None = None):
    return count_unit(
        [EntryCount(1, category, state, number) for category, state, number in entries],
        quota,
        registered=None,
        earlier=None,
    )


@pytest.mark.parametrize(
    ("quota", "owed"),
    [
        (None, None),
        (Quota(people_number=2), None),
        (Quota(initiative_number=0), None),
        (Quota(initiative_number=2), 2),
        (Quota(initiatives_by_category={"a": 1, "b": 2}), 3),
        (Quota(initiative_number=5, initiatives_by_category={"a": 1}), 5),
        (Quota(needs_all_parts=True), 1),
    ],
)
def test_what_is_owed(quota: Quota | None, owed: int | None) -> None:
    assert find_owed(quota) == owed


def test_each_state_counts_where_it_belongs() -> None:
    line = count(*((("a", state, 1)) for state in EntryState), quota=Quota(initiative_number=9))
    assert (line.begun, line.handed_in, line.forwarded, line.admitted, line.counted) == (2, 7, 5, 3, 5)
    assert line.missing == 4


def test_a_category_that_is_over_does_not_count_for_one_that_lacks() -> None:
    quota = Quota(initiatives_by_category={"a": 1, "b": 1})
    line = count(("a", EntryState.SUBMITTED, 5), quota=quota)
    assert (line.owed, line.counted, line.missing) == (2, 5, 1)
    assert count(("a", EntryState.ADMITTED, 1), ("b", EntryState.DECLINED, 1), quota=quota).missing == 1
    assert count(("a", EntryState.ADMITTED, 1), ("b", EntryState.FORWARDED, 1), quota=quota).missing == 0


def test_a_number_in_all_above_the_categories() -> None:
    quota = Quota(initiative_number=4, initiatives_by_category={"a": 1})
    assert count(("b", EntryState.SUBMITTED, 2), quota=quota).missing == 2
    assert count(("b", EntryState.SUBMITTED, 4), quota=quota).missing == 1


def test_nothing_owed_is_never_missing() -> None:
    assert count().is_empty
    assert count().missing == 0
    assert not count(quota=Quota(initiative_number=1)).is_empty


def test_sums_and_merged_units() -> None:
    lines = [count(("a", EntryState.DRAFT, 1)), count(("a", EntryState.SUBMITTED, 2), quota=Quota(initiative_number=3))]
    total = add_up(lines)
    assert (total.begun, total.handed_in, total.owed, total.registered) == (1, 2, 3, None)
    counts = [EntryCount(1, "a", EntryState.DRAFT, 1), EntryCount(2, "a", EntryState.DRAFT, 1)]
    assert {unit: len(found) for unit, found in group_by_unit(counts, {1: 2}).items()} == {2: 2}
