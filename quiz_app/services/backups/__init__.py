"""Backup and restore: one file with the whole contest, made while people take part, proved by reading it back."""

from __future__ import annotations

from quiz_app.persistence.backups import CopyFailed
from quiz_app.services.backups.making import make_backup
from quiz_app.services.backups.manifest import Manifest
from quiz_app.services.backups.reading import CheckedBackup, check_backup
from quiz_app.services.backups.restoring import restore_backup

__all__ = ["CheckedBackup", "CopyFailed", "Manifest", "check_backup", "make_backup", "restore_backup"]
