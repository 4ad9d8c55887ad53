"""The day of presenting: the order, the clock, the judges' sheets, and the board on which officials follow it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.initiatives.rounds import InitiativeRound, RoundDecided
from quiz_app.domain.initiatives.states import EntryActor, EntryState, EntryStep
from quiz_app.domain.judging.aggregating import ConfirmedSheet, FinalMark, aggregate
from quiz_app.domain.judging.combining import Finalist, FinalPlace, rank_finalists
from quiz_app.domain.judging.conflicts import JudgedEntry
from quiz_app.domain.judging.judgements import FIRST_STAGE, SECOND_STAGE, JudgementState, JudgingChanged, NotJudged
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
    find_end,
)
from quiz_app.domain.judging.rubrics import JudgingRules, PresentationRules
from quiz_app.domain.people import Person
from quiz_app.domain.reasons import check_reason
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import panels as panels_store
from quiz_app.persistence.judging import presentations as presentations_store
from quiz_app.persistence.judging import prizes as prizes_store
from quiz_app.persistence.judging.judgements import Assignment
from quiz_app.persistence.judging.panels import Judge
from quiz_app.persistence.judging.presentations import FinalistLine, StageSheet
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.initiatives.steps import move_entry
from quiz_app.services.judging.access import open_round, read_conflict_rules

SEED_BYTES = 16


@dataclass(frozen=True, slots=True)
class TurnLine:
    """A turn with what the judges have given so far. ``ends_at`` is the end of the running part."""

    turn: Turn
    entry: FinalistLine
    ends_at: datetime | None
    sheets: tuple[StageSheet, ...]
    """Of round 2."""
    first: FinalMark | None
    second: FinalMark | None
    place: FinalPlace | None
    """Where the entry stands as of now; None until a judge has confirmed."""

    @property
    def confirmed_count(self) -> int:
        """Sheets of round 2 that are confirmed."""
        return sum(sheet.state is JudgementState.CONFIRMED for sheet in self.sheets)

    @property
    def active_count(self) -> int:
        """Sheets of round 2 that are to be confirmed, or are."""
        return sum(sheet.state.is_active for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class PresentationPage:
    """The day as an organiser sees it. ``unplaced`` are on the shortlist without a place in the order."""

    round: InitiativeRound
    rules: JudgingRules
    presentation: PresentationRules
    lines: tuple[TurnLine, ...]
    unplaced: tuple[FinalistLine, ...]
    draws: tuple[Draw, ...]
    codes: Mapping[int, str]
    """Codes by entry, for computing the drawing again."""
    judges: tuple[Judge, ...]
    """Members of the panels of round 2."""
    missing_sheets: int
    """Sheets of round 2 that members of the panels could be given and have not been."""
    seen: int
    """How many drawings there were: a new one names it, so that of two at once only one draws."""

    @property
    def current(self) -> TurnLine | None:
        """The turn whose clock runs."""
        return next((line for line in self.lines if line.turn.is_running), None)

    @property
    def next(self) -> TurnLine | None:
        """The first turn that waits."""
        return next((line for line in self.lines if line.turn.phase is TurnPhase.WAITING), None)

    @property
    def has_begun(self) -> bool:
        """Whether a talk has begun: the order stays then."""
        return any(line.turn.phase is not TurnPhase.WAITING for line in self.lines)

    @property
    def ranking(self) -> tuple[TurnLine, ...]:
        """Those with a mark of round 2, in the order as of now."""
        return tuple(sorted((line for line in self.lines if line.place is not None), key=_place_of))

    @property
    def unmarked(self) -> tuple[TurnLine, ...]:
        """Those without a mark of round 2 yet, in the order of the day."""
        return tuple(line for line in self.lines if line.place is None)


def view_presentations(*, organiser: Person, round_id: int) -> PresentationPage:
    """The day of presenting. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        return _make_page(work, round_, rules)


def view_board(*, organiser: Person, round_id: int) -> PresentationPage:
    """The same without what only the organiser's own page needs: it is asked for every few seconds."""
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        return _make_page(work, round_, rules, is_board=True)


def draw_turns(*, organiser: Person, round_id: int, seen: int, reason: str, now: datetime) -> Draw:
    """Draw the order of all that are on the shortlist, and give the panel its sheets.

    The seed comes from the system's source of randomness; it is kept with the order, so that anyone can compute the
    order again. A second drawing needs a reason, and is made only before the first talk.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, NothingToDraw, DrawOver, JudgingChanged, InvalidInput.
    """
    reason = check_reason(reason, is_required=False)
    with transaction() as work:
        round_, rules = _open_unlocked(work, organiser, round_id)
        page = _make_page(work, round_, rules)
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
        page = _make_page(work, round_, rules)
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


def count_open_sheets(page: PresentationPage) -> int:
    """Sheets of round 2 that are not confirmed."""
    return sum(line.active_count - line.confirmed_count for line in page.lines)


def _open_unlocked(work: Work, organiser: Person, round_id: int) -> tuple[InitiativeRound, JudgingRules]:
    round_, rules = open_round(work, organiser, round_id, locks=True)
    if round_.published_at is not None:
        raise RoundDecided
    if round_.presentation_locked_at is not None:
        raise JudgingChanged
    return round_, rules


def _make_page(work: Work, round_: InitiativeRound, rules: JudgingRules, *, is_board: bool = False) -> PresentationPage:
    presentation = round_.settings.presentation
    if presentation is None:
        raise NotJudged
    finalists = {each.id: each for each in presentations_store.list_finalists(work, round_.id)}
    sheets: dict[tuple[int, int], list[StageSheet]] = {}
    for sheet in presentations_store.list_stage_sheets(work, round_.id):
        sheets.setdefault((sheet.stage, sheet.entry_id), []).append(sheet)
    first = {each: aggregate(_confirmed(sheets.get((FIRST_STAGE, each), ())), rules) for each in finalists}
    second = {each: aggregate(_confirmed(sheets.get((SECOND_STAGE, each), ())), presentation) for each in finalists}
    marked = []
    for each in finalists.values():
        mark = first[each.id]
        if mark is not None and second[each.id] is not None:
            marked.append(Finalist(each.id, each.category, each.submitted_at, mark, second[each.id]))
    places = {each.entry_id: each for each in rank_finalists(marked, rules, presentation)}
    turns = presentations_store.list_turns(work, round_.id)
    draws = () if is_board else tuple(presentations_store.list_draws(work, round_.id))
    lines = tuple(
        TurnLine(
            turn=turn,
            entry=finalists[turn.entry_id],
            ends_at=find_end(turn, presentation),
            sheets=tuple(sheets.get((SECOND_STAGE, turn.entry_id), ())),
            first=first[turn.entry_id],
            second=second[turn.entry_id],
            place=places.get(turn.entry_id),
        )
        for turn in turns
        if turn.entry_id in finalists
    )
    placed = {turn.entry_id for turn in turns}
    panels = [] if is_board else panels_store.list_panels(work, round_.id)
    judges = {judge.id: judge for panel in panels if panel.stage == SECOND_STAGE for judge in panel.members}
    missing = len(_list_missing(work, round_, list(finalists.values()))) if draws else 0
    return PresentationPage(
        round=round_,
        rules=rules,
        presentation=presentation,
        lines=lines,
        unplaced=tuple(each for each in finalists.values() if each.id not in placed),
        draws=draws,
        codes={each.id: each.blind_code for each in finalists.values()},
        judges=tuple(judges.values()),
        missing_sheets=missing,
        seen=len(draws),
    )


def _confirmed(sheets: Sequence[StageSheet]) -> list[ConfirmedSheet]:
    return [
        ConfirmedSheet(sheet.judge_id, sheet.total or 0, sheet.marks)
        for sheet in sheets
        if sheet.state is JudgementState.CONFIRMED
    ]


def _list_missing(work: Work, round_: InitiativeRound, finalists: Sequence[FinalistLine]) -> list[Assignment]:
    """A sheet for every member of a fitting panel who has none and no conflict of interest."""
    panels = [panel for panel in panels_store.list_panels(work, round_.id) if panel.stage == SECOND_STAGE]
    if not panels:
        return []
    rules = read_conflict_rules(work, round_)
    has = {
        (sheet.entry_id, sheet.judge_id)
        for sheet in presentations_store.list_stage_sheets(work, round_.id)
        if sheet.stage == SECOND_STAGE
    }
    found = []
    for entry in finalists:
        judged = JudgedEntry(entry.id, entry.number, entry.category, entry.unit_id, entry.created_by_id, entry.version)
        for panel in panels:
            if panel.category not in ("", entry.category):
                continue
            for judge in panel.members:
                if not judge.is_able or (entry.id, judge.id) in has:
                    continue
                if rules.is_conflict(judge.id, judge.unit_id, judged):
                    continue
                has.add((entry.id, judge.id))
                found.append(Assignment(entry.id, entry.version, judge.id, panel.id))
    return found


def _give_sheets(
    work: Work, round_: InitiativeRound, finalists: Sequence[FinalistLine], organiser: Person, now: datetime
) -> int:
    missing = _list_missing(work, round_, finalists)
    judgements_store.give_entries(work, missing, stage=SECOND_STAGE, given_by_id=organiser.id, now=now)
    return len(missing)


def _place_of(line: TurnLine) -> tuple[int, int]:
    return (0 if line.place is None else line.place.place, line.turn.place)


def _note(work: Work, organiser: Person, round_id: int, action: str, details: dict[str, Any], now: datetime) -> None:
    audit.add_entry(
        work, now=now, actor_id=organiser.id, action=action, subject=("initiative_round", round_id), details=details
    )
