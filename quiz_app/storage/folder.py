"""Files in a folder. Several servers must share it."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from quiz_app.storage.keys import Content, FileMissing, StoredFile, check_key, cut_content

DRAFTS = "drafts"
_DRAFT_MARK = ".draft-"


class FolderStorage:
    """Files in a folder of this machine, each under its key."""

    shares_drafts = True

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
                for piece in cut_content(content):
                    size += stream.write(piece)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _make_durable(path.parent)
        return size

    def find_draft(self, name: str) -> Path:
        """See ``Storage``. In the folder itself, so that adopting it is a change of name."""
        return find_draft_path(self._folder, name)

    def adopt_file(self, key: str, draft: Path) -> None:
        """See ``Storage``."""
        path = self._find_path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        draft.replace(path)
        _make_durable(path.parent)

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
        folder = self._find_path(prefix.removesuffix("/")) if prefix else self._folder
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


def find_draft_path(folder: Path, name: str) -> Path:
    """The place of this name among the drafts of a folder."""
    drafts = folder / DRAFTS
    drafts.mkdir(parents=True, exist_ok=True)
    return drafts / f"{_DRAFT_MARK}{check_key(name)}"


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
