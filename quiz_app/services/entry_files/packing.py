"""All files of a round in one zip, written as it is sent: its size does not matter, a piece at a time is in memory.

Files are stored as they are: documents, pictures and films are compressed in themselves.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.initiatives.entries import EntryFile, ScanState
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.initiatives.files import RoundFile
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.entry_files.contents import make_key
from quiz_app.services.initiatives.access import get_round
from quiz_app.storage import CHUNK, FileMissing, Storage

LONGEST_FOLDER = 80
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|]+')


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file with its path in the zip; the path is None where it is left out (a virus was found in it)."""

    path: str | None
    listed: RoundFile


def list_round_files(*, person: Person, round_id: int, now: datetime) -> tuple[InitiativeRound, list[PackedFile]]:
    """What goes into the zip of a round: the files of all entries as they were handed in last. Audited as an export.

    Raises NotFound. Only for organisers: the caller guards it.
    """
    with reading() as work:
        round_ = get_round(work, round_id)
        listed = files_store.list_files_of_round(work, round_id)
    with transaction() as work:
        audit.add_entry(
            work,
            now=now,
            actor_id=person.id,
            action="entry_files_exported",
            subject=("initiative_round", round_id),
            details={"files": len(listed)},
        )
    return round_, [PackedFile(path, line) for path, line in zip(_name_paths(listed), listed, strict=True)]


def stream_zip(*, index: tuple[str, bytes], files: Iterable[PackedFile], storage: Storage) -> Iterator[bytes]:
    """The zip in pieces: the index first. A file whose content is gone is an empty one whose name says so."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_make_info(*index), index[1])
        for packed in files:
            if packed.path is not None:
                yield from _add(archive, pipe, packed.path, packed.listed.file, storage)
    yield pipe.take()


def _add(archive: zipfile.ZipFile, pipe: _Pipe, path: str, file: EntryFile, storage: Storage) -> Iterator[bytes]:
    try:
        content = storage.open_file(make_key(file.digest))
    except FileMissing:
        archive.writestr(_make_info(f"{path}.MISSING", b""), b"")
        return
    info = zipfile.ZipInfo(path, file.added_at.timetuple()[:6])
    with content, archive.open(info, "w", force_zip64=file.size > 2**31) as target:
        while piece := content.read(CHUNK):
            target.write(piece)
            yield pipe.take()


def _make_info(path: str, content: bytes) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path)
    info.file_size = len(content)
    return info


def _name_paths(listed: Iterable[RoundFile]) -> Iterator[str | None]:
    """``0012 Số hóa hồ sơ/02 Minh chứng.pdf``: sorted as the entries are, and no two alike."""
    number, position = 0, 0
    for line in listed:
        position = position + 1 if line.entry_number == number else 1
        number = line.entry_number
        title = _UNSAFE.sub("_", line.entry_title)[:LONGEST_FOLDER].strip(". ") or "_"
        is_left_out = line.file.scan is ScanState.INFECTED
        yield None if is_left_out else f"{number:04d} {title}/{position:02d} {line.file.name}"


class _Pipe(io.RawIOBase):
    """What the zip is written to: pieces are kept until they are taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
