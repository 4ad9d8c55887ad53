"""One empty, migrated database for each test: migrated once, then copied."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.servers.postgresql import PostgresqlServer

Migrate = Callable[[str], None]  # takes the URL of an empty database and closes what it opens

# Names of databases: no two alike in one run. Parallel runs have a server each.
_numbers = itertools.count(1)


class SqliteCopies:
    """Copies of one migrated SQLite file."""

    def __init__(self, directory: Path, migrate: Migrate) -> None:
        """Make the file that is copied, in `directory`."""
        self._template = directory / "template.sqlite3"
        migrate(f"sqlite:///{self._template}")
        # What still sits in the write-ahead log would be missing from a copy of the file alone.
        with contextlib.closing(sqlite3.connect(self._template)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def make_copy(self, directory: Path) -> str:
        """Put a copy into `directory`, which pytest clears; return its URL."""
        path = directory / "contest.sqlite3"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"


class PostgresqlCopies:
    """Copies of one migrated database on a running server."""

    def __init__(self, server: PostgresqlServer, migrate: Migrate) -> None:
        """Make the database that is copied."""
        self._server = server
        self._template = f"template_{next(_numbers)}"
        migrate(server.create_database(self._template))

    @contextlib.contextmanager
    def copy(self) -> Iterator[str]:
        """Give the URL of a fresh copy and drop it at the end, with any session left in it."""
        name = f"test_{next(_numbers)}"
        url = self._server.create_database(name, template=self._template)
        try:
            yield url
        finally:
            self._server.drop_database(name)
