"""The entries of a round that are judged, each with its sheets: what rankings, progress and matrices are made of."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from quiz_app.domain.initiatives.forms import Values
from quiz_app.domain.initiatives.states import EntryState
from quiz_app.domain.judging.judgements import JudgementState, Marks
from quiz_app.persistence.columns import from_json, from_ms, to_json
from quiz_app.persistence.initiatives.tables import IN_CONTEST
from quiz_app.persistence.session import Row, Statement, Work

_CONTENTS_SQL = (
    "SELECT entries.id, entry_versions.content FROM entries "
    "JOIN entry_versions ON entry_versions.entry_id = entries.id AND entry_versions.number = entries.version "
    f"WHERE {{which}} AND entries.state IN {IN_CONTEST}"
)
_CONTENTS = Statement.from_sql(_CONTENTS_SQL.format(which="entries.round_id = :round_id"))
_CONTENT = Statement.from_sql(_CONTENTS_SQL.format(which="entries.id = :entry_id"))
_COLUMNS = (
    "entries.id, entries.number, entries.blind_code, entries.title, entries.category, entries.state, "
    "entries.unit_id, units.name AS unit_name, entries.created_by_id, entries.version, entries.submitted_at"
)
_JUDGED_SQL = (
    f"SELECT {_COLUMNS} FROM entries JOIN units ON units.id = entries.unit_id "
    f"WHERE {{which}} AND entries.state IN {IN_CONTEST} ORDER BY entries.number"
)
_STATES = Statement.from_sql(
    f"SELECT {_COLUMNS}, COALESCE(tallies.sheets, 0) AS sheets, COALESCE(tallies.sequences, 0) AS sequences "
    "FROM entries JOIN units ON units.id = entries.unit_id LEFT JOIN (SELECT entry_id, COUNT(*) AS sheets, "
    "SUM(sequence) AS sequences FROM judgements WHERE stage = :stage GROUP BY entry_id) tallies "
    "ON tallies.entry_id = entries.id "
    f"WHERE entries.round_id = :round_id AND entries.state IN {IN_CONTEST} ORDER BY entries.number"
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
_SHEETS_OF_SOME = Statement.from_sqls(
    postgresql=_SHEETS_SQL.format(
        which="entries.id IN (SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:ids AS json)))"
    ),
    sqlite=_SHEETS_SQL.format(which="entries.id IN (SELECT value FROM json_each(:ids))"),
)
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
_LOADS = Statement.from_sql(
    "SELECT judgements.judge_id, COUNT(*) AS number FROM judgements JOIN entries ON entries.id = judgements.entry_id "
    "WHERE entries.round_id = :round_id AND judgements.stage = :stage AND judgements.state IN ('given', 'confirmed') "
    f"AND entries.state IN {IN_CONTEST} GROUP BY judgements.judge_id"
)

_OPEN = Statement.from_sql(
    "SELECT accounts.id AS judge_id, accounts.name, accounts.email, accounts.is_active, panels.id AS panel_id, "
    "panels.name AS panel_name, COUNT(*) AS number FROM judgements JOIN entries ON entries.id = judgements.entry_id "
    "JOIN accounts ON accounts.id = judgements.judge_id LEFT JOIN panels ON panels.id = judgements.panel_id "
    "WHERE entries.round_id = :round_id AND judgements.stage = :stage AND judgements.state = 'given' "
    f"AND entries.state IN {IN_CONTEST} GROUP BY accounts.id, accounts.name, accounts.name_key, accounts.email, "
    "accounts.is_active, panels.id, panels.name ORDER BY panels.name, panels.id, accounts.name_key, accounts.id"
)
_ENTRY_STATES = {str(state): state for state in EntryState}


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


class JudgedState(NamedTuple):
    """An entry with what tells whether its sheets have changed: every change of a sheet raises its sequence, and none
    is ever deleted.
    """

    entry: JudgedLine
    sheets: int
    sequences: int


@dataclass(frozen=True, slots=True)
class OpenSheets:
    """A judge's sheets of one panel that are not confirmed; without a panel for what was given by hand alone."""

    judge_id: int
    judge_name: str
    address: str | None
    panel_name: str | None
    count: int


class SheetLine(NamedTuple):
    """A sheet of an entry in lists: ``total`` in hundredths is set where the sheet is, or was, confirmed."""

    id: int
    entry_id: int
    judge_id: int
    state: JudgementState
    is_further: bool
    total: int | None
    marks: Marks


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


def list_judged_states(work: Work, round_id: int, stage: int) -> list[JudgedState]:
    """The same entries with the number and the sequences of their sheets, those that were taken back included."""
    return [
        JudgedState(_to_judged(row), row.sheets, int(row.sequences))
        for row in work.list_all(_STATES, round_id=round_id, stage=stage)
    ]


def find_judged_entry(work: Work, entry_id: int) -> JudgedLine | None:
    """One entry, if it is judged."""
    row = work.find_one(_JUDGED_ONE, entry_id=entry_id)
    return None if row is None else _to_judged(row)


def list_sheets(work: Work, round_id: int, stage: int) -> list[SheetLine]:
    """All sheets of a round that were not taken back, in the order in which they were given."""
    return _to_sheets(work.list_all(_SHEETS, round_id=round_id, stage=stage))


def list_sheets_of_some(work: Work, entry_ids: Sequence[int], stage: int) -> list[SheetLine]:
    """Those of these entries."""
    return _to_sheets(work.list_all(_SHEETS_OF_SOME, ids=to_json(list(entry_ids)), stage=stage))


def list_sheets_of(work: Work, entry_id: int, stage: int) -> list[SheetLine]:
    """Those of one entry."""
    return _to_sheets(work.list_all(_SHEETS_OF_ENTRY, entry_id=entry_id, stage=stage))


def find_fingerprint(work: Work, round_id: int, stage: int) -> tuple[int, ...]:
    """Numbers that are others as soon as an entry of the round or a sheet has changed: every change of a sheet raises
    its sequence, and every step of an entry its moment.
    """
    row = work.find_one(_FINGERPRINT, round_id=round_id, stage=stage)
    return tuple(int(value or 0) for value in row or ())


def list_open_sheets(work: Work, round_id: int, stage: int) -> list[OpenSheets]:
    """Judges with sheets that are not confirmed, by panel and name; closed accounts have no address."""
    return [
        OpenSheets(row.judge_id, row.name, row.email if row.is_active else None, row.panel_name, row.number)
        for row in work.list_all(_OPEN, round_id=round_id, stage=stage)
    ]


def count_loads(work: Work, round_id: int, stage: int) -> dict[int, int]:
    """How many entries each judge has in hand or has judged."""
    return {row.judge_id: row.number for row in work.list_all(_LOADS, round_id=round_id, stage=stage)}


def _to_judged(row: Row) -> JudgedLine:
    return JudgedLine(
        row.id, row.number, row.blind_code, row.title, row.category, _ENTRY_STATES[row.state], row.unit_id,
        row.unit_name, row.created_by_id, row.version, from_ms(row.submitted_at),
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
