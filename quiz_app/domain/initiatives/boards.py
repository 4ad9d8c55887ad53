"""The board of units: what each has handed in, and what it owes by its quota of initiatives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quiz_app.domain.initiatives.states import EntryState
from quiz_app.domain.units import Quota


@dataclass(frozen=True, slots=True)
class EntryCount:
    """How many entries of a unit stand in a state, by category."""

    unit_id: int
    category: str
    state: EntryState
    number: int


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """What a unit owes in a category, and what counts there."""

    category: str
    owed: int
    counted: int

    @property
    def missing(self) -> int:
        """How many are still to come."""
        return max(0, self.owed - self.counted)


@dataclass(frozen=True, slots=True)
class UnitEntries:
    """The entries of a unit in numbers. ``counted`` are those that count for the quota: handed in, and not declined or
    refused. ``owed`` is None where nothing is owed; ``earlier`` are those handed in to the round compared with,
    ``registered`` those of the round of registration, None without one.
    """

    begun: int = 0
    handed_in: int = 0
    forwarded: int = 0
    admitted: int = 0
    counted: int = 0
    owed: int | None = None
    by_category: tuple[CategoryLine, ...] = ()
    registered: int | None = None
    earlier: int | None = None

    @property
    def missing(self) -> int:
        """How many are still to come: of each category what it lacks, and in all what the number in all lacks."""
        if self.owed is None:
            return 0
        return max(self.owed - self.counted, sum(line.missing for line in self.by_category), 0)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is owed and nothing was begun, now or before."""
        return self.owed is None and not (self.begun or self.handed_in or self.registered or self.earlier)


def count_unit(
    counts: Sequence[EntryCount], quota: Quota | None, *, registered: int | None, earlier: int | None
) -> UnitEntries:
    """The line of a unit from its entries and its quota."""
    by_state: Counter[EntryState] = Counter()
    counted_by_category: Counter[str] = Counter()
    for each in counts:
        by_state[each.state] += each.number
        if counts_for_quota(each.state):
            counted_by_category[each.category] += each.number
    owed = find_owed(quota)
    categories = {} if quota is None else quota.initiatives_by_category
    return UnitEntries(
        begun=sum(number for state, number in by_state.items() if state.is_with_unit),
        handed_in=sum(number for state, number in by_state.items() if state.is_handed_in),
        forwarded=sum(number for state, number in by_state.items() if state in _FORWARDED),
        admitted=sum(number for state, number in by_state.items() if state.is_in_contest),
        counted=counted_by_category.total(),
        owed=owed,
        by_category=tuple(
            CategoryLine(category, number, counted_by_category[category])
            for category, number in sorted(categories.items())
        ),
        registered=registered,
        earlier=earlier,
    )


def find_owed(quota: Quota | None) -> int | None:
    """How many initiatives are owed in all; one where the unit must take part in every part of the contest."""
    if quota is None:
        return None
    numbers = [quota.initiative_number or 0, sum(quota.initiatives_by_category.values()), int(quota.needs_all_parts)]
    return max(numbers) or None


def counts_for_quota(state: EntryState) -> bool:
    """Handed in, and neither declined by the department nor refused by the organisers."""
    return state.is_handed_in and state not in (EntryState.DECLINED, EntryState.REFUSED)


def add_up(lines: Sequence[UnitEntries]) -> UnitEntries:
    """The sums. ``missing`` of the sum is no sum: what one unit has above its quota does not count for another."""
    owed = [line.owed for line in lines if line.owed is not None]
    return UnitEntries(
        begun=sum(line.begun for line in lines),
        handed_in=sum(line.handed_in for line in lines),
        forwarded=sum(line.forwarded for line in lines),
        admitted=sum(line.admitted for line in lines),
        counted=sum(line.counted for line in lines),
        owed=sum(owed) if owed else None,
        registered=_add_optional([line.registered for line in lines]),
        earlier=_add_optional([line.earlier for line in lines]),
    )


def _add_optional(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def group_by_unit(counts: Sequence[EntryCount], counting_ids: Mapping[int, int]) -> dict[int, list[EntryCount]]:
    """The counts by the unit whose line they stand in (a merged unit counts for its successor)."""
    grouped: dict[int, list[EntryCount]] = {}
    for each in counts:
        grouped.setdefault(counting_ids.get(each.unit_id, each.unit_id), []).append(each)
    return grouped


_FORWARDED = frozenset(
    {
        EntryState.FORWARDED,
        EntryState.REFUSED,
        EntryState.ADMITTED,
        EntryState.SHORTLISTED,
        EntryState.PRESENTED,
    }
)
