"""Units: the tree, what may be done to it, and what units owe.

A unit that is merged is closed and has a successor; its results stay under it for good, since each attempt froze the
unit at its start. Boards follow one rule, without a setting (``find_counting_unit``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from quiz_app.domain.errors import InvalidInput, NotFound, UnitClosed, UnitCycle, UnitNotEmpty

LARGEST_STAFF = 1_000_000
MOST_CATEGORIES = 12
DEEPEST = 12
"""Levels of a tree; ministries down to groups of a school need seven."""


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisational unit as it stands. ``staff_number`` counts its own people, not those of its sub-units."""

    id: int
    code: str
    name: str
    kind: str
    block: str | None = None
    parent_id: int | None = None
    staff_number: int | None = None
    closed_at: datetime | None = None
    successor_id: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it takes people and takes part."""
        return self.closed_at is None


class UnitChange(StrEnum):
    """What can happen to a unit, in the words of its history."""

    ADDED = "added"
    EDITED = "edited"
    RENAMED = "renamed"
    MOVED = "moved"
    MERGED = "merged"
    RECEIVED = "received"
    """Another unit was merged into it."""
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True)
class UnitTree:
    """All units of the installation, closed ones too."""

    units: Mapping[int, Unit]

    @classmethod
    def of(cls, units: Iterable[Unit]) -> UnitTree:
        """The tree of these units."""
        return cls({unit.id: unit for unit in units})

    @cached_property
    def children(self) -> Mapping[int | None, tuple[Unit, ...]]:
        """Sub-units by the id of the unit above, None for the topmost, in order of name."""
        found: dict[int | None, list[Unit]] = {}
        for unit in sorted(self.units.values(), key=lambda unit: unit.name):
            found.setdefault(unit.parent_id, []).append(unit)
        return {parent_id: tuple(units) for parent_id, units in found.items()}

    def get(self, unit_id: int) -> Unit:
        """The unit. Raises NotFound."""
        try:
            return self.units[unit_id]
        except KeyError:
            raise NotFound from None

    def list_open_children(self, unit_id: int | None) -> list[Unit]:
        """Sub-units that are open."""
        return [unit for unit in self.children.get(unit_id, ()) if unit.is_open]

    def iterate_above(self, unit: Unit) -> Iterator[Unit]:
        """The unit above, the one above that, and so on to the top."""
        seen = {unit.id}
        while unit.parent_id is not None and unit.parent_id not in seen:
            unit = self.units[unit.parent_id]
            seen.add(unit.id)
            yield unit

    def list_subtree_ids(self, unit_id: int) -> list[int]:
        """The unit, all units below it, and all that were merged into one of these: what its lead answers for."""
        found, waiting = [], [unit_id]
        merged = self._merged_into
        seen: set[int] = set()
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            found.append(current)
            waiting += [unit.id for unit in self.children.get(current, ())] + merged.get(current, [])
        return found

    def list_merged_into(self, unit_id: int) -> list[Unit]:
        """The units that were merged into this one, directly."""
        return [self.units[merged_id] for merged_id in self._merged_into.get(unit_id, [])]

    @cached_property
    def _merged_into(self) -> Mapping[int, list[int]]:
        found: dict[int, list[int]] = {}
        for unit in self.units.values():
            if unit.successor_id is not None:
                found.setdefault(unit.successor_id, []).append(unit.id)
        return found


def ensure_takes_people(unit: Unit) -> None:
    """Raise UnitClosed unless people may be put into the unit."""
    if not unit.is_open:
        raise UnitClosed(unit.name)


def ensure_may_stand_under(tree: UnitTree, unit: Unit, parent: Unit | None) -> None:
    """Raise UnitCycle for a unit under itself, UnitClosed for one under a closed unit, InvalidInput where the tree
    would get too deep.
    """
    if parent is None:
        return
    ensure_takes_people(parent)
    if parent.id == unit.id or any(above.id == unit.id for above in tree.iterate_above(parent)):
        raise UnitCycle(unit.name, parent.name)
    if sum(1 for _ in tree.iterate_above(parent)) + 2 > DEEPEST:
        raise InvalidInput("The tree of units would get deeper than 12 levels.")


def ensure_may_merge(tree: UnitTree, unit: Unit, successor: Unit) -> None:
    """Raise UnitClosed where one of them is closed, UnitCycle for a unit merged into itself or into one below it."""
    ensure_takes_people(unit)
    ensure_takes_people(successor)
    if successor.id == unit.id or any(above.id == unit.id for above in tree.iterate_above(successor)):
        raise UnitCycle(unit.name, successor.name)


def ensure_may_close(tree: UnitTree, unit: Unit, people_count: int) -> None:
    """Raise UnitNotEmpty while people or open sub-units are in it (they are moved, or the unit is merged), UnitClosed
    for one that is closed already.
    """
    ensure_takes_people(unit)
    sub_units = len(tree.list_open_children(unit.id))
    if people_count or sub_units:
        raise UnitNotEmpty(people_count, sub_units)


def find_counting_unit(tree: UnitTree, unit: Unit, round_closes_at: datetime) -> Unit:
    """The unit whose line on a round's board counts what was reached under this unit.

    A round that closed before the merger keeps its board as it was. In a round that was still open then, or opened
    later, the merged unit counts for its successor, whose people they are now: one line, one quota. Nothing is
    rewritten: results keep their unit.
    """
    seen = {unit.id}
    while unit.successor_id is not None and unit.closed_at is not None and unit.closed_at < round_closes_at:
        if unit.successor_id in seen:
            break
        unit = tree.units[unit.successor_id]
        seen.add(unit.id)
    return unit


@dataclass(frozen=True, slots=True)
class Quota:
    """What a unit owes in a contest: people by number or percent of the staff, initiatives in all and by category."""

    people_number: int | None = None
    people_percent: int | None = None
    initiative_number: int | None = None
    initiatives_by_category: Mapping[str, int] = field(default_factory=dict)
    needs_all_parts: bool = False
    """Whether the unit must take part in every part of the contest: knowledge and initiatives (document 1, §3)."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is owed at all."""
        return self == Quota()


def ensure_quota(quota: Quota) -> None:
    """Raise InvalidInput for what cannot be owed: 130 % of the staff, a negative number, fewer initiatives in all than
    by category.
    """
    if quota.people_number is not None and quota.people_percent is not None:
        raise InvalidInput("People are owed by number or by percent, not both.")
    if quota.people_percent is not None and not 0 <= quota.people_percent <= 100:
        raise InvalidInput("The quota of people is between 0 and 100 percent of the staff.")
    if quota.people_number is not None and not 0 <= quota.people_number <= LARGEST_STAFF:
        raise InvalidInput("The quota of people is a number from 0 to 1,000,000.")
    numbers = [quota.initiative_number or 0, *quota.initiatives_by_category.values()]
    if not all(0 <= number <= 1000 for number in numbers):
        raise InvalidInput("The quota of initiatives is a number from 0 to 1,000.")
    if len(quota.initiatives_by_category) > MOST_CATEGORIES:
        raise InvalidInput("A quota names at most 12 categories of initiatives.")
    if quota.initiative_number is not None and quota.initiative_number < sum(quota.initiatives_by_category.values()):
        raise InvalidInput("The number of initiatives in all is below the sum of the categories.")


def find_quota(unit: Unit, by_kind: Mapping[str, Quota], by_unit: Mapping[int, Quota]) -> Quota | None:
    """A quota of the unit itself stands in place of the one of its kind, as a whole."""
    return by_unit.get(unit.id) or by_kind.get(unit.kind)


def count_people_owed(quota: Quota | None, staff_number: int | None) -> int | None:
    """How many people the unit owes; a share is rounded up (30 % of 46 is 14). None where nothing is owed or the staff
    number is not known. A number above the staff number is owed up to the staff number.
    """
    if quota is None:
        return None
    if quota.people_number is not None:
        return quota.people_number if staff_number is None else min(quota.people_number, staff_number)
    if quota.people_percent is None or staff_number is None:
        return None
    return -(-quota.people_percent * staff_number // 100)
