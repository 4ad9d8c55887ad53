"""Putting an archive back."""

from __future__ import annotations

from pathlib import Path

from quiz_app.persistence import backups as copies
from quiz_app.persistence.backups import CopyFailed
from quiz_app.persistence.backups.figures import name_differences
from quiz_app.persistence.schema import list_known_migrations
from quiz_app.services.backups import archive as archives
from quiz_app.services.backups.manifest import Manifest
from quiz_app.services.backups.reading import CheckedBackup, check_backup
from quiz_app.storage import Storage


def restore_backup(*, path: Path, storage: Storage, replaces: bool) -> Manifest:
    """Put database and files back as they were; the archive's manifest. Raises CopyFailed, and then the database is as
    it was, except where the text says otherwise.

    Only an empty database is filled; ``replaces`` takes away what is there. Files are put back first: one too many does
    no harm, one that a row names and that is missing does.
    """
    with check_backup(path) as checked:
        manifest = checked.manifest
        if manifest.migration not in list_known_migrations():
            raise CopyFailed(
                f"The backup was made by a newer release (migration {manifest.migration}). Install that release first; "
                "nothing was changed."
            )
        if not replaces and copies.holds_anything():
            raise CopyFailed(
                "The database is not empty; nothing was changed. Name an empty one in DATABASE_URL, or say --replace "
                "to lose what is there."
            )
        if others := copies.count_others():
            raise CopyFailed(f"{others} others use the database; nothing was changed. Stop the web servers first.")
        kept = _put_files_back(checked, storage)
        copies.replace_all(checked.database)
        if different := name_differences(manifest.tables, copies.read_figures()):
            raise CopyFailed(
                f"The database was restored, but these tables are not as in the backup: {', '.join(different)}. "
                "Do not open the contest on it."
            )
        if replaces:
            for key in [file.key for file in storage.list_files("") if file.key not in kept]:
                storage.delete_file(key)
    return manifest


def _put_files_back(checked: CheckedBackup, storage: Storage) -> set[str]:
    kept = set()
    for name in checked.manifest.members:
        if name.startswith(archives.FILES):
            key = name.removeprefix(archives.FILES)
            storage.write_file(key, archives.read_member(checked.archive, name))
            kept.add(key)
    return kept
