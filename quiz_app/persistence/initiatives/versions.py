"""What was handed in, version by version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from quiz_app.domain.initiatives.entries import EntryFile, EntryVersion
from quiz_app.persistence.columns import from_json, from_ms, to_json, to_ms
from quiz_app.persistence.initiatives.files import FILE_COLUMNS, to_file
from quiz_app.persistence.initiatives.tables import DbEntryVersion, DbEntryVersionFile
from quiz_app.persistence.session import Row, Statement, Work

_ADD = Statement(insert(DbEntryVersion.__table__))
_ADD_FILE = Statement(insert(DbEntryVersionFile.__table__))
_COLUMNS = (
    "SELECT entry_versions.entry_id, entry_versions.number, entry_versions.title, entry_versions.category, "
    "entry_versions.content, entry_versions.receipt_code, entry_versions.digest, entry_versions.submitted_at, "
    "accounts.name AS submitted_by FROM entry_versions JOIN accounts ON accounts.id = entry_versions.submitted_by_id"
)
_LIST = Statement.from_sql(f"{_COLUMNS} WHERE entry_versions.entry_id = :entry_id ORDER BY entry_versions.number")
_FIND_BY_RECEIPT = Statement.from_sql(f"{_COLUMNS} WHERE entry_versions.receipt_code = :receipt_code")
_FILES = Statement.from_sql(
    f"SELECT {FILE_COLUMNS}, entry_version_files.number AS version FROM entry_version_files "  # noqa: S608 - constants
    "JOIN entry_files ON entry_files.id = entry_version_files.file_id "
    "WHERE entry_version_files.entry_id = :entry_id ORDER BY entry_version_files.number, entry_files.id"
)


def add_version(
    work: Work,
    *,
    entry_id: int,
    number: int,
    title: str,
    category: str,
    values: Mapping[str, Any],
    files: Sequence[EntryFile],
    receipt_code: str,
    digest: str,
    submitted_by_id: int,
    now: datetime,
) -> None:
    """Keep what is handed in, with its files."""
    work.run(
        _ADD,
        entry_id=entry_id,
        number=number,
        title=title,
        category=category,
        content=to_json(values),
        receipt_code=receipt_code,
        digest=digest,
        submitted_at=to_ms(now),
        submitted_by_id=submitted_by_id,
    )
    work.run_many(_ADD_FILE, [{"entry_id": entry_id, "number": number, "file_id": file.id} for file in files])


def list_versions(work: Work, entry_id: int) -> list[EntryVersion]:
    """All versions of an entry with their files, the first first."""
    files: dict[int, list[EntryFile]] = {}
    for row in work.list_all(_FILES, entry_id=entry_id):
        files.setdefault(row.version, []).append(to_file(row))
    return [_to_version(row, files.get(row.number, [])) for row in work.list_all(_LIST, entry_id=entry_id)]


def find_by_receipt(work: Work, receipt_code: str) -> EntryVersion | None:
    """The version that this receipt was given for, without its files."""
    row = work.find_one(_FIND_BY_RECEIPT, receipt_code=receipt_code)
    return None if row is None else _to_version(row, [])


def _to_version(row: Row, files: Sequence[EntryFile]) -> EntryVersion:
    return EntryVersion(
        entry_id=row.entry_id,
        number=row.number,
        title=row.title,
        category=row.category,
        values=from_json(row.content),
        files=tuple(files),
        submitted_at=from_ms(row.submitted_at),
        submitted_by=row.submitted_by,
        receipt_code=row.receipt_code,
        digest=row.digest,
    )
