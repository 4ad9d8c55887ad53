"""The texts of handed-in entries and their signatures, for finding alike ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.persistence.columns import from_json, from_ms, to_json, to_ms
from quiz_app.persistence.session import Statement, Work

_PUT = Statement.from_sql(
    "INSERT INTO entry_texts (entry_id, version, content, signature, unread_files, made_at) "
    "VALUES (:entry_id, :version, :content, :signature, :unread_files, :made_at) "
    "ON CONFLICT (entry_id) DO UPDATE SET version = excluded.version, content = excluded.content, "
    "signature = excluded.signature, unread_files = excluded.unread_files, made_at = excluded.made_at "
    "WHERE entry_texts.version <= excluded.version"
)
_FIND = Statement.from_sql(
    "SELECT entry_id, version, content, unread_files, made_at FROM entry_texts WHERE entry_id = :entry_id"
)
# Entries that cannot be compared with are left out: the entry itself, what it was begun from and what was begun from
# it, and what the same unit has withdrawn.
_SIGNATURES = Statement.from_sql(
    "SELECT entry_texts.entry_id, entry_texts.version, entry_texts.signature, entry_versions.submitted_at, "
    "contests.code AS contest, initiative_rounds.contest_id "
    "FROM entry_texts JOIN entries ON entries.id = entry_texts.entry_id "
    "JOIN entry_versions ON entry_versions.entry_id = entry_texts.entry_id "
    "AND entry_versions.number = entry_texts.version "
    "JOIN initiative_rounds ON initiative_rounds.id = entries.round_id "
    "JOIN contests ON contests.id = initiative_rounds.contest_id, entries own WHERE own.id = :entry_id "
    "AND entries.id <> own.id AND entries.id <> COALESCE(own.continues_id, 0) "
    "AND COALESCE(entries.continues_id, 0) <> own.id "
    "AND NOT (entries.state = 'withdrawn' AND entries.unit_id = own.unit_id)"
)
_MEMBERS = {
    "postgresql": "SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:ids AS json))",
    "sqlite": "SELECT value FROM json_each(:ids)",
}
_VERSIONS_SQL = "SELECT entry_id, version FROM entry_texts WHERE entry_id IN ({members}) ORDER BY entry_id{lock}"
_LOCK_VERSIONS = Statement.from_sqls(
    postgresql=_VERSIONS_SQL.format(members=_MEMBERS["postgresql"], lock=" FOR SHARE"),
    sqlite=_VERSIONS_SQL.format(members=_MEMBERS["sqlite"], lock=""),
)
_CONTENTS_SQL = "SELECT entry_id, content FROM entry_texts WHERE entry_id IN ({members})"
_CONTENTS = Statement.from_sqls(**{name: _CONTENTS_SQL.format(members=members) for name, members in _MEMBERS.items()})


@dataclass(frozen=True, slots=True)
class EntryText:
    """The text of a version. ``unread_files`` are names of files whose text could not be read."""

    entry_id: int
    version: int
    content: str
    unread_files: tuple[str, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class StoredSignature:
    """The signature of an entry, when it was handed in (milliseconds), and its contest."""

    entry_id: int
    version: int
    signature: bytes
    submitted_ms: int
    contest_id: int
    contest_code: str


def put_text(
    work: Work,
    *,
    entry_id: int,
    version: int,
    content: str,
    signature: bytes,
    unread_files: Sequence[str],
    now: datetime,
) -> None:
    """Store the text of a version in place of that of an earlier one; a later one stays."""
    work.run(
        _PUT,
        entry_id=entry_id,
        version=version,
        content=content,
        signature=signature,
        unread_files=to_json(list(unread_files)),
        made_at=to_ms(now),
    )


def find_text(work: Work, entry_id: int) -> EntryText | None:
    """The text of the entry, or None where it was not read yet."""
    row = work.find_one(_FIND, entry_id=entry_id)
    if row is None:
        return None
    return EntryText(row.entry_id, row.version, row.content, tuple(from_json(row.unread_files)), from_ms(row.made_at))


def list_signatures(work: Work, entry_id: int) -> list[StoredSignature]:
    """The signatures of all entries that this one can be compared with."""
    return [
        StoredSignature(row.entry_id, row.version, bytes(row.signature), row.submitted_at, row.contest_id, row.contest)
        for row in work.list_all(_SIGNATURES, entry_id=entry_id)
    ]


def lock_versions(work: Work, entry_ids: Collection[int]) -> dict[int, int]:
    """The versions of these entries' texts, which nobody replaces until the transaction ends."""
    return {row.entry_id: row.version for row in work.list_all(_LOCK_VERSIONS, ids=to_json(sorted(entry_ids)))}


def map_contents(work: Work, entry_ids: Collection[int]) -> dict[int, str]:
    """The texts of these entries."""
    rows = work.list_all(_CONTENTS, ids=to_json(sorted(entry_ids)))
    return {row.entry_id: row.content for row in rows}
