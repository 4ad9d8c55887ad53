"""Reading an archive back, from end to end, before anybody relies on it."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from quiz_app.persistence import backups as copies
from quiz_app.persistence.backups import CopyFailed
from quiz_app.services.backups import archive as archives
from quiz_app.services.backups.manifest import Manifest, read_manifest


@dataclass(frozen=True, slots=True)
class CheckedBackup:
    """An archive that is whole; ``database`` is its unpacked copy, there as long as the block lasts."""

    manifest: Manifest
    digest: str
    database: Path
    archive: zipfile.ZipFile


@contextmanager
def check_backup(path: Path) -> Iterator[CheckedBackup]:
    """Check seal, every part's digest, and that the database's copy can be read to its end. Raises CopyFailed."""
    digest = archives.check_seal(path)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
        database = Path(folder) / archives.DATABASE
        try:
            with zipfile.ZipFile(path) as archive:
                manifest = read_manifest(archive.read(archives.MANIFEST).decode())
                if manifest.database != copies.find_kind():
                    raise CopyFailed(
                        f"The backup is of {manifest.database}, DATABASE_URL names {copies.find_kind()}. "
                        "Restore it into a database of its own kind; nothing was changed."
                    )
                _check_members(archive, manifest)
                archives.extract_member(archive, archives.DATABASE, database)
                copies.check_copy(database, manifest.tables)
                yield CheckedBackup(manifest, digest, database, archive)
        except (zipfile.BadZipFile, zlib.error, KeyError, UnicodeDecodeError) as error:
            raise CopyFailed(f"{path} cannot be read as a backup. Use another copy; nothing was changed.") from error


def _check_members(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    if {*manifest.members, archives.MANIFEST} != set(archive.namelist()):
        raise CopyFailed("The backup does not hold what its list says. Use another copy; nothing was changed.")
    for name, (size, expected) in manifest.members.items():
        digest, found = sha256(), 0
        for piece in archives.read_member(archive, name):
            digest.update(piece)
            found += len(piece)
        if (found, digest.hexdigest()) != (size, expected):
            raise CopyFailed(f"{name} in the backup is not what its list says. Use another copy; nothing was changed.")
