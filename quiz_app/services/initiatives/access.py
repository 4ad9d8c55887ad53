"""Who has to do with an entry, and as what. The one place that decides it."""

from __future__ import annotations

from dataclasses import dataclass

from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.entries import Entry, find_actors
from quiz_app.domain.initiatives.rounds import InitiativeRound, find_department
from quiz_app.domain.initiatives.states import EntryActor
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_lead_unit
from quiz_app.domain.units import Unit, UnitTree
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import Work


@dataclass(frozen=True, slots=True)
class Access:
    """An entry with its round, and as what this person may act on it."""

    entry: Entry
    round: InitiativeRound
    actors: frozenset[EntryActor]


def open_entry(work: Work, person: Person, entry_id: int, *, locks: bool = False) -> Access:
    """The entry, if this person has to do with it. Raises NotFound, also for other people's entries.

    Drafts are their unit's alone: a department and the organisers see what was handed in.
    """
    entry = entries_store.find_entry(work, entry_id, locks=locks)
    if entry is None:
        raise NotFound
    leads = may_lead_unit(person)
    actors = find_actors(
        person,
        created_by_id=entry.created_by_id,
        in_led_unit=leads and entry.unit_id in person.led_unit_ids,
        in_led_department=leads and entry.department_id is not None and entry.department_id in person.led_unit_ids,
    )
    if EntryActor.ENTRANT not in actors and (not actors or entry.version == 0):
        raise NotFound
    round_ = rounds_store.find_round(work, entry.round_id)
    if round_ is None:
        raise NotFound
    return Access(entry, round_, actors)


def get_round(work: Work, round_id: int) -> InitiativeRound:
    """The round. Raises NotFound."""
    round_ = rounds_store.find_round(work, round_id)
    if round_ is None:
        raise NotFound
    return round_


def list_entrant_units(work: Work, person: Person) -> list[Unit]:
    """The open units for which this person may write entries: their own, and those that they lead; by name."""
    wanted = set(person.led_unit_ids) if may_lead_unit(person) else set()
    if person.unit_id is not None:
        wanted.add(person.unit_id)
    units = [unit for unit in unit_store.list_units(work) if unit.id in wanted and unit.is_open]
    return sorted(units, key=lambda unit: unit.name)


def find_department_of(work: Work, round_: InitiativeRound, unit_id: int) -> tuple[Unit | None, list[int]]:
    """The department that appraises the unit's entries, and the ids of the unit and all units above it (whose late
    doors hold for it).
    """
    tree = UnitTree.of(unit_store.list_units(work))
    unit = tree.get(unit_id)
    above = [each.id for each in tree.iterate_above(unit)]
    return find_department(tree, unit, round_.settings.appraisal), [unit_id, *above]
