"""Files in a bucket of an S3-compatible store, for several servers without a shared folder.

What arrives is put together in the folder of this machine and handed over when it is whole. Nothing in that folder
outlives a request: parts of an upload are kept in the bucket (``services/entry_files/parts.py``).
"""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from quiz_app.storage.folder import DRAFTS, FolderStorage
from quiz_app.storage.keys import CHUNK, Content, FileMissing, S3Settings, StoredFile, check_key, cut_content

PART = 8 * 1024 * 1024
"""Bytes of a file that are in memory while it is handed over."""
CONNECT_SECONDS, READ_SECONDS = 5, 60
CONNECTIONS = 16
MISSING = frozenset({"NoSuchKey", "NoSuchObject", "NotFound"})


class StoreFailed(OSError):
    """The store did not answer, or not as it should: the same may be tried again."""


class S3Storage:
    """See ``Storage``. An object is put as a whole or not at all, by the store's own rule."""

    shares_drafts = False

    def __init__(self, settings: S3Settings, folder: Path) -> None:
        """``folder`` holds drafts. Nothing is connected yet."""
        parts = urlsplit(settings.endpoint)
        self._bucket = settings.bucket
        self._local = FolderStorage(folder)
        self._client = Minio(
            parts.netloc,
            access_key=settings.access_key,
            secret_key=settings.secret_key,
            region=settings.region,
            secure=parts.scheme == "https",
            http_client=urllib3.PoolManager(
                maxsize=CONNECTIONS,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
                retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
            ),
        )

    def write_file(self, key: str, content: Content) -> int:
        """See ``Storage``. Put together here first: a content that breaks off never reaches the store."""
        check_key(key)
        draft = self.find_draft(secrets.token_hex(16))
        size = 0
        try:
            with draft.open("xb") as stream:
                for piece in cut_content(content):
                    size += stream.write(piece)
            self.adopt_file(key, draft)
        finally:
            draft.unlink(missing_ok=True)
        return size

    def find_draft(self, name: str) -> Path:
        """See ``Storage``."""
        return self._local.find_draft(name)

    def adopt_file(self, key: str, draft: Path) -> None:
        """See ``Storage``. The draft goes when the store has acknowledged it."""
        check_key(key)
        with _asking(key):
            self._client.fput_object(self._bucket, key, str(draft), part_size=PART)
        draft.unlink()

    def open_file(self, key: str) -> BinaryIO:
        """See ``Storage``. Fetched to a nameless file first: readers may go back and forth in it, and a store that
        fails half-way fails before the first byte is answered.
        """
        check_key(key)
        stream = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
        try:
            with _asking(key):
                response = self._client.get_object(self._bucket, key)
                try:
                    for piece in response.stream(CHUNK):
                        stream.write(piece)
                finally:
                    response.close()
                    response.release_conn()
            stream.seek(0)
        except BaseException:
            stream.close()
            raise
        return stream

    def read_file(self, key: str) -> bytes:
        """See ``Storage``."""
        with self.open_file(key) as stream:
            return stream.read()

    def find_file(self, key: str) -> StoredFile | None:
        """See ``Storage``."""
        check_key(key)
        with contextlib.suppress(FileMissing), _asking(key):
            found = self._client.stat_object(self._bucket, key)
            if found.size is not None and found.last_modified is not None:
                return StoredFile(key, found.size, found.last_modified)
        return None

    def delete_file(self, key: str) -> bool:
        """See ``Storage``."""
        if self.find_file(key) is None:
            return False
        with _asking(key):
            self._client.remove_object(self._bucket, key)
        return True

    def list_files(self, prefix: str) -> Iterator[StoredFile]:
        """See ``Storage``. Drafts of this machine that are a day old go on the way."""
        if prefix:
            check_key(prefix.removesuffix("/"))
        if f"{DRAFTS}/".startswith(prefix):
            for _ in self._local.list_files(f"{DRAFTS}/"):
                pass
        with _asking(prefix):
            for found in self._client.list_objects(self._bucket, prefix=prefix, recursive=True):
                if found.object_name and found.size is not None and found.last_modified is not None:
                    yield StoredFile(found.object_name, found.size, found.last_modified)


@contextlib.contextmanager
def _asking(key: str) -> Iterator[None]:
    try:
        yield
    except S3Error as error:
        if error.code in MISSING:
            raise FileMissing(key) from None
        raise StoreFailed(f"the store refused {key}: {error.code}") from error
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        raise StoreFailed(f"the store did not answer for {key}: {error}") from error
