"""Copies of a SQLite database by its own backup interface (https://www.sqlite.org/backup.html): in one step, so that
the copy is one moment; in write-ahead mode nobody who writes waits for it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from quiz_app.persistence.backups.figures import CopyFailed, Figures, TableFigures, name_differences, sum_rows

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
BUSY_SECONDS = 30


def find_size(url: URL) -> int:
    """Bytes of the file and its log."""
    path = Path(url.database or "")
    return sum(part.stat().st_size for part in (path, path.with_name(path.name + "-wal")) if part.exists())


def write_copy(url: URL, path: Path) -> Figures:
    """See the package."""
    if not Path(url.database or "").is_file():
        raise CopyFailed(f"There is no database at {url.database}. Check DATABASE_URL.")
    try:
        with closing(sqlite3.connect(url.database or "")) as source, closing(sqlite3.connect(path)) as copy:
            source.backup(copy)
            # One file, without a log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
        return read_figures(path)
    except sqlite3.Error as error:
        raise CopyFailed(f"SQLite could not copy the database: {error}.") from error


def read_figures(path: Path) -> Figures:
    """See the package."""
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute(_TABLES)]
        return {name: _sum_table(connection, name) for name in names}


def _sum_table(connection: sqlite3.Connection, name: str) -> TableFigures:
    rows = connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a name out of the database itself
    return sum_rows(repr(row).encode() for row in rows)


def check_copy(path: Path, figures: Figures) -> None:
    """See the package."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            state = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if state != "ok":
            raise CopyFailed(f"SQLite finds the copy damaged: {state}")
        different = name_differences(figures, read_figures(path))
    except sqlite3.Error as error:
        raise CopyFailed(f"The copy of the database cannot be read: {error}.") from error
    if different:
        raise CopyFailed(f"The copy holds other rows than its list says, in: {', '.join(different)}.")


def holds_anything(url: URL, tables: tuple[str, ...]) -> bool:
    """See the package."""
    if not Path(url.database or "").is_file():
        return False
    try:
        with closing(sqlite3.connect(url.database or "")) as connection:
            there = {name for (name,) in connection.execute(_TABLES)}
            return any(
                connection.execute(f"SELECT EXISTS (SELECT 1 FROM {name})").fetchone()[0]  # noqa: S608 - our own names
                for name in tables
                if name in there
            )
    except sqlite3.DatabaseError as error:
        raise CopyFailed(f"{url.database} cannot be read as a database: {error}.") from error


def replace_all(path: Path, url: URL) -> None:
    """See the package. The backup interface writes in one transaction: a crash on the way leaves what was there."""
    try:
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as copy, closing(_open_target(url)) as target:
            copy.backup(target)
            target.execute("PRAGMA journal_mode = WAL")
    except (sqlite3.Error, OSError) as error:
        raise CopyFailed(f"The database was not replaced: {error}. Stop the web server, then try again.") from error


def _open_target(url: URL) -> sqlite3.Connection:
    target = sqlite3.connect(url.database or "", timeout=BUSY_SECONDS)
    target.execute("PRAGMA synchronous = FULL")
    return target
