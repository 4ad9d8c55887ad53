"""Attaching files to a draft and taking them off: whole and checked, or not at all.

A file is received into a draft of the storage, looked at, put in its place, and only then entered. What breaks off
before leaves nothing; what breaks off between leaves a content without a row, which ``orphans`` removes.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from quiz_app.domain.errors import NotFound, StorageUnavailable
from quiz_app.domain.initiatives.entries import EntryFile, ScanState, TooManyFiles
from quiz_app.domain.initiatives.file_names import clean_file_name
from quiz_app.domain.initiatives.file_rules import (
    FileTooLarge,
    ensure_new,
    ensure_room,
    find_kind,
    get_file_field,
)
from quiz_app.domain.initiatives.rounds import FileKind
from quiz_app.domain.initiatives.states import EntryActor, EntryStepRefused
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.entry_files.checking import check_content
from quiz_app.services.entry_files.contents import find_digest_of, make_key, receive
from quiz_app.services.entry_files.parts import open_parts
from quiz_app.services.initiatives.access import Access, open_entry
from quiz_app.storage import Storage

log = logging.getLogger(__name__)


def find_largest(*, person: Person, entry_id: int) -> tuple[int, int]:
    """How many bytes a file of this entry may have, and how many more it may hold, asked before anything is received.

    Raises NotFound, EntryStepRefused, TooManyFiles.
    """
    with reading() as work:
        access = _open_draft(work, person, entry_id, locks=False)
        rules = access.round.settings.files
        room = rules.most_files - len(files_store.list_files(work, entry_id))
    if room <= 0:
        raise TooManyFiles(rules.most_files)
    return rules.largest_bytes, room


@dataclass(frozen=True, slots=True)
class Sender:
    """Who attaches what to which field of which entry; ``name`` as it was sent."""

    person: Person
    entry_id: int
    field: str
    name: str


def attach_file(sender: Sender, stream: BinaryIO, *, storage: Storage, is_scanned: bool, now: datetime) -> EntryFile:
    """Attach a whole file; ``is_scanned`` says whether a virus scanner is going to look at it.

    Raises NotFound, EntryStepRefused, InvalidInput, TooManyFiles, FileTooLarge, WrongEntryFile, FileAlreadyThere,
    StorageUnavailable. Where it raises, nothing was attached.
    """
    most, _, _ = _check_sender(sender)
    with _storing():
        draft = storage.find_draft(secrets.token_hex(16))
        try:
            receive(stream, draft, offset=0, most=most)
            return _attach_draft(sender, draft, storage=storage, is_scanned=is_scanned, now=now)
        finally:
            draft.unlink(missing_ok=True)


def attach_part(
    sender: Sender,
    stream: BinaryIO,
    *,
    token: str,
    offset: int,
    total: int,
    storage: Storage,
    is_scanned: bool,
    now: datetime,
) -> EntryFile | int:
    """Receive a part of a file of ``total`` bytes, which begins at ``offset``. With the last one the file is attached;
    before that the answer is how many bytes have come.

    A part that was cut off, or whose answer was lost, is sent once more. ``token`` is the page's own for this upload;
    another person's parts never meet these. Raises as ``attach_file`` does, and PartMisplaced.
    """
    most, _, _ = _check_sender(sender)
    if total > most:
        raise FileTooLarge(most)
    with _storing():
        named = f"{sender.person.id}:{sender.entry_id}:{token}"
        parts = open_parts(storage, hashlib.sha256(named.encode()).hexdigest()[:40])

        def write(draft: Path, begin: int) -> int:
            # Of the whole file no more may come than was announced.
            return receive(stream, draft, offset=begin, most=total - offset + begin)

        received = parts.add(offset, write)
        if received < total:
            return received
        try:
            draft = parts.join()
            try:
                return _attach_draft(sender, draft, storage=storage, is_scanned=is_scanned, now=now)
            finally:
                draft.unlink(missing_ok=True)
        finally:
            parts.forget()


def _check_sender(sender: Sender) -> tuple[int, str, FileKind]:
    """The most bytes, the clean name and the kind, if the file may be attached as far as is known before it comes."""
    name = clean_file_name(sender.name)
    with reading() as work:
        access = _open_draft(work, sender.person, sender.entry_id, locks=False)
        rules = access.round.settings.files
        kind = find_kind(name, rules.kinds)
        field = get_file_field(access.round.settings.form, sender.field)
        ensure_room(rules, field, files_store.list_files(work, sender.entry_id))
    return rules.largest_bytes, name, kind


def _attach_draft(sender: Sender, draft: Path, *, storage: Storage, is_scanned: bool, now: datetime) -> EntryFile:
    _, name, kind = _check_sender(sender)
    check_content(draft, name, kind)
    digest, size = find_digest_of(draft), draft.stat().st_size
    storage.adopt_file(make_key(digest), draft)
    entry_id, field_code = sender.entry_id, sender.field
    with transaction() as work:
        access = _open_draft(work, sender.person, entry_id, locks=True)
        attached = files_store.list_files(work, entry_id)
        ensure_new(digest, attached)
        ensure_room(access.round.settings.files, get_file_field(access.round.settings.form, field_code), attached)
        file_id = files_store.add_file(
            work,
            entry_id=entry_id,
            field=field_code,
            name=name,
            kind=str(kind),
            size=size,
            digest=digest,
            scan=ScanState.WAITING if is_scanned else ScanState.NOT_CONFIGURED,
            added_by_id=sender.person.id,
            now=now,
        )
        # Asked after the row is written: whoever removes orphans has either finished, or waits and finds the row.
        if storage.find_file(make_key(digest)) is None:
            raise StorageUnavailable
        entries_store.touch_entry(work, entry_id, now)
        _audit(work, sender.person, "entry_file_attached", entry_id, name, digest, now)
        added = files_store.find_file(work, file_id)
    if added is None:
        raise NotFound
    return added


@contextmanager
def _storing() -> Iterator[None]:
    """A store or a disk that fails is told as such, and the cause is logged."""
    try:
        yield
    except OSError as error:
        log.error("no file can be kept: %s", error)
        raise StorageUnavailable from error


def remove_file(*, person: Person, entry_id: int, file_id: int, now: datetime) -> None:
    """Take a file off the draft; versions that were handed in keep it. A second click changes nothing.

    Raises NotFound, EntryStepRefused.
    """
    with transaction() as work:
        _open_draft(work, person, entry_id, locks=True)
        file = files_store.find_file(work, file_id)
        if file is None or file.entry_id != entry_id:
            raise NotFound
        if files_store.remove_file(work, file_id, now):
            entries_store.touch_entry(work, entry_id, now)
            _audit(work, person, "entry_file_removed", entry_id, file.name, file.digest, now)


def list_attached(*, person: Person, entry_id: int) -> tuple[Access, list[EntryFile]]:
    """The draft's files, for whoever writes in it. Raises NotFound."""
    with reading() as work:
        access = open_entry(work, person, entry_id)
        if EntryActor.ENTRANT not in access.actors:
            raise NotFound
        return access, files_store.list_files(work, entry_id)


def _open_draft(work: Work, person: Person, entry_id: int, *, locks: bool) -> Access:
    access = open_entry(work, person, entry_id, locks=locks)
    if EntryActor.ENTRANT not in access.actors:
        raise NotFound
    if not access.entry.state.is_with_unit:
        raise EntryStepRefused(access.entry.state)
    return access


def _audit(work: Work, person: Person, action: str, entry_id: int, name: str, digest: str, now: datetime) -> None:
    audit.add_entry(
        work,
        now=now,
        actor_id=person.id,
        action=action,
        subject=("entry", entry_id),
        details={"name": name, "digest": digest},
    )
