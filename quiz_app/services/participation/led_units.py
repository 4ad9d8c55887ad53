"""The first screen of a unit lead: has the unit met its quota, and if not, how many are missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.contests import Phase, Round, compute_phase
from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.participation import Branch, Totals, UnitProgress, add_up, add_up_branches
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_lead_unit
from quiz_app.domain.units import UnitTree
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import participation as participation_store
from quiz_app.persistence import quotas as quotas_store
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import reading
from quiz_app.services.participation.progress import choose_round, to_progress
from quiz_app.services.units.boards import arrange_lines


@dataclass(frozen=True, slots=True)
class LeadDashboard:
    """The led units and their sub-units in one round; ``rounds`` are all there are to choose from."""

    rounds: tuple[Round, ...]
    round: Round
    phase: Phase
    title: str
    """The led unit; where several are led, the first by name."""
    units: tuple[UnitProgress, ...]
    totals: Totals
    branches: tuple[Branch, ...]
    """Units that have sub-units, with the sums of these; the led ones first."""


def view_led_dashboard(*, lead: Person, round_id: int | None, now: datetime) -> LeadDashboard | None:
    """The units that this person leads in the round asked for, or in the one that matters now; None where there is no
    round at all. Raises NotAllowed, NotFound.
    """
    if not may_lead_unit(lead):
        raise NotAllowed
    with reading() as work:
        rounds = contests_store.list_rounds(work)
        round_ = choose_round(rounds, round_id, now)
        if round_ is None:
            if round_id is None:
                return None
            raise NotFound
        unit_ids = participation_store.list_scope_ids(work, PeopleScope(lead.id), None) or []
        lines = participation_store.list_led_lines(work, unit_ids, round_.id)
        tree = UnitTree.of(unit_store.list_units(work))
        lines = arrange_lines(work, lines, round_.closes_at, tree=tree)
        comers = participation_store.count_comers(work, unit_ids, round_)
        quotas = quotas_store.list_quotas(work, round_.contest_id)
    units = to_progress(lines, comers, quotas)
    branches = add_up_branches(units, {unit.id: unit.parent_id for unit in tree.units.values()})
    own = [unit.name for unit in units if unit.unit_id in lead.led_unit_ids]
    return LeadDashboard(
        rounds=tuple(rounds),
        round=round_,
        phase=compute_phase(round_.opens_at, round_.closes_at, now),
        title=own[0] if own else "",
        units=tuple(units),
        totals=add_up(units),
        branches=tuple(sorted(branches, key=lambda branch: branch.unit.unit_id not in lead.led_unit_ids)),
    )
