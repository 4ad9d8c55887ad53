"""Making an archive."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

from quiz_app.keyed_hashes import KeyedHashes
from quiz_app.persistence import backups as copies
from quiz_app.persistence.backups import CopyFailed
from quiz_app.persistence.schema import find_migration
from quiz_app.services.backups import archive as archives
from quiz_app.services.backups.manifest import Manifest, to_text
from quiz_app.services.backups.reading import check_backup
from quiz_app.storage import FileMissing, Storage


def make_backup(*, path: Path, storage: Storage, secret_key: str, engine: str, now: datetime) -> tuple[Manifest, str]:
    """Write the archive to ``path``; its manifest and digest, once it was read back. Raises CopyFailed, and then there
    is no file.

    The files are copied after the database: a file is kept before the row that names it, so none is missing.
    """
    if path.exists():
        raise CopyFailed(f"{path} is there already. Choose another name.")
    if not path.parent.is_dir():
        raise CopyFailed(f"The folder {path.parent} is not there.")
    _ensure_space(path.parent)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
        copy, draft = Path(folder) / archives.DATABASE, Path(folder) / "archive"
        migration = find_migration()
        if migration is None:
            raise CopyFailed("The database is empty: there is nothing to keep.")
        figures = copies.write_copy(copy)
        with archives.open_new(draft) as archive:
            with copy.open("rb") as source:
                members = {archives.DATABASE: archives.write_member(archive, archives.DATABASE, source)}
            members |= _add_files(archive, storage)
            manifest = Manifest(
                now, engine, copies.find_kind(), migration, KeyedHashes(secret_key).key_mark, figures, members
            )
            archives.write_member(archive, archives.MANIFEST, io.BytesIO(to_text(manifest).encode()))
        digest = archives.seal(draft)
        with check_backup(draft) as checked:
            if checked.manifest != manifest:
                raise CopyFailed("The backup did not read back as it was written. Check the disk, then try again.")
        draft.rename(path)
    return manifest, digest


def _add_files(archive: zipfile.ZipFile, storage: Storage) -> dict[str, tuple[int, str]]:
    members = {}
    for file in storage.list_files(""):
        name = archives.FILES + file.key
        try:
            stream = storage.open_file(file.key)
        except FileMissing:
            # It had its time, and was removed a moment ago.
            continue
        with stream:
            members[name] = archives.write_member(archive, name, stream)
    return members


def _ensure_space(folder: Path) -> None:
    # The copy and the archive stand beside each other for a while.
    needed, free = 2 * copies.find_size(), shutil.disk_usage(folder).free
    if free < needed:
        raise CopyFailed(f"{folder} has {free >> 20} MB free; about {needed >> 20} MB are needed.")
