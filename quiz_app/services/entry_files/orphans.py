"""Contents that no entry holds, and entries whose content is gone.

A content without a row comes from an upload that was refused at the last moment, from a process that died, or from a
file that was taken off a draft. A row without its content comes from a disk or a store that lost it: that is never
mended here, only told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from quiz_app.domain.initiatives.entries import EntryFile
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.entry_files.contents import PREFIX, find_digest, make_key
from quiz_app.services.entry_files.parts import forget_old_parts
from quiz_app.services.entry_files.previews import make_preview_key
from quiz_app.storage import Storage

KEPT_FOR = timedelta(days=1)
"""Somebody may take a file off by mistake and attach it again; and an upload under way has its content first."""
AT_A_TIME = 200
DRAFTS = "drafts/"


@dataclass(frozen=True, slots=True)
class OrphanReport:
    """What was removed, with its size in bytes, and the files whose content is missing or of another size."""

    removed: tuple[str, ...]
    removed_bytes: int
    missing: tuple[EntryFile, ...]


def remove_orphans(*, storage: Storage, now: datetime, applies: bool) -> OrphanReport:
    """Remove contents older than a day that neither a draft nor a version holds; without ``applies`` only name them.

    The look and the removal are one transaction in which nobody can attach a file; uploads wait for it, some
    milliseconds for each batch.
    """
    removed: list[str] = []
    removed_bytes = 0
    old = [file for file in storage.list_files(PREFIX) if now - file.modified_at > KEPT_FOR]
    for begin in range(0, len(old), AT_A_TIME):
        batch = old[begin : begin + AT_A_TIME]
        with transaction() as work:
            files_store.hold_off_attaching(work)
            for stored in batch:
                digest = find_digest(stored.key)
                if files_store.is_content_used(work, digest):
                    continue
                # Attached anew and taken off since the list was made: it has its day again.
                found = storage.find_file(stored.key)
                if found is None or now - found.modified_at <= KEPT_FOR:
                    continue
                if applies:
                    storage.delete_file(stored.key)
                    storage.delete_file(make_preview_key(digest))
                removed.append(digest)
                removed_bytes += found.size
    forget_drafts(storage, now)
    return OrphanReport(tuple(removed), removed_bytes, tuple(_find_missing(storage)))


def forget_drafts(storage: Storage, now: datetime) -> None:
    """Remove what uploads that broke off more than a day ago have left."""
    forget_old_parts(storage, now)
    for _ in storage.list_files(DRAFTS):
        # Listing them does it; no draft has a key.
        pass


def _find_missing(storage: Storage) -> list[EntryFile]:
    sizes = {file.key: file.size for file in storage.list_files(PREFIX)}
    missing: list[EntryFile] = []
    after = 0
    while True:
        with reading() as work:
            files = files_store.list_used_files(work, after=after, most=AT_A_TIME)
        if not files:
            return missing
        for file in files:
            # Attached since the list was made, perhaps: asked once more.
            key = make_key(file.digest)
            if sizes.get(key) != file.size:
                found = storage.find_file(key)
                if found is None or found.size != file.size:
                    missing.append(file)
        after = files[-1].id
