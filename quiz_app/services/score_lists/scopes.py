"""Whose list a person may take: the unit comes from what they lead, never from the address alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.contests import Contest, Round
from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.issued_lists import ListKind
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_lead_unit, may_organise
from quiz_app.domain.units import Unit, UnitTree
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import reading


@dataclass(frozen=True, slots=True)
class ListChoices:
    """What the form offers: rounds, and units in the order of the tree with their depth."""

    rounds: tuple[Round, ...]
    units: tuple[tuple[Unit, int], ...]
    now: datetime


def view_choices(*, person: Person, as_lead: bool, now: datetime) -> ListChoices:
    """Rounds that have opened, and the units whose lists the person may take. Raises NotAllowed."""
    with reading() as work:
        tree = UnitTree.of(unit_store.list_units(work))
        rounds = contests_store.list_rounds(work)
    allowed = list_allowed_ids(person, tree, as_lead=as_lead)
    units: list[tuple[Unit, int]] = []

    def add(unit: Unit, depth: int) -> None:
        if unit.id in allowed:
            units.append((unit, depth))
        for child in tree.list_open_children(unit.id):
            add(child, depth + (unit.id in allowed))

    for unit in tree.list_open_children(None):
        add(unit, 0)
    opened = [round_ for round_ in rounds if round_.opens_at <= now]
    # What counts first, the latest of it before the others; practice is at the end.
    opened.sort(key=lambda round_: (round_.settings.is_ranked, round_.closes_at), reverse=True)
    return ListChoices(tuple(opened), tuple(units), now)


def list_allowed_ids(person: Person, tree: UnitTree, *, as_lead: bool) -> frozenset[int]:
    """The units whose lists the person may take. Raises NotAllowed."""
    if as_lead:
        if not may_lead_unit(person):
            raise NotAllowed
        led = (unit_id for unit_id in person.led_unit_ids if unit_id in tree.units)
        return frozenset(below for unit_id in led for below in tree.list_subtree_ids(unit_id))
    if not may_organise(person):
        raise NotAllowed
    return frozenset(tree.units)


def ensure_scope(person: Person, tree: UnitTree, *, as_lead: bool, kind: ListKind, unit_id: int | None) -> None:
    """Raise NotFound for a unit that is not the person's, NotAllowed for what only organisers take."""
    allowed = list_allowed_ids(person, tree, as_lead=as_lead)
    if as_lead and (unit_id is None or kind is ListKind.RANKING):
        raise NotAllowed
    if unit_id is not None and unit_id not in allowed:
        raise NotFound


def pick_round(rounds: list[Round], round_id: int) -> Round:
    """The round. Raises NotFound."""
    for round_ in rounds:
        if round_.id == round_id:
            return round_
    raise NotFound


def pick_contest(contests: list[Contest], contest_id: int) -> Contest:
    """The contest. Raises NotFound."""
    for contest in contests:
        if contest.id == contest_id:
            return contest
    raise NotFound
