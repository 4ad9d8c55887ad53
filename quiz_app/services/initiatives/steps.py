"""Steps of an entry after the hand-in: by the department, the organisers, and the unit that withdraws."""

from __future__ import annotations

from datetime import datetime, timedelta

from quiz_app.domain.initiatives.entries import Entry
from quiz_app.domain.initiatives.rounds import HandInClosed, InitiativeRound, RoundDecided
from quiz_app.domain.initiatives.states import (
    TRANSITIONS,
    EntryActor,
    EntryState,
    EntryStep,
    EntryStepRefused,
    ensure_step,
)
from quiz_app.domain.letters import LetterKind
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.judging import moments as moments_store
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.initiatives.access import Access, open_entry
from quiz_app.services.letters import queue_letter

TOLD_STEPS = frozenset(
    {EntryStep.RETURN, EntryStep.SEND_BACK, EntryStep.DECLINE, EntryStep.REFUSE, EntryStep.ADMIT, EntryStep.SHORTLIST}
)
"""Steps of which whoever wrote the entry gets a letter: those after which there is something to do or to know."""


def take_step(
    *, person: Person, entry_id: int, step: EntryStep, seen_state: EntryState, reason: str, now: datetime
) -> EntryState:
    """Take a step with an entry as it stood on the page (``seen_state``); where it stands then.

    Two who decide at once: the second finds another state than the one seen, and nothing happens.

    Raises NotFound, EntryStepRefused, EntryJudged, InvalidInput, HandInClosed (a department forwards after the contest
    has closed), RoundDecided.
    """
    reason = "\n".join(" ".join(line.split()) for line in reason.strip().splitlines())
    with transaction() as work:
        access = _open_seen(work, person, entry_id, seen_state)
        if seen_state is not EntryState.DRAFT:
            # Results are published before this step or after it. Of a draft they say nothing, and whoever hands it in
            # for the first time holds it before the round, from which it takes its number.
            moments_store.hold_round(work, access.round.id)
        access = _open_seen(work, person, entry_id, seen_state, locks=True)
        return move_entry(
            work,
            person=person,
            entry=access.entry,
            round_=access.round,
            actors=access.actors,
            step=step,
            reason=reason,
            now=now,
        )


def move_entry(
    work: Work,
    *,
    person: Person,
    entry: Entry,
    round_: InitiativeRound,
    actors: frozenset[EntryActor],
    step: EntryStep,
    reason: str,
    now: datetime,
) -> EntryState:
    """Carry out a step in a transaction that holds round and entry; where it stands then. Raises as ``take_step``."""
    if round_.published_at is not None:
        raise RoundDecided
    to_state = next(
        (each.to_state for each in TRANSITIONS if each.step is step and each.from_state is entry.state), None
    )
    if to_state is None or step is EntryStep.SUBMIT:
        raise EntryStepRefused(entry.state)
    ensure_step(
        step=step,
        from_state=entry.state,
        to_state=to_state,
        actors=actors,
        reason=reason,
        is_judged=entries_store.is_judged(work, entry.id),
    )
    if step is EntryStep.FORWARD:
        _ensure_may_forward(round_, actors, now)
    entries_store.set_state(work, entry_id=entry.id, state=to_state, now=now)
    entries_store.add_step(
        work,
        entry_id=entry.id,
        actor_id=person.id,
        step=step,
        from_state=entry.state,
        to_state=to_state,
        version=entry.version,
        reason=reason,
        now=now,
    )
    audit.add_entry(
        work,
        now=now,
        actor_id=person.id,
        action="entry_step_taken",
        subject=("entry", entry.id),
        details={"step": str(step), "before": str(entry.state), "after": str(to_state), "reason": reason},
    )
    if step in TOLD_STEPS:
        facts = {"title": entry.title, "round": round_.title, "step": str(step), "reason": reason}
        about = f"entry:{entry.id}:{step}:{now.isoformat()}"
        queue_letter(
            work, kind=LetterKind.ENTRY_STEP, about=about, account_id=entry.created_by_id, facts=facts, now=now
        )
    return to_state


def _open_seen(work: Work, person: Person, entry_id: int, seen_state: EntryState, *, locks: bool = False) -> Access:
    access = open_entry(work, person, entry_id, locks=locks)
    if access.entry.state is not seen_state:
        raise EntryStepRefused(access.entry.state)
    return access


def _ensure_may_forward(round_: InitiativeRound, actors: frozenset[EntryActor], now: datetime) -> None:
    """The contest's own moment, with grace; an organiser who also leads the department may be late."""
    taken_until = round_.closes_at + timedelta(minutes=round_.settings.grace_minutes)
    if now >= taken_until and EntryActor.ORGANISER not in actors:
        raise HandInClosed(round_.closes_at)
