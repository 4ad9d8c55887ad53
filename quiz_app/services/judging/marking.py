"""What a judge does with a sheet: saves it, confirms it, or does not judge the entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.judging.judgements import (
    FIRST_STAGE,
    Judgement,
    JudgementState,
    SheetChanged,
    SheetConfirmed,
    SheetIncomplete,
    SheetNotYours,
)
from quiz_app.domain.judging.marks import (
    LONGEST_REMARK,
    ReadSheet,
    clean_remark,
    ensure_complete_sheet,
    ensure_marking_open,
    find_rubric,
    read_sheet,
    sum_marks,
)
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.session import Work, reading, single_write, transaction
from quiz_app.services.judging.access import open_sheet
from quiz_app.services.judging.further import call_further_judge


@dataclass(frozen=True, slots=True)
class TypedSheet:
    """What a page sent: texts by the code of the criterion, and the sequence that the page was opened with."""

    sequence: int
    marks: Mapping[str, str]
    remarks: Mapping[str, str]
    opinion: str


@dataclass(frozen=True, slots=True)
class SavedSheet:
    """What a save answers: the sequence that the next save must name, the total in hundredths, and which marks could
    not be kept.
    """

    sequence: int
    total: int
    saved_at: datetime
    read: ReadSheet


def save_sheet(*, judge: Person, judgement_id: int, typed: TypedSheet, now: datetime) -> SavedSheet:
    """Keep what was typed. What is unfinished may be saved; only the confirmation asks for all.

    The same sheet sent twice is stored once and answered alike: an acknowledgement that was lost is asked for again.

    Raises NotFound, NotJudged, RoundDecided, MarkingClosed, SheetConfirmed, SheetNotYours, SheetChanged.
    """
    with reading() as work:
        sheet = open_sheet(work, judge, judgement_id)
    rubric = find_rubric(sheet.round, sheet.judgement.stage)
    ensure_marking_open(sheet.round, sheet.judgement.stage, now)
    _ensure_given(sheet.judgement)
    read = read_sheet(rubric, typed.marks, typed.remarks, typed.opinion, stored=sheet.judgement.marks)
    total = sum_marks(rubric, read.marks)
    if _is_stored(sheet.judgement, read):
        return SavedSheet(sheet.judgement.sequence, total, now, read)
    with single_write() as work:
        saved = judgements_store.save_sheet(
            work,
            judgement_id=judgement_id,
            judge_id=judge.id,
            sequence=typed.sequence,
            marks=read.marks,
            remarks=read.remarks,
            opinion=read.opinion,
            now=now,
        )
    if saved is None:
        with reading() as work:
            now_stored = open_sheet(work, judge, judgement_id).judgement
        _ensure_given(now_stored)
        raise SheetChanged(now_stored.sequence)
    return SavedSheet(saved, total, now, read)


def confirm_sheet(*, judge: Person, judgement_id: int, typed: TypedSheet, now: datetime) -> Judgement:
    """Keep what was typed and let it count; from then on only an organiser can open the sheet again.

    A second click finds the sheet confirmed with the same marks, and is answered like the first. Where all judges of
    the entry have confirmed and two are far apart, one judge more is called (``further``).

    Raises NotFound, NotJudged, RoundDecided, MarkingClosed, SheetConfirmed, SheetNotYours, SheetChanged,
    SheetIncomplete.
    """
    with transaction() as work:
        sheet = open_sheet(work, judge, judgement_id, locks=True)
        judgement, round_, entry = sheet.judgement, sheet.round, sheet.entry
        rubric = find_rubric(round_, judgement.stage)
        read = read_sheet(rubric, typed.marks, typed.remarks, typed.opinion, stored=judgement.marks)
        if judgement.state is JudgementState.CONFIRMED and not read.problems and _is_stored(judgement, read):
            return judgement
        ensure_marking_open(round_, judgement.stage, now)
        _ensure_given(judgement)
        if judgement.sequence != typed.sequence and not _is_stored(judgement, read):
            raise SheetChanged(judgement.sequence)
        if read.problems:
            raise SheetIncomplete(read.problems)
        ensure_complete_sheet(rubric, read.marks, read.remarks)
        judgements_store.save_sheet(
            work,
            judgement_id=judgement_id,
            judge_id=judge.id,
            sequence=judgement.sequence,
            marks=read.marks,
            remarks=read.remarks,
            opinion=read.opinion,
            now=now,
        )
        total = sum_marks(rubric, read.marks)
        judgements_store.confirm_sheet(
            work, judgement_id=judgement_id, total=total, entry_version=entry.version, now=now
        )
        audit.add_entry(
            work,
            now=now,
            actor_id=judge.id,
            action="judgement_confirmed",
            subject=("judgement", judgement_id),
            details={"entry": entry.number, "stage": judgement.stage, "total": total, "marks": dict(read.marks)},
        )
        if judgement.stage == FIRST_STAGE:
            call_further_judge(work, round_, entry, now)
        return _get(work, judgement_id)


def abstain(*, judge: Person, judgement_id: int, reason: str, now: datetime) -> None:
    """Not judge this entry, for a reason that is no conflict of interest (another field, illness).

    Raises NotFound, RoundDecided, MarkingClosed, SheetConfirmed, SheetNotYours, InvalidInput (no reason).
    """
    reason = clean_remark(reason, LONGEST_REMARK)
    if not reason:
        raise InvalidInput("Say why you do not judge this initiative.")
    with transaction() as work:
        sheet = open_sheet(work, judge, judgement_id, locks=True)
        ensure_marking_open(sheet.round, sheet.judgement.stage, now)
        _ensure_given(sheet.judgement)
        judgements_store.abstain(work, judgement_id=judgement_id, reason=reason, now=now)
        audit.add_entry(
            work,
            now=now,
            actor_id=judge.id,
            action="judgement_abstained",
            subject=("judgement", judgement_id),
            details={"entry": sheet.entry.number, "reason": reason},
        )


def _ensure_given(judgement: Judgement) -> None:
    if judgement.state is JudgementState.CONFIRMED:
        raise SheetConfirmed
    if judgement.state is not JudgementState.GIVEN:
        raise SheetNotYours


def _is_stored(judgement: Judgement, read: ReadSheet) -> bool:
    return (
        dict(judgement.marks) == dict(read.marks)
        and dict(judgement.remarks) == dict(read.remarks)
        and judgement.opinion == read.opinion
    )


def _get(work: Work, judgement_id: int) -> Judgement:
    judgement = judgements_store.find_judgement(work, judgement_id)
    if judgement is None:
        raise LookupError(judgement_id)
    return judgement
