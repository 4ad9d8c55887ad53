"""The people of the contest as organisers and unit leads look for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quiz_app.domain.directory import EVERYONE, AccountState, DirectoryFilter, PeopleScope, PersonLine, PersonRecord
from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.names import split_query
from quiz_app.domain.people import Person, Role
from quiz_app.domain.permissions import may_lead_unit, may_manage_account, may_organise
from quiz_app.domain.staff_lists.units import UnitName
from quiz_app.persistence import people as people_store
from quiz_app.persistence.session import Work, reading

PAGE = 50
"""People on a page."""


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of the list, how many there are in all, and where the next page begins."""

    lines: Sequence[PersonLine]
    count: int
    next_after: tuple[str, int] | None
    units: Sequence[UnitName]
    """The units to choose from."""
    waiting_count: int
    """Requests to join that wait for a decision."""


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person, and whether the one who looks may manage the account."""

    record: PersonRecord
    is_manageable: bool
    units: Sequence[UnitName]


def find_organiser_scope(person: Person) -> PeopleScope:
    """Everyone. Raises NotAllowed."""
    if not may_organise(person):
        raise NotAllowed
    return EVERYONE


def find_lead_scope(person: Person) -> PeopleScope:
    """The people of the units that the person leads, whatever else the person may do. Raises NotAllowed."""
    if not may_lead_unit(person):
        raise NotAllowed
    return PeopleScope(person.id)


def search_people(
    *,
    scope: PeopleScope,
    query: str = "",
    unit_id: int | None = None,
    state: AccountState | None = None,
    role: Role | None = None,
    after: tuple[str, int] | None = None,
) -> PeoplePage:
    """The people whose name, account or telephone has words that begin like each word of the query, accents or not."""
    chosen = DirectoryFilter(split_query(query), unit_id, state, role)
    with reading() as work:
        found = people_store.list_people(work, scope, chosen, after=after, most=PAGE + 1)
        count = people_store.count_people(work, scope, chosen)
        units = people_store.list_units_in_scope(work, scope)
        waiting = people_store.count_waiting(work, scope)
    has_more = len(found) > PAGE
    lines = [line for line, _ in found[:PAGE]]
    return PeoplePage(lines, count, found[PAGE - 1][1] if has_more else None, units, waiting)


def view_person(*, actor: Person, scope: PeopleScope, account_id: int) -> PersonView:
    """All that is known of a person of the scope. Raises NotFound."""
    with reading() as work:
        record = people_store.find_record(work, scope, account_id)
        if record is None:
            raise NotFound
        units = people_store.list_units_in_scope(work, scope)
    return PersonView(record, _is_manageable(actor, record, units), units)


def ensure_manageable(work: Work, *, actor: Person, scope: PeopleScope, account_id: int) -> PersonRecord:
    """The person, locked, if the actor may manage the account. Raises NotFound, NotAllowed."""
    record = people_store.find_record(work, scope, account_id, locks=True)
    if record is None:
        raise NotFound
    if not _is_manageable(actor, record, people_store.list_units_in_scope(work, scope)):
        raise NotAllowed
    return record


def _is_manageable(actor: Person, record: PersonRecord, units: Sequence[UnitName]) -> bool:
    return may_manage_account(
        actor,
        subject_id=record.line.id,
        roles=record.line.roles,
        led_unit_ids=record.line.led_unit_ids,
        scope_unit_ids=frozenset(unit.id for unit in units),
    )
