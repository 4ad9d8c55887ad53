"""Conflicts of interest: declared by the judge or entered by an organiser, and what becomes of marks given before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.rounds import InitiativeRound, RoundDecided
from quiz_app.domain.judging.conflicts import DeclaredConflict, JudgedEntry
from quiz_app.domain.judging.judgements import FIRST_STAGE, JudgementState, SheetNotYours
from quiz_app.domain.judging.marks import ensure_marking_open
from quiz_app.domain.people import Person
from quiz_app.domain.reasons import check_reason
from quiz_app.domain.units import Unit
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.judging import conflicts as conflicts_store
from quiz_app.persistence.judging import judged_entries as judged_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import panels as panels_store
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.judging.access import open_round, open_sheet, read_conflict_rules


@dataclass(frozen=True, slots=True)
class OwnConflicts:
    """What a judge has declared in a round, and the units that may be declared."""

    round: InitiativeRound
    conflicts: tuple[DeclaredConflict, ...]
    units: tuple[Unit, ...]


def view_own_conflicts(*, judge: Person) -> list[OwnConflicts]:
    """For each round in which the judge sits on a panel and nothing is published yet."""
    with reading() as work:
        units = tuple(sorted((each for each in unit_store.list_units(work) if each.is_open), key=lambda u: u.name))
        found = []
        for round_id in panels_store.list_rounds_of(work, judge.id):
            round_ = rounds_store.find_round(work, round_id)
            if round_ is None or round_.published_at is not None:
                continue
            own = conflicts_store.list_conflicts_of(work, round_id=round_id, judge_id=judge.id)
            found.append(OwnConflicts(round_, tuple(own), units))
        return found


def declare_entry_conflict(*, judge: Person, judgement_id: int, reason: str, now: datetime) -> None:
    """Say of an entry in hand that the judge has a conflict of interest. Marks that were confirmed do not count any
    more; whether they shall is then the organisers' decision.

    Raises NotFound, RoundDecided, MarkingClosed, SheetNotYours, InvalidInput (no reason).
    """
    reason = check_reason(reason)
    with transaction() as work:
        sheet = open_sheet(work, judge, judgement_id, locks=True)
        ensure_marking_open(sheet.round, sheet.judgement.stage, now)
        if not sheet.judgement.state.is_active:
            raise SheetNotYours
        conflicts_store.add_conflict(
            work,
            round_id=sheet.round.id,
            judge_id=judge.id,
            entry_id=sheet.entry.id,
            unit_id=None,
            reason=reason,
            made_by_id=judge.id,
            now=now,
        )
        judgements_store.set_judgement_state(work, judgement_id, JudgementState.CONFLICT)
        audit.add_entry(
            work,
            now=now,
            actor_id=judge.id,
            action="conflict_declared",
            subject=("judgement", judgement_id),
            details={"entry": sheet.entry.number, "reason": reason, "before": str(sheet.judgement.state)},
        )


def declare_unit_conflict(*, judge: Person, round_id: int, unit_id: int, reason: str, now: datetime) -> int:
    """Say that the judge has a conflict of interest with a unit; how many sheets in hand fell out by that.

    Raises NotFound (no such round of this judge, no such unit), RoundDecided, MarkingClosed, InvalidInput.
    """
    reason = check_reason(reason)
    with transaction() as work:
        if round_id not in panels_store.list_rounds_of(work, judge.id):
            raise NotFound
        round_ = rounds_store.lock_round(work, round_id)
        if round_ is None:
            raise NotFound
        ensure_marking_open(round_, FIRST_STAGE, now)
        return _add_unit_conflict(work, round_, judge.id, unit_id, reason, judge, now)


def enter_unit_conflict(
    *, organiser: Person, round_id: int, judge_id: int, unit_id: int, reason: str, now: datetime
) -> int:
    """Note that a judge may not judge a unit's entries; how many sheets in hand fell out by that.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, InvalidInput.
    """
    reason = check_reason(reason)
    with transaction() as work:
        round_, _ = open_round(work, organiser, round_id, locks=True)
        if round_.published_at is not None:
            raise RoundDecided
        if judge_id not in {judge.id for judge in panels_store.list_judges(work)}:
            raise NotFound
        return _add_unit_conflict(work, round_, judge_id, unit_id, reason, organiser, now)


def remove_conflict(*, organiser: Person, round_id: int, conflict_id: int, now: datetime) -> None:
    """Take back a conflict that was entered by mistake. Sheets that fell out stay so until somebody gives the entries
    out again. Raises NotAllowed, NotFound, NotJudged, RoundDecided.
    """
    with transaction() as work:
        round_, _ = open_round(work, organiser, round_id, locks=True)
        if round_.published_at is not None:
            raise RoundDecided
        known = {each.id: each for each in conflicts_store.list_conflicts(work, round_id)}
        if not conflicts_store.delete_conflict(work, round_id=round_id, conflict_id=conflict_id):
            raise NotFound
        gone = known[conflict_id]
        if gone.entry_id is not None:
            for sheet in judgements_store.list_judgements(work, gone.entry_id, FIRST_STAGE):
                is_theirs = sheet.judge_id == gone.judge_id and sheet.state is JudgementState.CONFLICT
                if is_theirs and not sheet.was_confirmed:
                    judgements_store.set_judgement_state(work, sheet.id, JudgementState.WITHDRAWN)
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="conflict_removed",
            subject=("initiative_round", round_id),
            details={"judge": gone.judge_name, "unit": gone.unit_name, "entry": gone.entry_number},
        )


def count_despite_conflict(*, organiser: Person, judgement_id: int, reason: str, now: datetime) -> int:
    """Let marks that were confirmed before the conflict became known count; the id of the entry.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, SheetNotYours (there are no such marks), InvalidInput.
    """
    reason = check_reason(reason)
    with transaction() as work:
        judgement = judgements_store.find_judgement(work, judgement_id)
        entry = None if judgement is None else entries_store.find_entry(work, judgement.entry_id)
        if judgement is None or entry is None:
            raise NotFound
        round_, _ = open_round(work, organiser, entry.round_id, locks=True)
        if round_.published_at is not None:
            raise RoundDecided
        if not judgements_store.count_despite_conflict(work, judgement_id, now):
            raise SheetNotYours
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="judgement_counted",
            subject=("judgement", judgement_id),
            details={"entry": entry.number, "judge": judgement.judge_name, "reason": reason},
        )
        return entry.id


def _add_unit_conflict(
    work: Work, round_: InitiativeRound, judge_id: int, unit_id: int, reason: str, maker: Person, now: datetime
) -> int:
    """The caller has locked the round: nobody confirms and nothing is given out meanwhile."""
    unit = unit_store.find_unit(work, unit_id)
    if unit is None:
        raise NotFound
    conflicts_store.add_conflict(
        work,
        round_id=round_.id,
        judge_id=judge_id,
        entry_id=None,
        unit_id=unit_id,
        reason=reason,
        made_by_id=maker.id,
        now=now,
    )
    # Of this conflict alone: what organisers decided to count despite an earlier one stays so.
    only = frozenset({(judge_id, unit_id)})
    conflicts = replace(read_conflict_rules(work, round_), declared=frozenset(), declared_units=only)
    entries = {
        line.id: JudgedEntry(line.id, line.number, line.category, line.unit_id, line.created_by_id)
        for line in judged_store.list_judged_entries(work, round_.id)
    }
    fallen = [
        sheet.id
        for sheet in judged_store.list_sheets(work, round_.id, FIRST_STAGE)
        if sheet.judge_id == judge_id
        and sheet.state.is_active
        and conflicts.is_conflict(judge_id, None, entries[sheet.entry_id])
    ]
    for sheet_id in fallen:
        judgements_store.set_judgement_state(work, sheet_id, JudgementState.CONFLICT)
    audit.add_entry(
        work,
        now=now,
        actor_id=maker.id,
        action="conflict_declared",
        subject=("account", judge_id),
        details={"unit": unit.name, "reason": reason, "sheets": len(fallen)},
    )
    return len(fallen)
