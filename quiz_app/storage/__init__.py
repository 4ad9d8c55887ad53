"""Files kept by key: results of jobs, uploads that a job reads, pictures, files of entries.

A key is a path of lower-case words; whoever makes one from what a visitor sent is refused by ``check_key``.
"""

from __future__ import annotations

from pathlib import Path

from quiz_app.storage.folder import FolderStorage as FolderStorage
from quiz_app.storage.keys import CHUNK as CHUNK
from quiz_app.storage.keys import Content as Content
from quiz_app.storage.keys import FileMissing as FileMissing
from quiz_app.storage.keys import S3Settings as S3Settings
from quiz_app.storage.keys import Storage as Storage
from quiz_app.storage.keys import StoredFile as StoredFile
from quiz_app.storage.keys import check_key as check_key


def make_storage(folder: Path, s3: S3Settings | None = None) -> Storage:
    """The storage of this process: in a bucket where one is set, else in the folder."""
    if s3 is None:
        return FolderStorage(folder)
    # Its client takes half a second and some megabytes, which a start without a store can do without.
    from quiz_app.storage.s3 import S3Storage  # noqa: PLC0415

    return S3Storage(s3, folder)
