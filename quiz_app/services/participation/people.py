"""The people of a round, looked for and filtered; and those of them who are to be reminded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.contests import Phase, Round, compute_phase
from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.names import split_query
from quiz_app.domain.participation import REMINDED, Participation
from quiz_app.domain.staff_lists.units import UnitName
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import participation as participation_store
from quiz_app.persistence import people as people_store
from quiz_app.persistence.participation import ParticipantFilter, ParticipantLine
from quiz_app.persistence.session import reading

PAGE = 50
"""People on a page."""
MOST_REMINDED = 2000
"""On one page to copy; more than any unit has, and what a text field of a browser still takes easily."""


@dataclass(frozen=True, slots=True)
class ParticipantPage:
    """A page of the list, how many there are in all, and where the next page begins."""

    round: Round
    phase: Phase
    lines: Sequence[ParticipantLine]
    count: int
    next_after: tuple[str, int] | None
    units: Sequence[UnitName]


@dataclass(frozen=True, slots=True)
class ReminderList:
    """Who is to be reminded. ``count`` is above the number of lines where they were cut off."""

    round: Round
    phase: Phase
    state: Participation
    lines: Sequence[ParticipantLine]
    count: int
    units: Sequence[UnitName]
    unit_id: int | None

    @property
    def without_email(self) -> int:
        """How many of the lines have no address."""
        return sum(not line.email for line in self.lines)


def search_participants(
    *,
    scope: PeopleScope,
    round_id: int,
    query: str = "",
    unit_id: int | None = None,
    state: Participation | None = None,
    after: tuple[str, int] | None = None,
    now: datetime,
) -> ParticipantPage:
    """The people of a round within the scope whose name, account or telephone has words that begin like those of the
    query, accents or not. Raises NotFound.
    """
    chosen = ParticipantFilter(split_query(query), unit_id, state)
    with reading() as work:
        round_ = contests_store.get_round(work, round_id)
        found = participation_store.list_participants(work, scope, round_, chosen, after=after, most=PAGE + 1)
        count = participation_store.count_participants(work, scope, round_, chosen)
        units = people_store.list_units_in_scope(work, scope)
    return ParticipantPage(
        round=round_,
        phase=compute_phase(round_.opens_at, round_.closes_at, now),
        lines=[line for line, _ in found[:PAGE]],
        count=count,
        next_after=found[PAGE - 1][1] if len(found) > PAGE else None,
        units=units,
    )


def list_reminders(
    *, scope: PeopleScope, round_id: int, state: Participation, unit_id: int | None = None, now: datetime
) -> ReminderList:
    """Those who have not begun, or those below the cut score. Raises NotFound, InvalidInput for other states."""
    if state not in REMINDED:
        raise InvalidInput("A reminder goes to people who have not begun, or to people below the cut score.")
    chosen = ParticipantFilter((), unit_id, state)
    with reading() as work:
        round_ = contests_store.get_round(work, round_id)
        found = participation_store.list_participants(work, scope, round_, chosen, after=None, most=MOST_REMINDED + 1)
        count = len(found)
        if count > MOST_REMINDED:
            count = participation_store.count_participants(work, scope, round_, chosen)
        units = people_store.list_units_in_scope(work, scope)
    return ReminderList(
        round=round_,
        phase=compute_phase(round_.opens_at, round_.closes_at, now),
        state=state,
        lines=[line for line, _ in found[:MOST_REMINDED]],
        count=count,
        units=units,
        unit_id=unit_id,
    )
