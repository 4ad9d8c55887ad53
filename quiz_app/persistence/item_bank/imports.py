"""Imports of items that were read and wait for a decision; their items and pictures stand in ``import_lines``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from question_bank.pictures import Picture
from quiz_app.persistence.columns import find_from_ms, from_json, from_ms, to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.item_bank.import_lines import (
    StoredLine,
    add_lines,
    add_pictures,
    drop_lines,
    drop_pictures,
)
from quiz_app.persistence.item_bank.import_tables import WAITING, DbItemImport
from quiz_app.persistence.session import Row, Statement, Work


@dataclass(frozen=True, slots=True)
class StoredImport:
    """An import as it stands, without its items."""

    id: int
    bank_id: int
    file_name: str
    state: str
    made_by_id: int
    made_at: datetime
    problems: Sequence[Any]
    counts: Mapping[str, Any]
    job_id: int | None
    ended_at: datetime | None


_ADD = Statement(insert(DbItemImport.__table__))
_FIND_SQL = "SELECT * FROM item_imports WHERE id = :import_id AND made_by_id = :account_id"
_FIND = Statement.from_sql(_FIND_SQL)
_LOCK = Statement.from_sqls(postgresql=f"{_FIND_SQL} FOR UPDATE", sqlite=_FIND_SQL)
_LATEST = Statement.from_sql(
    "SELECT * FROM item_imports WHERE bank_id = :bank_id AND made_by_id = :account_id ORDER BY id DESC LIMIT :most"
)
# A job that has failed or was cancelled changed nothing: its import waits again.  To be asked only of a row that a
# statement before has locked: a statement that had to wait for the row does not see the job that was added meanwhile.
_IS_FREE = (
    "(state = 'pending' OR (state = 'confirmed' AND NOT EXISTS (SELECT 1 FROM jobs "
    "WHERE jobs.id = item_imports.job_id AND jobs.state IN ('queued', 'running'))))"
)
_FREE = Statement.from_sql(f"SELECT 1 AS found FROM item_imports WHERE id = :import_id AND {_IS_FREE}")  # noqa: S608
_CONFIRM = Statement.from_sql(
    f"UPDATE item_imports SET state = 'confirmed', job_id = :job_id WHERE id = :import_id AND {_IS_FREE}"  # noqa: S608
)
_END = Statement.from_sql(
    f"UPDATE item_imports SET state = :state, counts = :counts, ended_at = :moment WHERE id = :import_id AND {WAITING}"  # noqa: S608
)
_OLD_SQL = f"SELECT id FROM item_imports WHERE {_IS_FREE} AND made_at < :before ORDER BY id LIMIT 100"  # noqa: S608
_LOCK_OLD = Statement.from_sqls(postgresql=f"{_OLD_SQL} FOR UPDATE", sqlite=_OLD_SQL)


def add_import(
    work: Work,
    *,
    bank_id: int,
    file_name: str,
    made_by_id: int,
    problems: Sequence[Any],
    lines: Sequence[StoredLine],
    pictures: Iterable[Picture],
    now: datetime,
) -> int:
    """Keep what was read; its id."""
    import_id = make_id()
    work.run(
        _ADD,
        id=import_id,
        bank_id=bank_id,
        file_name=file_name,
        state="pending",
        made_by_id=made_by_id,
        made_at=to_ms(now),
        problems=to_json(list(problems)),
        counts="{}",
        job_id=None,
        ended_at=None,
    )
    add_lines(work, import_id, lines)
    add_pictures(work, import_id, pictures)
    return import_id


def find_import(work: Work, *, import_id: int, account_id: int, locks: bool = False) -> StoredImport | None:
    """The person's own import; ``locks`` keeps others from changing it until the transaction ends."""
    row = work.find_one(_LOCK if locks else _FIND, import_id=import_id, account_id=account_id)
    return None if row is None else _to_import(row)


def is_free(work: Work, import_id: int) -> bool:
    """Whether it waits for a decision and no job works on it."""
    return work.find_one(_FREE, import_id=import_id) is not None


def list_imports(work: Work, *, bank_id: int, account_id: int, most: int) -> list[StoredImport]:
    """The person's latest imports, newest first."""
    return [_to_import(row) for row in work.list_all(_LATEST, bank_id=bank_id, account_id=account_id, most=most)]


def confirm_import(work: Work, *, import_id: int, job_id: int) -> bool:
    """Hand it to a job; False where it no longer waits."""
    return bool(work.run(_CONFIRM, import_id=import_id, job_id=job_id))


def end_import(work: Work, *, import_id: int, state: str, counts: Mapping[str, int], now: datetime) -> bool:
    """Close it; False where it was closed already. Of a discarded one only the counts stay."""
    is_ended = bool(work.run(_END, import_id=import_id, state=state, counts=to_json(dict(counts)), moment=to_ms(now)))
    if is_ended:
        drop_pictures(work, import_id)
        if state == "discarded":
            drop_lines(work, import_id)
    return is_ended


def discard_old(work: Work, *, before: datetime, now: datetime) -> None:
    """Drop what has waited too long."""
    for row in work.list_all(_LOCK_OLD, before=to_ms(before)):
        if is_free(work, row.id):
            end_import(work, import_id=row.id, state="discarded", counts={}, now=now)


def _to_import(row: Row) -> StoredImport:
    return StoredImport(
        id=row.id,
        bank_id=row.bank_id,
        file_name=row.file_name,
        state=row.state,
        made_by_id=row.made_by_id,
        made_at=from_ms(row.made_at),
        problems=from_json(row.problems),
        counts=from_json(row.counts),
        job_id=row.job_id,
        ended_at=find_from_ms(row.ended_at),
    )
