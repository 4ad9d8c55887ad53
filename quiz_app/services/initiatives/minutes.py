"""The minutes of a department's appraisal: what was handed in to it, and what it decided on each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.initiatives.states import EntryState
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_lead_unit
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import handed_in as handed_in_store
from quiz_app.persistence.initiatives.handed_in import HandedInFilter, HandedInLine
from quiz_app.persistence.session import transaction
from quiz_app.services.initiatives.access import get_round


@dataclass(frozen=True, slots=True)
class MinutesLine:
    """An initiative with what was decided; ``reason`` is that of the last return or refusal."""

    line: HandedInLine
    reason: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """What stands in the minutes; ``department`` names the departments of the person, as a rule one."""

    round: InitiativeRound
    department: str
    made_at: datetime
    lines: tuple[MinutesLine, ...]

    def count(self, *states: EntryState) -> int:
        """How many stand in one of these states."""
        return sum(each.line.state in states for each in self.lines)


def make_minutes(*, lead: Person, round_id: int, now: datetime) -> Minutes:
    """The minutes as of now; taking them is audited. Raises NotAllowed, NotFound (nothing was handed in)."""
    if not may_lead_unit(lead):
        raise NotAllowed
    with transaction() as work:
        round_ = get_round(work, round_id)
        lines = handed_in_store.list_handed_in(
            work, round_id=round_id, department_ids=lead.led_unit_ids, wanted=HandedInFilter()
        )
        if not lines:
            raise NotFound
        reasons = handed_in_store.map_reasons(work, round_id=round_id, department_ids=lead.led_unit_ids)
        audit.add_entry(
            work,
            now=now,
            actor_id=lead.id,
            action="appraisal_minutes_taken",
            subject=("initiative_round", round_id),
            details={"entries": len(lines)},
        )
    names = sorted({line.department_name for line in lines if line.department_name})
    shown = tuple(
        MinutesLine(
            line,
            reasons.get(line.id, "") if line.state in (EntryState.RETURNED, EntryState.DECLINED) else "",
        )
        for line in lines
    )
    return Minutes(round_, ", ".join(names), now, shown)
