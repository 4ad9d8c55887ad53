"""What every storage is: keys, contents, and the functions that each kind has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

CHUNK = 256 * 1024
"""Bytes read at a time."""
_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}(/[a-z0-9][a-z0-9_.-]{0,99}){0,5}")

Content = bytes | BinaryIO | Iterable[bytes]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known of a file without opening it; ``size`` is in bytes."""

    key: str
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class S3Settings:
    """Where the store is (``https://s3.example.vn``), the bucket, which must be there, and the keys to it."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    region: str


class FileMissing(Exception):  # noqa: N818 - named for the case, as refusals are
    """No file has this key."""


class Storage(Protocol):
    """Eight functions. Keys that ``check_key`` refuses raise ValueError; OSError where the store does not answer.

    ``shares_drafts`` says whether a draft that one server has begun is there for the others too.
    """

    shares_drafts: bool

    def write_file(self, key: str, content: Content) -> int:
        """Keep the content under the key, in place of what was there; its size in bytes. Whole or not at all."""

    def find_draft(self, name: str) -> Path:
        """Where a file is put together on this machine before it is adopted or removed; the name is a key of one word.
        Drafts that are a day old are removed by ``list_files("drafts/")``.
        """

    def adopt_file(self, key: str, draft: Path) -> None:
        """Keep a draft under the key, as ``write_file`` would, without reading it through this process where that can
        be done. The draft is gone then.
        """

    def open_file(self, key: str) -> BinaryIO:
        """A stream of the content, to be closed by the caller. Raises FileMissing."""

    def read_file(self, key: str) -> bytes:
        """The whole content. Raises FileMissing."""

    def find_file(self, key: str) -> StoredFile | None:
        """Size and age, or None."""

    def delete_file(self, key: str) -> bool:
        """Remove it; whether it was there."""

    def list_files(self, prefix: str) -> Iterator[StoredFile]:
        """All files whose keys begin with ``prefix`` (a key and a slash; "" for all of them), in no order."""


def check_key(key: str) -> str:
    """The key, if it is one: words of a-z, 0-9, "_", "." and "-", with "/" between. Raises ValueError."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def cut_content(content: Content) -> Iterator[bytes]:
    """The content in pieces."""
    if isinstance(content, bytes):
        yield content
    elif hasattr(content, "read"):
        while piece := content.read(CHUNK):
            yield piece
    else:
        yield from content
