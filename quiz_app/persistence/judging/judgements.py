"""Judgements: entries given to judges, and their sheets."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

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
_CONTENTS_SQL = (
    "SELECT entries.id, entry_versions.content FROM entries "
    "JOIN entry_versions ON entry_versions.entry_id = entries.id AND entry_versions.number = entries.version "
    f"WHERE {{which}} AND entries.state IN {IN_CONTEST}"
)
_CONTENTS = Statement.from_sql(_CONTENTS_SQL.format(which="entries.round_id = :round_id"))
_CONTENT = Statement.from_sql(_CONTENTS_SQL.format(which="entries.id = :entry_id"))
_JUDGED_SQL = (
    "SELECT entries.id, entries.number, entries.blind_code, entries.title, entries.category, entries.state, "
    "entries.unit_id, units.name AS unit_name, entries.created_by_id, entries.version, entries.submitted_at "
    "FROM entries JOIN units ON units.id = entries.unit_id "
    f"WHERE {{which}} AND entries.state IN {IN_CONTEST} ORDER BY entries.number"
)
_JUDGED = Statement.from_sql(_JUDGED_SQL.format(which="entries.round_id = :round_id"))
_JUDGED_ONE = Statement.from_sql(_JUDGED_SQL.format(which="entries.id = :entry_id"))
_SHEETS_SQL = (
    "SELECT judgements.id, judgements.entry_id, judgements.judge_id, judgements.state, judgements.is_further, "
    "judgements.total_hundredths, judgements.marks FROM judgements JOIN entries ON entries.id = judgements.entry_id "
    "WHERE {which} AND judgements.stage = :stage AND judgements.state <> 'withdrawn' "
    f"AND entries.state IN {IN_CONTEST} ORDER BY judgements.id"
)
_SHEETS = Statement.from_sql(_SHEETS_SQL.format(which="entries.round_id = :round_id"))
_SHEETS_OF_ENTRY = Statement.from_sql(_SHEETS_SQL.format(which="entries.id = :entry_id"))
_PAGE = (
    f"(SELECT id FROM entries WHERE round_id = :round_id AND state IN {IN_CONTEST} "
    "ORDER BY number LIMIT :most OFFSET :skipped)"
)
_JUDGED_PAGE = Statement.from_sql(_JUDGED_SQL.format(which=f"entries.id IN {_PAGE}"))
_SHEETS_OF_PAGE = Statement.from_sql(_SHEETS_SQL.format(which=f"entries.id IN {_PAGE}"))
_COUNT_JUDGED = Statement.from_sql(
    f"SELECT COUNT(*) AS number FROM entries WHERE round_id = :round_id AND state IN {IN_CONTEST}"
)
_FINGERPRINT = Statement.from_sql(
    "SELECT * FROM (SELECT COUNT(CASE WHEN state = 'admitted' THEN 1 END) AS admitted, "
    "COUNT(CASE WHEN state = 'shortlisted' THEN 1 END) AS shortlisted, "
    "COUNT(CASE WHEN state = 'presented' THEN 1 END) AS presented, MAX(changed_at) AS changed_at "
    "FROM entries WHERE round_id = :round_id) AS of_entries, "
    "(SELECT COUNT(*) AS sheets, COALESCE(SUM(sequence), 0) AS sequences FROM judgements "
    "WHERE stage = :stage AND entry_id IN (SELECT id FROM entries WHERE round_id = :round_id)) AS of_sheets"
)
_MARKS_OF = Statement.from_sql(
    "SELECT judgements.entry_id, judgements.marks, judgements.total_hundredths FROM judgements "
    "JOIN entries ON entries.id = judgements.entry_id WHERE judgements.judge_id = :judge_id "
    "AND entries.round_id = :round_id AND judgements.stage = :stage AND judgements.state = 'confirmed' "
    f"AND entries.state IN {IN_CONTEST}"
)
_LOADS = Statement.from_sql(
    "SELECT judgements.judge_id, COUNT(*) AS number FROM judgements JOIN entries ON entries.id = judgements.entry_id "
    "WHERE entries.round_id = :round_id AND judgements.stage = :stage AND judgements.state IN ('given', 'confirmed') "
    f"AND entries.state IN {IN_CONTEST} GROUP BY judgements.judge_id"
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


class JudgedLine(NamedTuple):
    """An entry that is judged, as organisers see it."""

    id: int
    number: int
    blind_code: str
    title: str
    category: str
    state: EntryState
    unit_id: int
    unit_name: str
    created_by_id: int
    version: int
    submitted_at: datetime


class SheetLine(NamedTuple):
    """A sheet of an entry in lists: ``total`` in hundredths is set where the sheet is, or was, confirmed."""

    id: int
    entry_id: int
    judge_id: int
    state: JudgementState
    is_further: bool
    total: int | None
    marks: Marks


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


def iterate_contents(work: Work, *, round_id: int, entry_id: int | None = None) -> Iterator[tuple[int, Values]]:
    """(entry, what was filled in) of all entries of a round that are judged, or of one."""
    rows = (
        work.list_all(_CONTENTS, round_id=round_id) if entry_id is None else work.list_all(_CONTENT, entry_id=entry_id)
    )
    return ((row.id, from_json(row.content)) for row in rows)


def list_judged_entries(work: Work, round_id: int) -> list[JudgedLine]:
    """The entries of a round that are judged, by number."""
    return [_to_judged(row) for row in work.list_all(_JUDGED, round_id=round_id)]


def count_judged_entries(work: Work, round_id: int) -> int:
    """How many entries of the round are judged."""
    row = work.find_one(_COUNT_JUDGED, round_id=round_id)
    return 0 if row is None else int(row.number)


def list_judged_page(
    work: Work, round_id: int, stage: int, *, most: int, skipped: int
) -> tuple[list[JudgedLine], list[SheetLine]]:
    """So many entries by number after those that are skipped, and their sheets."""
    place = {"round_id": round_id, "most": most, "skipped": skipped}
    entries = [_to_judged(row) for row in work.list_all(_JUDGED_PAGE, **place)]
    return entries, _to_sheets(work.list_all(_SHEETS_OF_PAGE, stage=stage, **place))


def find_judged_entry(work: Work, entry_id: int) -> JudgedLine | None:
    """One entry, if it is judged."""
    row = work.find_one(_JUDGED_ONE, entry_id=entry_id)
    return None if row is None else _to_judged(row)


def list_sheets(work: Work, round_id: int, stage: int) -> list[SheetLine]:
    """All sheets of a round that were not taken back, in the order in which they were given."""
    return _to_sheets(work.list_all(_SHEETS, round_id=round_id, stage=stage))


def list_sheets_of(work: Work, entry_id: int, stage: int) -> list[SheetLine]:
    """Those of one entry."""
    return _to_sheets(work.list_all(_SHEETS_OF_ENTRY, entry_id=entry_id, stage=stage))


def find_fingerprint(work: Work, round_id: int, stage: int) -> tuple[int, ...]:
    """Numbers that are others as soon as an entry of the round or a sheet has changed: every change of a sheet raises
    its sequence, and every step of an entry its moment.
    """
    row = work.find_one(_FINGERPRINT, round_id=round_id, stage=stage)
    return tuple(int(value or 0) for value in row or ())


def map_confirmed_marks(work: Work, *, round_id: int, judge_id: int, stage: int) -> dict[int, tuple[Marks, int]]:
    """Marks and total of each entry that this judge has confirmed."""
    return {
        row.entry_id: (from_json(row.marks), row.total_hundredths)
        for row in work.list_all(_MARKS_OF, round_id=round_id, judge_id=judge_id, stage=stage)
    }


def count_loads(work: Work, round_id: int, stage: int) -> dict[int, int]:
    """How many entries each judge has in hand or has judged."""
    return {row.judge_id: row.number for row in work.list_all(_LOADS, round_id=round_id, stage=stage)}


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


def _to_judged(row: Row) -> JudgedLine:
    return JudgedLine(
        row.id, row.number, row.blind_code, row.title, row.category, EntryState(row.state), row.unit_id, row.unit_name,
        row.created_by_id, row.version, from_ms(row.submitted_at),
    )  # fmt: skip


def _to_sheets(rows: list[Row]) -> list[SheetLine]:
    """Of 9,000 sheets the marks are read as one text: three times as quick as one by one."""
    states = {str(state): state for state in JudgementState}
    marks = from_json(f"[{','.join([row.marks for row in rows])}]")
    return [
        SheetLine(
            row.id, row.entry_id, row.judge_id, states[row.state], bool(row.is_further), row.total_hundredths, given
        )
        for row, given in zip(rows, marks, strict=True)
    ]
