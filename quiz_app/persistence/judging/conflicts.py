"""Declared conflicts of interest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert

from quiz_app.domain.judging.conflicts import DeclaredConflict
from quiz_app.persistence.columns import from_ms, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.judging.tables import DbConflict
from quiz_app.persistence.session import Row, Statement, Work

_ADD = Statement(insert(DbConflict.__table__))
_COLUMNS = (
    "SELECT judge_conflicts.id, judge_conflicts.judge_id, judges.name AS judge_name, judge_conflicts.entry_id, "
    "entries.number AS entry_number, judge_conflicts.unit_id, units.name AS unit_name, judge_conflicts.reason, "
    "makers.name AS made_by, judge_conflicts.made_at FROM judge_conflicts "
    "JOIN accounts judges ON judges.id = judge_conflicts.judge_id "
    "JOIN accounts makers ON makers.id = judge_conflicts.made_by_id "
    "LEFT JOIN entries ON entries.id = judge_conflicts.entry_id LEFT JOIN units ON units.id = judge_conflicts.unit_id "
    "WHERE judge_conflicts.round_id = :round_id"
)
_LIST = Statement.from_sql(f"{_COLUMNS} ORDER BY judge_conflicts.id DESC")
_OF_JUDGE = Statement.from_sql(f"{_COLUMNS} AND judge_conflicts.judge_id = :judge_id ORDER BY judge_conflicts.id DESC")
_FIND_ENTRY = Statement.from_sql("SELECT id FROM judge_conflicts WHERE judge_id = :judge_id AND entry_id = :entry_id")
_DELETE = Statement.from_sql("DELETE FROM judge_conflicts WHERE id = :conflict_id AND round_id = :round_id")


def add_conflict(
    work: Work,
    *,
    round_id: int,
    judge_id: int,
    entry_id: int | None,
    unit_id: int | None,
    reason: str,
    made_by_id: int,
    now: datetime,
) -> None:
    """Keep a conflict about an entry or a unit. Of an entry the first that was declared stays."""
    if entry_id is not None and work.find_one(_FIND_ENTRY, judge_id=judge_id, entry_id=entry_id) is not None:
        return
    work.run(
        _ADD,
        id=make_id(),
        round_id=round_id,
        judge_id=judge_id,
        entry_id=entry_id,
        unit_id=unit_id,
        reason=reason,
        made_by_id=made_by_id,
        made_at=to_ms(now),
    )


def list_conflicts(work: Work, round_id: int) -> list[DeclaredConflict]:
    """All of a round, the newest first."""
    return [_to_conflict(row) for row in work.list_all(_LIST, round_id=round_id)]


def list_conflicts_of(work: Work, *, round_id: int, judge_id: int) -> list[DeclaredConflict]:
    """Those of one judge, the newest first."""
    return [_to_conflict(row) for row in work.list_all(_OF_JUDGE, round_id=round_id, judge_id=judge_id)]


def delete_conflict(work: Work, *, round_id: int, conflict_id: int) -> bool:
    """Take a conflict away that was entered by mistake; whether it was there."""
    return work.run(_DELETE, round_id=round_id, conflict_id=conflict_id) > 0


def _to_conflict(row: Row) -> DeclaredConflict:
    return DeclaredConflict(
        id=row.id,
        judge_id=row.judge_id,
        judge_name=row.judge_name,
        entry_id=row.entry_id,
        entry_number=row.entry_number,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        reason=row.reason,
        made_by=row.made_by,
        made_at=from_ms(row.made_at),
    )
