"""What a writer of entries has on their table: the rounds that take entries, their own entries, what is due when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from quiz_app.domain.initiatives.rounds import (
    Appraisal,
    HandInWindow,
    InitiativeRound,
    LateDoor,
    find_department,
    find_window,
)
from quiz_app.domain.initiatives.states import EntryState
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_lead_unit
from quiz_app.domain.units import Unit, UnitTree
from quiz_app.persistence.initiatives import listing as listing_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.initiatives.listing import EntryLine, RegisteredLine, StandingLine
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import Work, reading
from quiz_app.services.initiatives.access import list_entrant_units

PAGE_SIZE = 50
SHOWN_FOR = timedelta(days=120)
"""How long after its close a round stays on the home page while its results are awaited."""
MOST_REGISTERED = 200


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """An entry in its writers' list, with its round and the window in which it can be handed in."""

    line: EntryLine
    round: InitiativeRound
    window: HandInWindow
    is_open: bool


@dataclass(frozen=True, slots=True)
class OpenRound:
    """A round that takes entries of at least one of the person's units now. ``window`` is the latest of theirs."""

    round: InitiativeRound
    window: HandInWindow


@dataclass(frozen=True, slots=True)
class OwnEntries:
    """A page of entries, the newest first. ``next_before`` is the id to go on from, None on the last page."""

    entries: tuple[OwnEntry, ...]
    open_rounds: tuple[OpenRound, ...]
    upcoming: tuple[InitiativeRound, ...]
    next_before: int | None
    has_units: bool


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit for which an entry can be begun, and until when it hands in."""

    unit: Unit
    window: HandInWindow
    department: Unit | None


@dataclass(frozen=True, slots=True)
class NewEntryPage:
    """What there is to choose from before an entry is begun."""

    round: InitiativeRound
    units: tuple[UnitChoice, ...]
    registered: tuple[RegisteredLine, ...]


@dataclass(frozen=True, slots=True)
class RoundStanding:
    """A round on the home page. ``until`` is the announced moment for the person's unit, late doors left aside."""

    line: StandingLine
    until: datetime


class _Windows:
    """Windows of many units from one reading of units and late doors: their number costs no statement."""

    def __init__(self, work: Work, rounds: Sequence[InitiativeRound]) -> None:
        self.tree = UnitTree.of(unit_store.list_units(work))
        self._doors: dict[int, list[LateDoor]] = {
            round_.id: [line.door for line in rounds_store.list_late_doors(work, round_.id)] for round_ in rounds
        }

    def find(self, round_: InitiativeRound, unit_id: int, *, was_returned: bool) -> tuple[HandInWindow, Unit | None]:
        """The window of the unit and its department."""
        unit = self.tree.get(unit_id)
        department = find_department(self.tree, unit, round_.settings.appraisal)
        unit_ids = {unit_id, *(above.id for above in self.tree.iterate_above(unit))}
        doors = [door for door in self._doors[round_.id] if door.unit_id in unit_ids]
        window = find_window(round_, has_department=department is not None, was_returned=was_returned, doors=doors)
        return window, department


def list_own_entries(*, person: Person, before: int | None, now: datetime) -> OwnEntries:
    """The person's entries and those of the units that they lead, and the rounds in which one can be begun."""
    with reading() as work:
        lines = listing_store.list_own_entries(
            work,
            account_id=person.id,
            led_ids=_find_led(person),
            before=listing_store.NEWEST if before is None else before,
            most=PAGE_SIZE + 1,
        )
        rounds = {round_.id: round_ for round_ in rounds_store.list_rounds(work)}
        shown = {line.round_id for line in lines}
        current = [
            round_
            for round_ in rounds.values()
            if round_.id in shown or (round_.published_at is None and now < round_.closes_at + SHOWN_FOR)
        ]
        windows = _Windows(work, current)
        units = list_entrant_units(work, person)
    entries = []
    for line in lines[:PAGE_SIZE]:
        round_ = rounds[line.round_id]
        window, _ = windows.find(round_, line.unit_id, was_returned=line.state is EntryState.RETURNED)
        entries.append(OwnEntry(line, round_, window, _is_open(round_, window, now)))
    open_rounds = []
    for round_ in current:
        found = [windows.find(round_, unit.id, was_returned=False)[0] for unit in units]
        latest = max((each for each in found if _is_open(round_, each, now)), key=_get_end, default=None)
        if latest is not None:
            open_rounds.append(OpenRound(round_, latest))
    return OwnEntries(
        entries=tuple(entries),
        open_rounds=tuple(open_rounds),
        upcoming=tuple(round_ for round_ in current if now < round_.opens_at),
        next_before=lines[PAGE_SIZE - 1].id if len(lines) > PAGE_SIZE else None,
        has_units=bool(units),
    )


def view_new_entry(*, person: Person, round_id: int, now: datetime) -> NewEntryPage | None:
    """What to choose from for a new entry of the round; None where none of the person's units may hand in now."""
    with reading() as work:
        round_ = rounds_store.find_round(work, round_id)
        if round_ is None:
            return None
        windows = _Windows(work, [round_])
        choices = []
        for unit in list_entrant_units(work, person):
            window, department = windows.find(round_, unit.id, was_returned=False)
            if _is_open(round_, window, now):
                choices.append(UnitChoice(unit, window, department))
        if not choices:
            return None
        registered: list[RegisteredLine] = []
        if round_.settings.continues:
            registered = listing_store.list_registered(
                work,
                contest_id=round_.contest_id,
                code=round_.settings.continues,
                account_id=person.id,
                led_ids=_find_led(person),
                most=MOST_REGISTERED,
            )
    unit_ids = {choice.unit.id for choice in choices}
    return NewEntryPage(round_, tuple(choices), tuple(line for line in registered if line.unit_id in unit_ids))


def list_standings(person: Person, now: datetime) -> list[RoundStanding]:
    """How the rounds of entries stand for a person, for the home page: one statement. Nothing for whoever stands in no
    unit and has written nothing.

    The moment for units holds where another unit stands above the person's; the window itself looks at all units.
    """
    unit_id = person.unit_id if person.unit_id is not None else min(_find_led(person), default=None)
    with reading() as work:
        lines = listing_store.list_standings(
            work, account_id=person.id, unit_id=unit_id, now=now, since=now - SHOWN_FOR
        )
    return [
        RoundStanding(line, _find_announced(line)) for line in lines if line.has_unit or line.drafts or line.returned
    ]


def _find_announced(line: StandingLine) -> datetime:
    has_department = line.has_parent and line.settings.appraisal is not Appraisal.NONE
    return line.unit_closes_at if has_department and line.unit_closes_at is not None else line.closes_at


def _is_open(round_: InitiativeRound, window: HandInWindow, now: datetime) -> bool:
    return round_.published_at is None and round_.opens_at <= now < window.taken_until


def _get_end(window: HandInWindow) -> datetime:
    return window.taken_until


def _find_led(person: Person) -> frozenset[int]:
    return person.led_unit_ids if may_lead_unit(person) else frozenset()
