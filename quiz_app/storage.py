"""Files kept by key: results of jobs, uploads that a job reads, pictures. In a local folder.

The interface is small so that one for S3 can stand beside it. A key is a path of lower-case words; whoever makes one
from what a visitor sent is refused by ``check_key``. Several servers must share the folder.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

CHUNK = 256 * 1024
"""Bytes read at a time."""
_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}(/[a-z0-9][a-z0-9_.-]{0,99}){0,5}")
_DRAFT_MARK = ".draft-"

Content = bytes | BinaryIO | Iterable[bytes]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known of a file without opening it; ``size`` is in bytes."""

    key: str
    size: int
    modified_at: datetime


class FileMissing(Exception):  # noqa: N818 - named for the case, as refusals are
    """No file has this key."""


class Storage(Protocol):
    """Six functions. Keys that ``check_key`` refuses raise ValueError."""

    def write_file(self, key: str, content: Content) -> int:
        """Keep the content under the key, in place of what was there; its size in bytes. Whole or not at all."""

    def open_file(self, key: str) -> BinaryIO:
        """A stream of the content, to be closed by the caller. Raises FileMissing."""

    def read_file(self, key: str) -> bytes:
        """The whole content. Raises FileMissing."""

    def find_file(self, key: str) -> StoredFile | None:
        """Size and age, or None."""

    def delete_file(self, key: str) -> bool:
        """Remove it; whether it was there."""

    def list_files(self, prefix: str) -> Iterator[StoredFile]:
        """All files whose keys begin with ``prefix`` (a key and a slash), in no order."""


class FolderStorage:
    """Files in a folder of this machine, each under its key."""

    def __init__(self, folder: Path) -> None:
        """The folder is made when the first file is written."""
        self._folder = folder

    def write_file(self, key: str, content: Content) -> int:
        """See ``Storage``. Written beside its place, made durable, then put there."""
        path = self._find_path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{_DRAFT_MARK}{secrets.token_hex(8)}")
        size = 0
        try:
            with draft.open("xb") as stream:
                for piece in _cut(content):
                    size += stream.write(piece)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _make_durable(path.parent)
        return size

    def open_file(self, key: str) -> BinaryIO:
        """See ``Storage``."""
        try:
            return self._find_path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError):
            raise FileMissing(key) from None

    def read_file(self, key: str) -> bytes:
        """See ``Storage``."""
        with self.open_file(key) as stream:
            return stream.read()

    def find_file(self, key: str) -> StoredFile | None:
        """See ``Storage``."""
        path = self._find_path(key)
        return _describe(key, path) if path.is_file() else None

    def delete_file(self, key: str) -> bool:
        """See ``Storage``."""
        try:
            self._find_path(key).unlink()
        except FileNotFoundError:
            return False
        return True

    def list_files(self, prefix: str) -> Iterator[StoredFile]:
        """See ``Storage``. Drafts that a dead process left are removed when they are a day old."""
        folder = self._find_path(prefix.removesuffix("/"))
        for place, _, names in os.walk(folder):
            for name in names:
                path = Path(place) / name
                with contextlib.suppress(FileNotFoundError):
                    found = _describe(path.relative_to(self._folder).as_posix(), path)
                    if not name.startswith(_DRAFT_MARK):
                        yield found
                    elif (datetime.now(UTC) - found.modified_at).days >= 1:
                        path.unlink()

    def _find_path(self, key: str) -> Path:
        return self._folder / check_key(key)


def check_key(key: str) -> str:
    """The key, if it is one: words of a-z, 0-9, "_", "." and "-", with "/" between. Raises ValueError."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def make_storage(folder: Path) -> Storage:
    """The storage of this process."""
    return FolderStorage(folder)


def _cut(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif hasattr(content, "read"):
        while piece := content.read(CHUNK):
            yield piece
    else:
        yield from content


def _describe(key: str, path: Path) -> StoredFile:
    status = path.stat()
    return StoredFile(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


def _make_durable(folder: Path) -> None:
    # The name of a file is in its folder: without this it may be gone after a loss of power.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
