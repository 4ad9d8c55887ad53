"""Later moments for single units: granted by an organiser, with the reason, and never taken back in silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.errors import InvalidInput, NotAllowed, UnitClosed
from quiz_app.domain.initiatives.rounds import InitiativeRound, RoundDecided, find_department
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_make_exceptions
from quiz_app.domain.reasons import check_reason
from quiz_app.domain.units import Unit, UnitTree
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.initiatives.rounds import LateDoorLine
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.initiatives.access import get_round


@dataclass(frozen=True, slots=True)
class LateDoorPage:
    """What was granted in a round, the newest first, and the open units for which more can be granted."""

    round: InitiativeRound
    doors: tuple[LateDoorLine, ...]
    units: tuple[Unit, ...]


def view_late_doors(*, organiser: Person, round_id: int) -> LateDoorPage:
    """Raises NotAllowed, NotFound."""
    if not may_make_exceptions(organiser):
        raise NotAllowed
    with reading() as work:
        round_ = get_round(work, round_id)
        doors = rounds_store.list_late_doors(work, round_id)
        units = [unit for unit in unit_store.list_units(work) if unit.is_open]
    return LateDoorPage(round_, tuple(doors), tuple(sorted(units, key=lambda unit: unit.name)))


def add_late_door(
    *, organiser: Person, round_id: int, unit_id: int, until: datetime, reason: str, now: datetime
) -> None:
    """Let a unit, and the units below it, hand in until a later moment than the one announced to it.

    Judges must have time left: a door cannot stand open after the moment until which marks are taken. Raises
    NotAllowed, NotFound, UnitClosed, RoundDecided, InvalidInput.
    """
    if not may_make_exceptions(organiser):
        raise NotAllowed
    reason = check_reason(reason)
    with transaction() as work:
        round_ = get_round(work, round_id)
        if round_.published_at is not None:
            raise RoundDecided
        tree = UnitTree.of(unit_store.list_units(work))
        unit = tree.get(unit_id)
        if not unit.is_open:
            raise UnitClosed(unit.name)
        _check_moment(round_, tree, unit, until, now)
        rounds_store.add_late_door(
            work, round_id=round_id, unit_id=unit_id, until=until, reason=reason, made_by_id=organiser.id, now=now
        )
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="late_door_opened",
            subject=("initiative_round", round_id),
            details={"unit": unit.name, "until": until.isoformat(), "reason": reason},
        )


def _check_moment(round_: InitiativeRound, tree: UnitTree, unit: Unit, until: datetime, now: datetime) -> None:
    if until <= now:
        raise InvalidInput("The later moment must lie ahead.")
    has_department = find_department(tree, unit, round_.settings.appraisal) is not None
    announced = round_.unit_closes_at if has_department and round_.unit_closes_at is not None else round_.closes_at
    if until <= announced:
        raise InvalidInput("The unit hands in until then anyway: the moment must lie after the one announced to it.")
    if round_.judging_closes_at is not None and until > round_.judging_closes_at:
        raise InvalidInput("The moment must not lie after the one until which judges mark.")
