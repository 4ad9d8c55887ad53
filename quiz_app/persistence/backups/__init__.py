"""Consistent copies of the whole database, made while it is in use, and their way back.

Two kinds with the same functions: ``sqlite`` copies the file by SQLite's backup interface, ``postgresql`` runs pg_dump
on a snapshot. Neither stops a save: both read a moment of the database while others go on writing.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from quiz_app.config import DIRECT
from quiz_app.extensions import db
from quiz_app.persistence.backups import postgresql, sqlite
from quiz_app.persistence.backups.figures import CopyFailed, Figures, TableFigures

__all__ = [
    "CopyFailed",
    "Figures",
    "TableFigures",
    "check_copy",
    "count_others",
    "find_kind",
    "find_size",
    "holds_anything",
    "read_figures",
    "replace_all",
    "write_copy",
]

HELD = ("accounts", "contests", "units", "item_banks", "attempts", "audit_entries")
"""Tables that are empty right after the migrations; others are born with rows of the engine's own."""


def find_kind() -> str:
    """``sqlite`` or ``postgresql``."""
    return str(db.engine.dialect.name)


def find_size() -> int:
    """About how many bytes the database takes."""
    return sqlite.find_size(db.engine.url) if find_kind() == "sqlite" else postgresql.find_size(_find_engine())


def write_copy(path: Path) -> Figures:
    """Copy the database to ``path``; rows and digest of each table as they are in the copy. Raises CopyFailed."""
    return (
        sqlite.write_copy(db.engine.url, path)
        if find_kind() == "sqlite"
        else postgresql.write_copy(_find_engine(), path)
    )


def check_copy(path: Path, figures: Figures) -> None:
    """Read the copy from end to end. Raises CopyFailed if it cannot be, or holds other rows than ``figures`` say."""
    if find_kind() == "sqlite":
        sqlite.check_copy(path, figures)
    else:
        postgresql.check_copy(path)


def holds_anything() -> bool:
    """Whether somebody has used this database: a schema alone is nothing."""
    if find_kind() == "sqlite":
        return sqlite.holds_anything(db.engine.url, HELD)
    return postgresql.holds_anything(_find_engine(), HELD)


def count_others() -> int:
    """How many others are connected now, as far as the database tells (SQLite does not)."""
    if find_kind() == "sqlite":
        return 0
    # Idle connections of this process are no others.
    for engine in {db.engine, _find_engine()}:
        engine.dispose()
    return postgresql.count_others(_find_engine())


def replace_all(path: Path) -> None:
    """Put the copy in place of all that is there, whole or not at all. Raises CopyFailed."""
    db.engine.dispose()
    if find_kind() == "sqlite":
        sqlite.replace_all(path, db.engine.url)
    else:
        postgresql.replace_all(path, _find_engine())


def read_figures() -> Figures:
    """Rows and digest of each table as they are now."""
    if find_kind() == "sqlite":
        return sqlite.read_figures(Path(db.engine.url.database or ""))
    return postgresql.read_figures(_find_engine())


def _find_engine() -> Engine:
    """Past a pooler: what pg_dump and psql set would stay behind on a connection that others go on with."""
    return db.engines.get(DIRECT, db.engine)
