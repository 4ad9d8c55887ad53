"""Files of entries; their contents lie in the storage under their digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from quiz_app.domain.initiatives.entries import EntryFile, ScanState
from quiz_app.persistence.columns import find_from_ms, from_ms, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.initiatives.tables import DbEntryFile
from quiz_app.persistence.session import Row, Statement, Work

FILE_COLUMNS = (
    "entry_files.id, entry_files.entry_id, entry_files.field, entry_files.name, entry_files.kind, entry_files.size, "
    "entry_files.digest, entry_files.scan, entry_files.added_at, entry_files.removed_at"
)
_SELECT = f"SELECT {FILE_COLUMNS} FROM entry_files"  # noqa: S608 - constants
_ADD = Statement(insert(DbEntryFile.__table__))
_LIST = Statement.from_sql(f"{_SELECT} WHERE entry_id = :entry_id AND removed_at IS NULL ORDER BY id")
_FIND = Statement.from_sql(f"{_SELECT} WHERE id = :file_id")
_REMOVE = Statement.from_sql("UPDATE entry_files SET removed_at = :now WHERE id = :file_id AND removed_at IS NULL")
_IS_HANDED_IN = Statement.from_sql("SELECT 1 AS found FROM entry_version_files WHERE file_id = :file_id LIMIT 1")
# A content is in use where a draft or a version holds it, not where it was taken off a draft before it was handed in.
_IN_USE = (
    "(entry_files.removed_at IS NULL OR EXISTS (SELECT 1 FROM entry_version_files "
    "WHERE entry_version_files.file_id = entry_files.id))"
)
_IS_CONTENT_USED = Statement.from_sql(
    f"SELECT 1 AS found FROM entry_files WHERE digest = :digest AND {_IN_USE} LIMIT 1"  # noqa: S608 - constants
)
_LIST_USED = Statement.from_sql(f"{_SELECT} WHERE {_IN_USE} AND id > :after ORDER BY id LIMIT :most")
_LIST_WAITING = Statement.from_sql(f"{_SELECT} WHERE scan = 'waiting' AND id > :after ORDER BY id LIMIT :most")
# Nobody attaches anything until this transaction ends; on SQLite a transaction is alone anyway.
_HOLD_OFF = Statement.from_sqls(postgresql="LOCK TABLE entry_files IN EXCLUSIVE MODE", sqlite="SELECT 1")
_LIST_OF_ROUND = Statement.from_sql(
    f"SELECT {FILE_COLUMNS}, entries.number AS entry_number, entries.title AS entry_title, "  # noqa: S608 - constants
    "units.name AS unit_name, entries.category, entries.version, entries.submitted_at "
    "FROM entries JOIN units ON units.id = entries.unit_id "
    "JOIN entry_version_files ON entry_version_files.entry_id = entries.id "
    "AND entry_version_files.number = entries.version "
    "JOIN entry_files ON entry_files.id = entry_version_files.file_id "
    "WHERE entries.round_id = :round_id AND entries.state NOT IN ('draft', 'returned', 'withdrawn') "
    "ORDER BY entries.number, entry_files.id"
)
_ASK_FOR_SCANS = Statement.from_sql("UPDATE entry_files SET scan = 'waiting' WHERE scan = 'not_configured'")
_RELEASED = Statement.from_sql("SELECT id FROM entry_files WHERE entry_id = :entry_id AND released_at IS NOT NULL")
_RELEASE = Statement.from_sql("UPDATE entry_files SET released_at = :now WHERE id = :file_id AND released_at IS NULL")
_WITHHOLD = Statement.from_sql(
    "UPDATE entry_files SET released_at = NULL WHERE id = :file_id AND released_at IS NOT NULL"
)
_SET_SCAN = Statement.from_sql("UPDATE entry_files SET scan = :scan WHERE digest = :digest")


def add_file(
    work: Work,
    *,
    entry_id: int,
    field: str,
    name: str,
    kind: str,
    size: int,
    digest: str,
    scan: ScanState,
    added_by_id: int,
    now: datetime,
) -> int:
    """Attach a file whose content is stored; its id. Raises ``UniqueViolation`` where the same content is attached."""
    file_id = make_id()
    work.run(
        _ADD,
        id=file_id,
        entry_id=entry_id,
        field=field,
        name=name,
        kind=kind,
        size=size,
        digest=digest,
        scan=str(scan),
        added_by_id=added_by_id,
        added_at=to_ms(now),
        removed_at=None,
        released_at=None,
    )
    return file_id


def list_files(work: Work, entry_id: int) -> list[EntryFile]:
    """What is attached to the draft, in the order in which it came."""
    return [to_file(row) for row in work.list_all(_LIST, entry_id=entry_id)]


def find_file(work: Work, file_id: int) -> EntryFile | None:
    """A file, also one that was taken off the draft."""
    row = work.find_one(_FIND, file_id=file_id)
    return None if row is None else to_file(row)


def remove_file(work: Work, file_id: int, now: datetime) -> bool:
    """Take a file off the draft; versions that hold it keep it. Whether it was there."""
    return work.run(_REMOVE, file_id=file_id, now=to_ms(now)) > 0


def ask_for_scans(work: Work) -> int:
    """Let every file wait for the scanner that was attached when there was none; how many."""
    return work.run(_ASK_FOR_SCANS)


def list_released(work: Work, entry_id: int) -> frozenset[int]:
    """Files of the entry that judges of a blind round are given as they are."""
    return frozenset(row.id for row in work.list_all(_RELEASED, entry_id=entry_id))


def set_released(work: Work, file_id: int, released_at: datetime | None) -> bool:
    """Release a file to judges, or (None) withhold it again; whether that changed anything."""
    if released_at is None:
        return work.run(_WITHHOLD, file_id=file_id) > 0
    return work.run(_RELEASE, file_id=file_id, now=to_ms(released_at)) > 0


def set_scan(work: Work, *, digest: str, scan: ScanState) -> None:
    """Note what the scanner said of this content, wherever it is attached."""
    work.run(_SET_SCAN, digest=digest, scan=str(scan))


def is_handed_in(work: Work, file_id: int) -> bool:
    """Whether a version holds the file."""
    return work.find_one(_IS_HANDED_IN, file_id=file_id) is not None


def hold_off_attaching(work: Work) -> None:
    """Keep everybody from attaching a file until the transaction ends: what is unused now stays so."""
    work.run(_HOLD_OFF)


def is_content_used(work: Work, digest: str) -> bool:
    """Whether any draft or version holds this content."""
    return work.find_one(_IS_CONTENT_USED, digest=digest) is not None


def list_used_files(work: Work, *, after: int, most: int) -> list[EntryFile]:
    """Files of drafts and versions in the order of their ids, those above ``after``."""
    return [to_file(row) for row in work.list_all(_LIST_USED, after=after, most=most)]


def list_waiting_files(work: Work, *, after: int, most: int) -> list[EntryFile]:
    """Files that the scanner has not seen yet, in the order of their ids, those above ``after``."""
    return [to_file(row) for row in work.list_all(_LIST_WAITING, after=after, most=most)]


@dataclass(frozen=True, slots=True)
class RoundFile:
    """A file of the latest version of an entry that was handed in."""

    file: EntryFile
    entry_number: int
    entry_title: str
    category: str
    unit_name: str
    version: int
    submitted_at: datetime


def list_files_of_round(work: Work, round_id: int) -> list[RoundFile]:
    """All files of the entries of a round as they were handed in last, by the entries' numbers."""
    return [
        RoundFile(
            to_file(row), row.entry_number, row.entry_title, row.category, row.unit_name, row.version,
            from_ms(row.submitted_at),
        )
        for row in work.list_all(_LIST_OF_ROUND, round_id=round_id)
    ]  # fmt: skip


def to_file(row: Row) -> EntryFile:
    """The file of a row with ``FILE_COLUMNS``."""
    return EntryFile(
        id=row.id,
        entry_id=row.entry_id,
        field=row.field,
        name=row.name,
        kind=row.kind,
        size=row.size,
        digest=row.digest,
        scan=ScanState(row.scan),
        added_at=from_ms(row.added_at),
        removed_at=find_from_ms(row.removed_at),
    )
