"""Judgements: entries given to judges, and their sheets. Where all entries of a round stand: ``judged_entries``."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.initiatives.forms import Values
from quiz_app.domain.initiatives.states import EntryState
from quiz_app.domain.judging.judgements import Judgement, JudgementState, Marks, Remarks
from quiz_app.persistence.columns import find_from_ms, from_json, from_ms, to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.initiatives.tables import IN_CONTEST
from quiz_app.persistence.session import Row, Statement, Work

_COLUMNS = (
    "judgements.id, judgements.entry_id, judgements.judge_id, accounts.name AS judge_name, judgements.panel_id, "
    "judgements.stage, judgements.entry_version, judgements.is_further, judgements.state, judgements.marks, "
    "judgements.remarks, judgements.opinion, judgements.total_hundredths, judgements.sequence, judgements.given_at, "
    "judgements.saved_at, judgements.confirmed_at"
)
_SELECT = f"SELECT {_COLUMNS} FROM judgements JOIN accounts ON accounts.id = judgements.judge_id"  # noqa: S608 - constants
_FIND = Statement.from_sql(f"{_SELECT} WHERE judgements.id = :judgement_id")
_LOCK = Statement.from_sqls(
    postgresql=f"{_SELECT} WHERE judgements.id = :judgement_id FOR UPDATE OF judgements",
    sqlite=f"{_SELECT} WHERE judgements.id = :judgement_id",
)
_OF_ENTRY = Statement.from_sql(
    f"{_SELECT} WHERE judgements.entry_id = :entry_id AND judgements.stage = :stage ORDER BY judgements.id"
)
# An entry that was taken back is given anew with an empty sheet; every other state stays as it is.
_GIVE = Statement.from_sql(
    "INSERT INTO judgements (id, entry_id, judge_id, panel_id, stage, entry_version, is_further, state, marks, "
    "remarks, opinion, total_hundredths, sequence, given_at, given_by_id, saved_at, confirmed_at) "
    "VALUES (:id, :entry_id, :judge_id, :panel_id, :stage, :entry_version, :is_further, 'given', '{}', "
    "'{}', '', NULL, 1, :now, :given_by_id, NULL, NULL) "
    "ON CONFLICT (stage, entry_id, judge_id) DO UPDATE SET state = 'given', panel_id = excluded.panel_id, "
    "entry_version = excluded.entry_version, is_further = excluded.is_further, given_at = excluded.given_at, "
    "given_by_id = excluded.given_by_id, sequence = judgements.sequence + 1 WHERE judgements.state = 'withdrawn'"
)
_SAVE = Statement.from_sql(
    "UPDATE judgements SET marks = :marks, remarks = :remarks, opinion = :opinion, sequence = sequence + 1, "
    "saved_at = :now WHERE id = :judgement_id AND judge_id = :judge_id AND state = 'given' AND sequence = :sequence "
    "RETURNING sequence"
)
_CONFIRM = Statement.from_sql(
    "UPDATE judgements SET state = 'confirmed', total_hundredths = :total, entry_version = :entry_version, "
    "sequence = sequence + 1, confirmed_at = :now, saved_at = :now WHERE id = :judgement_id AND state = 'given'"
)
_SET_STATE = Statement.from_sql(
    "UPDATE judgements SET state = :state, sequence = sequence + 1, confirmed_at = NULL WHERE id = :judgement_id"
)
_ABSTAIN = Statement.from_sql(
    "UPDATE judgements SET state = 'abstained', opinion = :reason, sequence = sequence + 1, saved_at = :now "
    "WHERE id = :judgement_id AND state = 'given'"
)
_REOPEN = Statement.from_sql(
    "UPDATE judgements SET state = 'given', total_hundredths = NULL, confirmed_at = NULL, sequence = sequence + 1 "
    "WHERE id = :judgement_id AND state IN ('confirmed', 'abstained')"
)
_COUNT_AGAIN = Statement.from_sql(
    "UPDATE judgements SET state = 'confirmed', confirmed_at = COALESCE(saved_at, :now), sequence = sequence + 1 "
    "WHERE id = :judgement_id AND state = 'conflict' AND total_hundredths IS NOT NULL"
)
_LINES_OF = Statement.from_sql(
    "SELECT judgements.id, judgements.stage, judgements.state, judgements.is_further, judgements.total_hundredths, "
    "judgements.sequence, entries.id AS entry_id, entries.number, entries.blind_code, entries.title, "
    "entries.category, entries.round_id, entries.version, entries.state AS entry_state FROM judgements "
    "JOIN entries ON entries.id = judgements.entry_id "
    "LEFT JOIN presentations ON presentations.entry_id = entries.id AND judgements.stage = 2 "
    "WHERE judgements.judge_id = :judge_id AND judgements.state <> 'withdrawn' "
    f"AND entries.state IN {IN_CONTEST} "
    "ORDER BY entries.round_id DESC, judgements.stage, COALESCE(presentations.place, 0), entries.blind_code"
)
_WRITTEN_BY = Statement.from_sql(
    "SELECT entries.id, entries.unit_id, entry_versions.title, entry_versions.content, "
    "creators.name AS created_by, senders.name AS submitted_by FROM entries "
    "JOIN entry_versions ON entry_versions.entry_id = entries.id AND entry_versions.number = entries.version "
    "JOIN accounts creators ON creators.id = entries.created_by_id "
    "JOIN accounts senders ON senders.id = entry_versions.submitted_by_id "
    f"WHERE entries.round_id = :round_id AND entries.state IN {IN_CONTEST} "
    "AND EXISTS (SELECT 1 FROM judgements WHERE judgements.entry_id = entries.id AND judgements.judge_id = :judge_id)"
)
_MARKS_OF = Statement.from_sql(
    "SELECT judgements.entry_id, judgements.marks, judgements.total_hundredths FROM judgements "
    "JOIN entries ON entries.id = judgements.entry_id WHERE judgements.judge_id = :judge_id "
    "AND entries.round_id = :round_id AND judgements.stage = :stage AND judgements.state = 'confirmed' "
    f"AND entries.state IN {IN_CONTEST}"
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """An entry to be given to a judge."""

    entry_id: int
    entry_version: int
    judge_id: int
    panel_id: int | None = None


@dataclass(frozen=True, slots=True)
class JudgeLine:
    """One of a judge's own sheets in the list."""

    id: int
    stage: int
    state: JudgementState
    is_further: bool
    total_hundredths: int | None
    is_begun: bool
    entry_id: int
    number: int
    blind_code: str
    title: str
    category: str
    round_id: int
    version: int
    entry_state: EntryState


@dataclass(frozen=True, slots=True)
class Written:
    """What a blind title is made of: the title, and all that may name who wrote the entry."""

    entry_id: int
    unit_id: int
    title: str
    values: Values
    writers: tuple[str, str]


def find_judgement(work: Work, judgement_id: int, *, locks: bool = False) -> Judgement | None:
    """The judgement, or None; ``locks`` keeps others from changing it until the transaction ends."""
    row = work.find_one(_LOCK if locks else _FIND, judgement_id=judgement_id)
    return None if row is None else _to_judgement(row)


def list_judgements(work: Work, entry_id: int, stage: int) -> list[Judgement]:
    """All of an entry, in the order in which they were given."""
    return [_to_judgement(row) for row in work.list_all(_OF_ENTRY, entry_id=entry_id, stage=stage)]


def give_entries(
    work: Work,
    assignments: Iterable[Assignment],
    *,
    stage: int,
    given_by_id: int,
    now: datetime,
    is_further: bool = False,
) -> None:
    """Give entries to judges; what a judge has already, or may not have, stays as it is."""
    work.run_many(
        _GIVE,
        [
            {
                "id": make_id(),
                "entry_id": each.entry_id,
                "judge_id": each.judge_id,
                "panel_id": each.panel_id,
                "stage": stage,
                "entry_version": each.entry_version,
                "is_further": is_further,
                "now": to_ms(now),
                "given_by_id": given_by_id,
            }
            for each in assignments
        ],
    )


def save_sheet(
    work: Work,
    *,
    judgement_id: int,
    judge_id: int,
    sequence: int,
    marks: Marks,
    remarks: Remarks,
    opinion: str,
    now: datetime,
) -> int | None:
    """Keep what was typed if nobody saved since ``sequence`` and the judge has the sheet still; the new sequence."""
    row = work.find_one(
        _SAVE,
        judgement_id=judgement_id,
        judge_id=judge_id,
        sequence=sequence,
        marks=to_json(marks),
        remarks=to_json(remarks),
        opinion=opinion,
        now=to_ms(now),
    )
    return None if row is None else int(row.sequence)


def confirm_sheet(work: Work, *, judgement_id: int, total: int, entry_version: int, now: datetime) -> bool:
    """Let the sheet count; whether it could be."""
    return work.run(_CONFIRM, judgement_id=judgement_id, total=total, entry_version=entry_version, now=to_ms(now)) > 0


def abstain(work: Work, *, judgement_id: int, reason: str, now: datetime) -> bool:
    """Note that the judge does not judge this entry; whether the sheet was still open."""
    return work.run(_ABSTAIN, judgement_id=judgement_id, reason=reason, now=to_ms(now)) > 0


def set_judgement_state(work: Work, judgement_id: int, state: JudgementState) -> None:
    """Put a sheet out of the count (CONFLICT, WITHDRAWN)."""
    work.run(_SET_STATE, judgement_id=judgement_id, state=str(state))


def reopen_sheet(work: Work, judgement_id: int) -> bool:
    """Let the judge change a confirmed sheet, or take up one that was abstained from; whether it could be."""
    return work.run(_REOPEN, judgement_id=judgement_id) > 0


def count_despite_conflict(work: Work, judgement_id: int, now: datetime) -> bool:
    """Let marks that were confirmed before a conflict became known count again; whether they could."""
    return work.run(_COUNT_AGAIN, judgement_id=judgement_id, now=to_ms(now)) > 0


def list_lines_of(work: Work, judge_id: int) -> list[JudgeLine]:
    """A judge's own sheets, the newest round first, by the code of the entry."""
    return [
        JudgeLine(
            id=row.id,
            stage=row.stage,
            state=JudgementState(row.state),
            is_further=bool(row.is_further),
            total_hundredths=row.total_hundredths,
            is_begun=row.sequence > 1,
            entry_id=row.entry_id,
            number=row.number,
            blind_code=row.blind_code,
            title=row.title,
            category=row.category,
            round_id=row.round_id,
            version=row.version,
            entry_state=EntryState(row.entry_state),
        )
        for row in work.list_all(_LINES_OF, judge_id=judge_id)
    ]


def list_written(work: Work, *, round_id: int, judge_id: int) -> list[Written]:
    """The texts of the entries that a judge has in a round."""
    return [
        Written(row.id, row.unit_id, row.title, from_json(row.content), (row.created_by, row.submitted_by))
        for row in work.list_all(_WRITTEN_BY, round_id=round_id, judge_id=judge_id)
    ]


def map_confirmed_marks(work: Work, *, round_id: int, judge_id: int, stage: int) -> dict[int, tuple[Marks, int]]:
    """Marks and total of each entry that this judge has confirmed."""
    return {
        row.entry_id: (from_json(row.marks), row.total_hundredths)
        for row in work.list_all(_MARKS_OF, round_id=round_id, judge_id=judge_id, stage=stage)
    }


def _to_judgement(row: Row) -> Judgement:
    return Judgement(
        id=row.id,
        entry_id=row.entry_id,
        judge_id=row.judge_id,
        judge_name=row.judge_name,
        panel_id=row.panel_id,
        stage=row.stage,
        entry_version=row.entry_version,
        is_further=bool(row.is_further),
        state=JudgementState(row.state),
        marks=from_json(row.marks),
        remarks=from_json(row.remarks),
        opinion=row.opinion,
        total_hundredths=row.total_hundredths,
        sequence=row.sequence,
        given_at=from_ms(row.given_at),
        saved_at=find_from_ms(row.saved_at),
        confirmed_at=find_from_ms(row.confirmed_at),
    )
