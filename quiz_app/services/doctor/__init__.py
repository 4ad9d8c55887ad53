"""An examination of the installation: what would lose an answer, or let somebody in.

It changes nothing but a file of its own, which it removes again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from quiz_app.config import DATA_FOLDER, Settings
from quiz_app.domain.diagnosis import Finding, Level
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.persistence.backups import CopyFailed, find_kind
from quiz_app.services.doctor.contest import examine_contest
from quiz_app.services.doctor.database import examine_postgresql, examine_schema, examine_sqlite
from quiz_app.services.doctor.machine import examine_clock, examine_files, examine_programs, examine_space
from quiz_app.services.doctor.neighbours import examine_mail, examine_redis, examine_scanner
from quiz_app.services.doctor.settings import examine_settings
from quiz_app.storage import FileMissing, Storage

__all__ = ["examine"]


def examine(*, settings: Settings, storage: Storage, read_now: Callable[[], datetime]) -> list[Finding]:
    """Everything. The clock is read when it is compared: looking at the neighbours may take seconds."""
    findings = examine_settings(settings)
    findings += examine_files(settings, DATA_FOLDER)
    findings += examine_space(settings)
    findings += examine_redis(settings)
    findings += examine_mail(settings)
    findings += examine_scanner(settings)
    findings += examine_programs(find_kind())
    try:
        findings += _examine_database(settings, read_now)
    except (StorageUnavailable, CopyFailed) as error:
        cause = str(error.__cause__ or error).strip().splitlines() or ["no answer"]
        said = f"cannot be reached: {cause[0]}"
        findings.append(Finding(Level.FAULT, "database", said, "Check that it runs, and DATABASE_URL."))
    findings.append(_probe_storage(settings, storage))
    return findings


def _examine_database(settings: Settings, read_now: Callable[[], datetime]) -> list[Finding]:
    findings, is_usable = examine_schema()
    examine_kind: Callable[[Settings], list[Finding]]
    examine_kind = examine_sqlite if find_kind() == "sqlite" else examine_postgresql
    findings += examine_kind(settings)
    findings += examine_clock(read_now, has_tables=is_usable)
    if is_usable:
        findings += examine_contest(settings, read_now())
    return findings


def _probe_storage(settings: Settings, storage: Storage) -> Finding:
    key, content = "doctor/probe", b"written by the doctor"
    place, remedy = "FILES_FOLDER", "Let the service's account write to FILES_FOLDER."
    if settings.s3 is not None:
        place = f"the bucket {settings.s3.bucket} at {settings.s3.endpoint}"
        remedy = "Check S3_ENDPOINT, S3_BUCKET and S3_REGION, and that the key may read, write, delete and list there."
    try:
        storage.write_file(key, content)
        is_whole = storage.read_file(key) == content
        is_listed = any(file.key == key for file in storage.list_files("doctor/"))
        storage.delete_file(key)
    except (OSError, FileMissing) as error:
        return Finding(
            Level.FAULT, "kept files", f"cannot be written: {getattr(error, 'strerror', '') or error}", remedy
        )
    if not (is_whole and is_listed):
        return Finding(Level.FAULT, "kept files", "do not read back as written", f"Check {place}.")
    return Finding(Level.OK, "kept files", f"written, read back, listed and removed in {place}")
