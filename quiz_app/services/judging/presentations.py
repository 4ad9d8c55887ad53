"""The day of presenting: the order, the clock, the judges' sheets. What its pages show: ``presenting_page``."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.initiatives.rounds import InitiativeRound, RoundDecided
from quiz_app.domain.initiatives.states import EntryActor, EntryState, EntryStep
from quiz_app.domain.judging.judgements import SECOND_STAGE, JudgingChanged
from quiz_app.domain.judging.presenting import (
    Draw,
    DrawOver,
    NothingToDraw,
    Turn,
    TurnAction,
    TurnMoved,
    TurnPhase,
    draw_order,
    ensure_action,
)
from quiz_app.domain.judging.rubrics import JudgingRules
from quiz_app.domain.people import Person
from quiz_app.domain.reasons import check_reason
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import panels as panels_store
from quiz_app.persistence.judging import presentations as presentations_store
from quiz_app.persistence.judging import prizes as prizes_store
from quiz_app.persistence.judging.presentations import FinalistLine
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.initiatives.steps import move_entry
from quiz_app.services.judging.access import open_round
from quiz_app.services.judging.presenting_page import count_open_sheets, list_missing, make_page

SEED_BYTES = 16


def draw_turns(*, organiser: Person, round_id: int, seen: int, reason: str, now: datetime) -> Draw:
    """Draw the order of all that are on the shortlist, and give the panel its sheets.

    The seed comes from the system's source of randomness; it is kept with the order, so that anyone can compute the
    order again. A second drawing needs a reason, and is made only before the first talk.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, NothingToDraw, DrawOver, JudgingChanged, InvalidInput.
    """
    reason = check_reason(reason, is_required=False)
    with transaction() as work:
        round_, rules = _open_unlocked(work, organiser, round_id)
        page = make_page(work, round_, rules)
        if page.seen != seen:
            raise JudgingChanged
        if page.has_begun:
            raise DrawOver
        if page.draws and not reason:
            raise InvalidInput("Say why the order is drawn again.")
        finalists = presentations_store.list_finalists(work, round_id)
        if not finalists:
            raise NothingToDraw
        seed = secrets.token_hex(SEED_BYTES)
        order = draw_order(seed, {each.id: each.blind_code for each in finalists})
        presentations_store.add_draw(
            work, round_id=round_id, seed=seed, entry_ids=order, reason=reason, made_by_id=organiser.id, now=now
        )
        presentations_store.withdraw_left_sheets(work, round_id)
        _give_sheets(work, round_, finalists, organiser, now)
        numbers = {each.id: each.number for each in finalists}
        details = {"seed": seed, "order": [numbers[each] for each in order], "reason": reason}
        _note(work, organiser, round_id, "presentations_drawn", details, now)
        return presentations_store.list_draws(work, round_id)[-1]


def append_turns(*, organiser: Person, round_id: int, reason: str, now: datetime) -> list[int]:
    """Let entries that came onto the shortlist after the first talk present at the end of the day, with the reason;
    their numbers in the order that was drawn among them. The order that was drawn before stays.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, JudgingChanged (round 2 is locked, no talk has begun, or every
    entry has a place), InvalidInput.
    """
    reason = check_reason(reason)
    with transaction() as work:
        round_, rules = _open_unlocked(work, organiser, round_id)
        page = make_page(work, round_, rules)
        if not page.has_begun or not page.unplaced:
            raise JudgingChanged
        seed = secrets.token_hex(SEED_BYTES)
        order = draw_order(seed, {each.id: each.blind_code for each in page.unplaced})
        last = max(turn.place for turn in presentations_store.list_turns(work, round_id))
        presentations_store.append_turns(work, round_id=round_id, entry_ids=order, after=last, now=now)
        _give_sheets(work, round_, page.unplaced, organiser, now)
        numbers = {each.id: each.number for each in page.unplaced}
        appended = [numbers[each] for each in order]
        details = {"seed": seed, "order": appended, "reason": reason}
        _note(work, organiser, round_id, "presentations_appended", details, now)
        return appended


def give_sheets(*, organiser: Person, round_id: int, now: datetime) -> int:
    """Give every member of a panel of round 2 the sheets that are missing; how many.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, JudgingChanged (round 2 is locked).
    """
    with transaction() as work:
        round_, _ = _open_unlocked(work, organiser, round_id)
        count = _give_sheets(work, round_, presentations_store.list_finalists(work, round_id), organiser, now)
        if count:
            _note(work, organiser, round_id, "entries_assigned", {"stage": SECOND_STAGE, "sheets": count}, now)
        return count


def turn_clock(
    *,
    organiser: Person,
    round_id: int,
    entry_id: int,
    action: TurnAction,
    seen: TurnPhase,
    reason: str,
    now: datetime,
) -> TurnPhase:
    """Start a talk, begin the questions, end a turn (the entry has then presented), or begin it anew with a reason.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, JudgingChanged (round 2 is locked), TurnMoved, InvalidInput.
    """
    reason = check_reason(reason, is_required=action is TurnAction.RESET)
    with transaction() as work:
        round_, _ = _open_unlocked(work, organiser, round_id)
        turns = presentations_store.list_turns(work, round_id)
        turn = next((each for each in turns if each.entry_id == entry_id), None)
        entry = entries_store.find_entry(work, entry_id, locks=True)
        if turn is None or entry is None:
            raise NotFound
        if turn.phase is not seen or entry.state not in (EntryState.SHORTLISTED, EntryState.PRESENTED):
            raise TurnMoved
        ensure_action(turn, action, turns)
        talk, questions, ended = turn.talk_started_at, turn.questions_started_at, turn.ended_at
        step = None
        match action:
            case TurnAction.START:
                talk = now
            case TurnAction.ASK:
                questions = now
            case TurnAction.END:
                ended, step = now, EntryStep.PRESENT
            case TurnAction.RESET:
                talk = questions = ended = None
                step = EntryStep.UNDO_PRESENT if entry.state is EntryState.PRESENTED else None
        presentations_store.set_turn(work, entry_id, talk=talk, questions=questions, ended=ended)
        if step is not None:
            move_entry(
                work,
                person=organiser,
                entry=entry,
                round_=round_,
                actors=frozenset({EntryActor.ORGANISER}),
                step=step,
                reason=reason,
                now=now,
            )
        details: dict[str, Any] = {"entry": entry.number, "decision": str(action)}
        if reason:
            details["reason"] = reason
        _note(work, organiser, round_id, "presentation_clock_set", details, now)
        return Turn(entry_id, turn.place, talk, questions, ended).phase


def lock_presentation_marks(*, organiser: Person, round_id: int, seen_open: int, now: datetime) -> None:
    """Close the marks of round 2; sheets that are open do not count (``seen_open`` is how many the page showed).

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, JudgingChanged (locked already, or another number of sheets is
    open), InvalidInput (a turn is running, or an entry that presented has no confirmed sheet).
    """
    with transaction() as work:
        round_, rules = _open_unlocked(work, organiser, round_id)
        page = make_page(work, round_, rules)
        if page.current is not None:
            raise InvalidInput("A clock is running: end the turn first.")
        if any(line.turn.phase is TurnPhase.ENDED and line.second is None for line in page.lines):
            raise InvalidInput("An initiative that was presented has no confirmed sheet yet.")
        if count_open_sheets(page) != seen_open:
            raise JudgingChanged
        rounds_store.set_presentation_lock(work, round_id, now)
        _note(work, organiser, round_id, "presentation_locked", {"sheets": seen_open}, now)


def unlock_presentation_marks(*, organiser: Person, round_id: int, reason: str, now: datetime) -> None:
    """Let judges of round 2 go on. Prizes that are proposed already stay, and are looked at again.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, JudgingChanged, InvalidInput.
    """
    reason = check_reason(reason)
    with transaction() as work:
        round_, _ = open_round(work, organiser, round_id, locks=True)
        if round_.published_at is not None:
            raise RoundDecided
        if round_.presentation_locked_at is None or prizes_store.are_decided(work, round_id):
            raise JudgingChanged
        rounds_store.set_presentation_lock(work, round_id, None)
        _note(work, organiser, round_id, "presentation_unlocked", {"reason": reason}, now)


def _open_unlocked(work: Work, organiser: Person, round_id: int) -> tuple[InitiativeRound, JudgingRules]:
    round_, rules = open_round(work, organiser, round_id, locks=True)
    if round_.published_at is not None:
        raise RoundDecided
    if round_.presentation_locked_at is not None:
        raise JudgingChanged
    return round_, rules


def _give_sheets(
    work: Work, round_: InitiativeRound, finalists: Sequence[FinalistLine], organiser: Person, now: datetime
) -> int:
    missing = list_missing(
        work,
        round_,
        finalists,
        panels_store.list_panels(work, round_.id),
        presentations_store.list_stage_sheets(work, round_.id),
    )
    judgements_store.give_entries(work, missing, stage=SECOND_STAGE, given_by_id=organiser.id, now=now)
    return len(missing)


def _note(work: Work, organiser: Person, round_id: int, action: str, details: dict[str, Any], now: datetime) -> None:
    audit.add_entry(
        work, now=now, actor_id=organiser.id, action=action, subject=("initiative_round", round_id), details=details
    )
