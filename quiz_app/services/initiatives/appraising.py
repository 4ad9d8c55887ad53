"""Checking what was handed in: the department that appraises, and the organisers who admit.

Both see the same list and the same entry; what they may do with it is what the table of steps gives them
(``domain/initiatives/states``). Whatever belongs to others is not found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from quiz_app.domain.errors import NotAllowed, NotFound, Refusal
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.initiatives.states import EntryActor, EntryState, EntryStep, EntryStepRefused
from quiz_app.domain.names import split_query
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_lead_unit, may_organise
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import handed_in as handed_in_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.initiatives.handed_in import HandedInFilter, HandedInLine
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.initiatives.access import get_round, open_entry
from quiz_app.services.initiatives.steps import take_step

Wanted = HandedInFilter
PAGE_SIZE = 50
MOST_UNITS = 300
"""Units to choose from in the filter; of more of them the words of the search find one."""
STEPS: Mapping[EntryActor, frozenset[EntryStep]] = {
    EntryActor.APPRAISER: frozenset({EntryStep.RETURN, EntryStep.FORWARD, EntryStep.DECLINE, EntryStep.RECONSIDER}),
    EntryActor.ORGANISER: frozenset(
        {EntryStep.SEND_BACK, EntryStep.ADMIT, EntryStep.REFUSE, EntryStep.READMIT, EntryStep.TAKE_OUT}
    ),
}
"""What is done on these pages; round 2 has pages of its own."""
TOGETHER: Mapping[EntryActor, Mapping[EntryState, tuple[EntryStep, ...]]] = {
    EntryActor.APPRAISER: {EntryState.SUBMITTED: (EntryStep.FORWARD,)},
    EntryActor.ORGANISER: {EntryState.FORWARDED: (EntryStep.ADMIT, EntryStep.REFUSE)},
}
"""What may be done with several entries of a state at once."""


@dataclass(frozen=True, slots=True)
class CheckList:
    """A page of handed-in entries. ``counts`` are by state over the whole scope, whatever is looked for;
    ``next_after`` is the number to go on from; ``units`` are empty where there are too many to choose from.
    """

    rounds: tuple[InitiativeRound, ...]
    round: InitiativeRound
    lines: tuple[HandedInLine, ...]
    next_after: int | None
    counts: Mapping[EntryState, int]
    units: tuple[tuple[int, str], ...]
    steps: Mapping[EntryState, tuple[EntryStep, ...]]


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round with how many handed-in entries stand in which state."""

    round: InitiativeRound
    counts: Mapping[EntryState, int]

    @property
    def total(self) -> int:
        """Entries that were handed in and not withdrawn."""
        return sum(number for state, number in self.counts.items() if state is not EntryState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class StepsOutcome:
    """What became of several entries: how many took the step, and the refusals of the others by entry."""

    taken: int
    refused: Mapping[int, Refusal]


def make_filter(
    *,
    query: str = "",
    state: EntryState | None = None,
    category: str = "",
    unit_id: int | None = None,
    is_alike: bool = False,
    after: int = 0,
) -> Wanted:
    """What is looked for: words without accents, each the beginning of one in name, unit or authors' names.
    ``is_alike``: those to which something like them was found.
    """
    return Wanted(split_query(query), state, category, unit_id, int(is_alike), after)


def list_rounds(*, organiser: Person) -> list[RoundLine]:
    """All rounds of initiatives, those of the newest contest first. Raises NotAllowed."""
    _ensure_organiser(organiser)
    with reading() as work:
        counts = handed_in_store.count_by_round(work)
        return [RoundLine(round_, counts.get(round_.id, {})) for round_ in rounds_store.list_rounds(work)]


def list_for_department(*, lead: Person, round_id: int | None, wanted: Wanted) -> CheckList | None:
    """What was handed in to the departments that this person leads, in the round asked for or the newest one; None
    where nothing was ever handed in to them. Raises NotAllowed, NotFound.
    """
    if not may_lead_unit(lead):
        raise NotAllowed
    with reading() as work:
        with_entries = handed_in_store.list_round_ids(work, lead.led_unit_ids)
        rounds = [round_ for round_ in rounds_store.list_rounds(work) if round_.id in with_entries]
        if not rounds and round_id is None:
            return None
        chosen = next((round_ for round_ in rounds if round_id in (None, round_.id)), None)
        if chosen is None:
            raise NotFound
        return _list_page(work, rounds, chosen, lead.led_unit_ids, wanted, EntryActor.APPRAISER)


def list_for_organisers(*, organiser: Person, round_id: int, wanted: Wanted) -> CheckList:
    """Everything that was handed in to the round. Raises NotAllowed, NotFound."""
    _ensure_organiser(organiser)
    with reading() as work:
        return _list_page(work, [], get_round(work, round_id), None, wanted, EntryActor.ORGANISER)


def export_for_department(*, lead: Person, round_id: int, wanted: Wanted, now: datetime) -> CheckList:
    """The whole list that fits, not a page of it; that is audited. Raises NotAllowed, NotFound."""
    if not may_lead_unit(lead):
        raise NotAllowed
    with transaction() as work:
        if round_id not in handed_in_store.list_round_ids(work, lead.led_unit_ids):
            raise NotFound
        return _export(work, lead, round_id, lead.led_unit_ids, wanted, EntryActor.APPRAISER, now)


def export_for_organisers(*, organiser: Person, round_id: int, wanted: Wanted, now: datetime) -> CheckList:
    """The whole list that fits, not a page of it; that is audited. Raises NotAllowed, NotFound."""
    _ensure_organiser(organiser)
    with transaction() as work:
        return _export(work, organiser, round_id, None, wanted, EntryActor.ORGANISER, now)


def take_check_step(
    *,
    person: Person,
    actor: EntryActor,
    entry_id: int,
    step: EntryStep,
    seen_state: EntryState,
    reason: str,
    now: datetime,
) -> EntryState:
    """Take a step of these pages, as the department or as an organiser. Raises as ``take_step``; NotFound for an entry
    with which the person has nothing to do in that part.
    """
    with reading() as work:
        access = open_entry(work, person, entry_id)
    if actor not in access.actors or not access.entry.version:
        raise NotFound
    if step not in STEPS[actor]:
        raise EntryStepRefused(seen_state)
    return take_step(person=person, entry_id=entry_id, step=step, seen_state=seen_state, reason=reason, now=now)


def take_check_steps(
    *,
    person: Person,
    actor: EntryActor,
    entry_ids: Sequence[int],
    step: EntryStep,
    seen_state: EntryState,
    reason: str,
    now: datetime,
) -> StepsOutcome:
    """The same step with several entries that all stood in one state on the page; each by itself, so that one on which
    somebody else has decided meanwhile does not keep the others back.
    """
    refused: dict[int, Refusal] = {}
    chosen = list(dict.fromkeys(entry_ids))[:PAGE_SIZE]
    for entry_id in chosen:
        try:
            take_check_step(
                person=person, actor=actor, entry_id=entry_id, step=step, seen_state=seen_state, reason=reason, now=now
            )
        except Refusal as refusal:
            refused[entry_id] = refusal
    return StepsOutcome(len(chosen) - len(refused), refused)


def _export(
    work: Work,
    person: Person,
    round_id: int,
    department_ids: frozenset[int] | None,
    wanted: Wanted,
    actor: EntryActor,
    now: datetime,
) -> CheckList:
    page = _list_page(work, [], get_round(work, round_id), department_ids, wanted, actor, is_whole=True)
    audit.add_entry(
        work,
        now=now,
        actor_id=person.id,
        action="initiatives_exported",
        subject=("initiative_round", round_id),
        details={"entries": len(page.lines)},
    )
    return page


def _list_page(
    work: Work,
    rounds: Sequence[InitiativeRound],
    round_: InitiativeRound,
    department_ids: frozenset[int] | None,
    wanted: Wanted,
    actor: EntryActor,
    *,
    is_whole: bool = False,
) -> CheckList:
    if is_whole:
        wanted = replace(wanted, after=0)
    lines = handed_in_store.list_handed_in(
        work,
        round_id=round_.id,
        department_ids=department_ids,
        wanted=wanted,
        most=handed_in_store.ALL if is_whole else PAGE_SIZE + 1,
    )
    counts = handed_in_store.count_handed_in(work, round_id=round_.id, department_ids=department_ids)
    units = handed_in_store.list_units(work, round_id=round_.id, department_ids=department_ids, most=MOST_UNITS + 1)
    has_next = not is_whole and len(lines) > PAGE_SIZE
    shown = lines[:PAGE_SIZE] if has_next else lines
    return CheckList(
        rounds=tuple(rounds),
        round=round_,
        lines=tuple(shown),
        next_after=shown[-1].number if has_next else None,
        counts={state: counts[state] for state in EntryState if state in counts},
        units=tuple(sorted(units, key=lambda unit: unit[1])) if len(units) <= MOST_UNITS else (),
        steps=TOGETHER[actor] if round_.published_at is None else {},
    )


def _ensure_organiser(person: Person) -> None:
    if not may_organise(person):
        raise NotAllowed
