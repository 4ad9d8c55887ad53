"""The archive: a zip file of the database's copy, the kept files and a manifest, sealed by a digest at its end.

The last bytes of the file (the comment of the zip format) are ``sha256:`` and the SHA-256 of all bytes before them. So
a file that was cut short or altered in any byte is known before anything in it is read.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from quiz_app.persistence.backups import CopyFailed

MANIFEST = "manifest.json"
DATABASE = "database"
FILES = "files/"
CHUNK = 1024 * 1024
_MARK = b"sha256:"
_SEAL_LENGTH = len(_MARK) + 64


def write_member(archive: zipfile.ZipFile, name: str, source: BinaryIO) -> tuple[int, str]:
    """Add a member; its size in bytes and SHA-256."""
    digest, size = sha256(), 0
    with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
        while piece := source.read(CHUNK):
            digest.update(piece)
            size += target.write(piece)
    return size, digest.hexdigest()


def open_new(path: Path) -> zipfile.ZipFile:
    """A new archive that nobody else may read: it holds what people have entrusted."""
    path.touch(mode=0o600, exist_ok=False)
    archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    # Of the final length already, so that the length in the end record is right when the seal takes its place.
    archive.comment = b"." * _SEAL_LENGTH
    return archive


def seal(path: Path) -> str:
    """Put the digest over the last bytes and make the file durable; the digest."""
    digest = _digest_content(path)
    with path.open("r+b") as stream:
        stream.seek(-_SEAL_LENGTH, os.SEEK_END)
        stream.write(_MARK + digest.encode())
        stream.flush()
        os.fsync(stream.fileno())
    return digest


def check_seal(path: Path) -> str:
    """The digest, if the file is whole and as it was made. Raises CopyFailed."""
    try:
        with path.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            if stream.tell() <= _SEAL_LENGTH:
                raise CopyFailed(f"{path} is not a backup of this engine, or was cut short. Nothing was changed.")
            stream.seek(-_SEAL_LENGTH, os.SEEK_END)
            found = stream.read()
    except OSError as error:
        raise CopyFailed(f"{path} cannot be read: {error.strerror}.") from error
    if found != _MARK + (digest := _digest_content(path)).encode():
        raise CopyFailed(
            f"{path} was cut short or altered, or is no backup of this engine. Use another copy; nothing was changed."
        )
    return digest


def read_member(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The member's bytes, piece by piece."""
    with archive.open(name) as stream:
        while piece := stream.read(CHUNK):
            yield piece


def extract_member(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    """Write the member to ``path``."""
    with archive.open(name) as source, path.open("xb") as target:
        shutil.copyfileobj(source, target, CHUNK)


def _digest_content(path: Path) -> str:
    digest, left = sha256(), path.stat().st_size - _SEAL_LENGTH
    with path.open("rb") as stream:
        while left > 0 and (piece := stream.read(min(CHUNK, left))):
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest()
