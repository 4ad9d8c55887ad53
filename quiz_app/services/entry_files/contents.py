"""Where contents of files lie: each once, under its digest, however many entries hold it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from quiz_app.domain.initiatives.file_rules import FileTooLarge
from quiz_app.storage import CHUNK

PREFIX = "entries/"
SYNC_BYTES = 2_000_000


def make_key(digest: str) -> str:
    """The storage's key for a content; spread over 256 folders."""
    return f"{PREFIX}{digest[:2]}/{digest}"


def find_digest(key: str) -> str:
    """The digest that a key was made from."""
    return key.rpartition("/")[2]


def receive(stream: BinaryIO, draft: Path, *, offset: int, most: int) -> int:
    """Write what comes to a draft, piece by piece, from ``offset`` on; how many bytes the draft has then.

    Raises FileTooLarge as soon as there are more bytes than ``most``; whatever the stream raises passes through.
    """
    size = synced = offset
    with draft.open("r+b" if offset else "wb") as target:
        target.seek(offset)
        target.truncate()
        while piece := stream.read(CHUNK):
            size += len(piece)
            if size > most:
                raise FileTooLarge(most)
            target.write(piece)
            if size - synced >= SYNC_BYTES:
                # A little at a time: the disk that writes 20 MB at once lets saves of answers wait for theirs.
                os.fdatasync(target.fileno())
                synced = size
    return size


def find_digest_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
