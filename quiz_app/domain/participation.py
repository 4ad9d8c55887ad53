"""How far people and units are in a round: who is still to come, and whether a unit has what it owes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quiz_app.domain.units import Quota, count_people_owed


class Participation(StrEnum):
    """Where a person stands in a round. One who has a result and sits again stands where the result puts them."""

    NOT_BEGUN = "not_begun"
    SITTING = "sitting"
    """The first attempt is open."""
    BELOW = "below"
    """Below the cut score: the round must be taken again (source document 1)."""
    PASSED = "passed"


REMINDED = (Participation.NOT_BEGUN, Participation.BELOW)
"""Whom a reminder may go to."""


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """A unit in a round. People with a result count for the unit frozen on their best attempt, the others for the unit
    in which they are. ``owed`` is the number of people who must pass; None where nothing is owed or it cannot be told.
    """

    unit_id: int
    name: str
    block: str | None
    staff_number: int | None
    taken_part: int
    passed: int
    not_begun: int
    sitting: int
    best_sum_hundredths: int
    owed: int | None

    @property
    def below(self) -> int:
        """How many took part and have not passed."""
        return self.taken_part - self.passed

    @property
    def missing(self) -> int | None:
        """How many are still to pass until the quota is met; None without a quota."""
        return None if self.owed is None else max(0, self.owed - self.passed)


@dataclass(frozen=True, slots=True)
class Totals:
    """Several units together. What one unit has above its quota does not make up for another: ``missing`` adds up what
    each of them lacks. ``staff_number`` is None where one of them has none.
    """

    staff_number: int | None
    taken_part: int
    passed: int
    not_begun: int
    sitting: int
    best_sum_hundredths: int
    owed: int | None
    missing: int | None
    units_owing: int
    """Units that have a quota."""
    units_met: int
    """Units among them that have met it."""

    @property
    def below(self) -> int:
        """How many took part and have not passed."""
        return self.taken_part - self.passed

    @property
    def without_account(self) -> int:
        """How many more the staff numbers tell than there are people here; 0 where that is not known."""
        return max(0, (self.staff_number or 0) - self.taken_part - self.not_begun - self.sitting)


def add_up(units: Iterable[UnitProgress]) -> Totals:
    """The units together. A unit without people, staff number and results does not make the sum unknown."""
    lines = list(units)
    counted = [line for line in lines if line.staff_number is not None or line.taken_part or line.not_begun]
    staff = [line.staff_number for line in counted]
    owing = [line for line in lines if line.missing is not None]
    return Totals(
        staff_number=None if not staff or None in staff else sum(number or 0 for number in staff),
        taken_part=sum(line.taken_part for line in lines),
        passed=sum(line.passed for line in lines),
        not_begun=sum(line.not_begun for line in lines),
        sitting=sum(line.sitting for line in lines),
        best_sum_hundredths=sum(line.best_sum_hundredths for line in lines),
        owed=sum(line.owed or 0 for line in owing) if owing else None,
        missing=sum(line.missing or 0 for line in owing) if owing else None,
        units_owing=len(owing),
        units_met=sum(line.missing == 0 for line in owing),
    )


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit that has sub-units on the same board: what it owes and has itself, and what all below it owe and have
    together. The unit itself is not in ``below``.
    """

    unit: UnitProgress
    below: Totals
    sub_units: int


def add_up_branches(units: Sequence[UnitProgress], parents: Mapping[int, int | None]) -> list[Branch]:
    """For each unit that has others below it, at whatever depth, the sum of those; in the order of ``units``.

    ``parents`` names the unit above each unit, also of units that are not on the board (closed ones stand between).
    """
    on_board = {unit.unit_id for unit in units}
    below: dict[int, list[UnitProgress]] = {}
    for unit in units:
        seen = {unit.unit_id}
        above = parents.get(unit.unit_id)
        while above is not None and above not in seen:
            seen.add(above)
            if above in on_board:
                below.setdefault(above, []).append(unit)
            above = parents.get(above)
    return [
        Branch(unit, add_up(below[unit.unit_id]), len(below[unit.unit_id])) for unit in units if unit.unit_id in below
    ]


def find_owed(quota: Quota | None, staff_number: int | None) -> int | None:
    """How many people of the unit must pass; a quota of nobody is none."""
    return count_people_owed(quota, staff_number) or None
