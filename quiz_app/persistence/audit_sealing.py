"""Statements that seal the audit trail and walk it.

Entries are written by many transactions at once and become visible when these commit, not in the order of their ids.
One sealer at a time, by the lock on the row of ``audit_chain``, takes those that it sees and no other has sealed; an
entry that commits late gets a later number. Nothing that has a number ever changes.
"""

from __future__ import annotations

from collections.abc import Sequence

from quiz_app.domain.audit import ChainEnd, TrailEntry
from quiz_app.persistence.session import Row, Statement, Work

_COLUMNS = "id, happened_at, actor_id, action, subject_type, subject_id, details, address, request_id, number, hash"
_HAS_UNSEALED = Statement.from_sql("SELECT 1 AS found FROM audit_entries WHERE number IS NULL LIMIT 1")
_LOCK_END = Statement.from_sqls(
    postgresql="SELECT number, hash FROM audit_chain WHERE id = 1 FOR UPDATE",
    sqlite="SELECT number, hash FROM audit_chain WHERE id = 1",
)
_END = Statement.from_sql("SELECT number, hash FROM audit_chain WHERE id = 1")
_UNSEALED = Statement.from_sql(
    f"SELECT {_COLUMNS} FROM audit_entries WHERE number IS NULL ORDER BY id LIMIT :most"  # noqa: S608
)
_SEAL = Statement.from_sql("UPDATE audit_entries SET number = :number, hash = :hash WHERE id = :id AND number IS NULL")
_MOVE_END = Statement.from_sql("UPDATE audit_chain SET number = :number, hash = :hash WHERE id = 1")
_SEALED = Statement.from_sql(
    f"SELECT {_COLUMNS} FROM audit_entries WHERE number > :after ORDER BY number LIMIT :most"  # noqa: S608
)
_HASH_AT = Statement.from_sql("SELECT hash FROM audit_entries WHERE number = :number")


def has_unsealed(work: Work) -> bool:
    """Whether there is anything to seal."""
    return work.find_one(_HAS_UNSEALED) is not None


def lock_chain_end(work: Work) -> ChainEnd:
    """The end of the chain; until the transaction's end nobody else can seal."""
    row = work.find_one(_LOCK_END)
    assert row is not None  # noqa: S101 - the migration makes it
    return ChainEnd(row.number, row.hash)


def find_chain_end(work: Work) -> ChainEnd:
    """The end of the chain, without a lock."""
    row = work.find_one(_END)
    assert row is not None  # noqa: S101 - the migration makes it
    return ChainEnd(row.number, row.hash)


def list_unsealed(work: Work, most: int) -> list[TrailEntry]:
    """Entries without a number, oldest first."""
    return [_to_entry(row) for row in work.list_all(_UNSEALED, most=most)]


def store_seals(work: Work, sealed: Sequence[TrailEntry]) -> None:
    """Write numbers and hashes, and move the end of the chain to the last of them."""
    if sealed:
        work.run_many(_SEAL, [{"id": entry.id, "number": entry.number, "hash": entry.hash} for entry in sealed])
        work.run(_MOVE_END, number=sealed[-1].number, hash=sealed[-1].hash)


def list_sealed(work: Work, *, after: int, most: int) -> list[TrailEntry]:
    """Sealed entries with numbers above ``after``, in order."""
    return [_to_entry(row) for row in work.list_all(_SEALED, after=after, most=most)]


def find_hash(work: Work, number: int) -> str | None:
    """The stored hash of the entry with this number."""
    row = work.find_one(_HASH_AT, number=number)
    return None if row is None else row.hash


def _to_entry(row: Row) -> TrailEntry:
    return TrailEntry(*row)
