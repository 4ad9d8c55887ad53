"""Connections, transactions and statements.

Statements are written with SQLAlchemy, compiled once per database, and run on the driver's own connection from
SQLAlchemy's pool. Measured on PostgreSQL: 0.13 CPU-ms for a read by key, against 0.35 through ``Connection.execute``
and more through the ORM; a page of this engine is a handful of such reads. What is given up is SQLAlchemy's
conversion of values, so columns hold plain values only (see ``columns``).

Connections commit each statement by themselves; ``transaction()`` says BEGIN and COMMIT. A read or a save is thus one
round trip.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections import namedtuple
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql import ClauseElement

from quiz_app.domain.errors import StorageUnavailable
from quiz_app.extensions import db

Row = Any
"""A named tuple with the columns of the statement."""

UniqueViolation: tuple[type[Exception], ...] = (psycopg.errors.UniqueViolation, sqlite3.IntegrityError)
"""What the drivers raise when a unique index refuses a row."""

_LOST_CONNECTION = (psycopg.OperationalError, psycopg.InterfaceError)
_SQLITE_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
}  # fmt: skip
_sqlite_writer = threading.Lock()
"""SQLite has one writer at a time; threads of a process queue here instead of polling the file's lock."""

_NAMED_VALUE = re.compile(r"(?<!:):([a-z_]+)")


class Statement:
    """A statement compiled once per dialect; ``sql`` may differ by database where their functions do."""

    def __init__(self, statement: ClauseElement | None = None, *, postgresql: str = "", sqlite: str = "") -> None:
        self._statement = statement
        self._text = {"postgresql": postgresql, "sqlite": sqlite}
        self._compiled: dict[str, tuple[str, Mapping[str, Any], tuple[str, ...] | None]] = {}
        self._row_type: Any = None

    @classmethod
    def from_sql(cls, sql: str) -> Statement:
        """A statement in the SQL that both databases speak, with ``:name`` for its values."""
        return cls.from_sqls(postgresql=sql, sqlite=sql)

    @classmethod
    def from_sqls(cls, *, postgresql: str, sqlite: str) -> Statement:
        """The same where the two differ in a function."""
        return cls(postgresql=_NAMED_VALUE.sub(r"%(\1)s", postgresql), sqlite=sqlite)

    def prepare(self, dialect: Dialect, values: Mapping[str, Any]) -> tuple[str, Any]:
        """The SQL text and its parameters in the driver's form."""
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = self._compile(dialect)
        sql, constants, order = known
        if constants:
            values = {**constants, **values}
        if order is None:
            return sql, values
        return sql, [values[name] for name in order]

    def name_columns(self, cursor: Any) -> Any:
        """The named tuple of the statement's rows; the columns of a statement never change."""
        if self._row_type is None:
            names = [column[0] for column in cursor.description]
            self._row_type = namedtuple("Row", names)  # type: ignore[misc]
        return self._row_type

    def _compile(self, dialect: Dialect) -> tuple[str, Mapping[str, Any], tuple[str, ...] | None]:
        if self._statement is None:
            return self._text[dialect.name], {}, None
        compiled: Any = self._statement.compile(dialect=dialect)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        order = tuple(compiled.positiontup) if compiled.positional else None
        return str(compiled), constants, order


class Work:
    """A connection in use: in a transaction, or committing each statement by itself."""

    def __init__(self, connection: Any, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    @property
    def session_id(self) -> int:
        """Of PostgreSQL's session, as the connection was told at its start."""
        return int(self._connection.info.backend_pid)

    def run(self, statement: Statement, **values: Any) -> int:
        """Execute; how many rows were touched."""
        return int(self._execute(statement, values).rowcount)

    def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each row of values."""
        if len(rows) == 1:
            self._execute(statement, rows[0])
        elif rows:
            prepared = [statement.prepare(self._dialect, values) for values in rows]
            self._connection.cursor().executemany(prepared[0][0], [parameters for _, parameters in prepared])

    def find_one(self, statement: Statement, **values: Any) -> Row | None:
        """The first row, or None."""
        cursor = self._execute(statement, values)
        row = cursor.fetchone()
        return None if row is None else statement.name_columns(cursor)(*row)

    def list_all(self, statement: Statement, **values: Any) -> list[Row]:
        """Every row."""
        cursor = self._execute(statement, values)
        rows = cursor.fetchall()
        return list(map(statement.name_columns(cursor)._make, rows)) if rows else []

    def _execute(self, statement: Statement, values: Mapping[str, Any]) -> Any:
        sql, parameters = statement.prepare(self._dialect, values)
        return self._connection.execute(sql, parameters)


@contextmanager
def reading() -> Iterator[Work]:
    """Reads, and single statements that commit by themselves: one round trip each.

    Raises StorageUnavailable when the database cannot be reached.
    """
    with working_on(db.engine) as work:
        yield work


@contextmanager
def working_on(engine: Engine) -> Iterator[Work]:
    """The same on another server than the usual: past a pooler, or on a replica (see ``replica``)."""
    with _checked_out(engine) as driver:
        yield Work(driver, engine.dialect)


@contextmanager
def single_write() -> Iterator[Work]:
    """One statement that changes rows and commits by itself; on SQLite it waits its turn as a writer."""
    engine = db.engine
    if engine.dialect.name == "sqlite":
        with _sqlite_writer, _checked_out(engine) as driver:
            yield Work(driver, engine.dialect)
    else:
        with _checked_out(engine) as driver:
            yield Work(driver, engine.dialect)


@contextmanager
def transaction() -> Iterator[Work]:
    """A transaction: committed at the end, rolled back by any exception.

    Raises StorageUnavailable when the database cannot be reached. When that happens at the commit itself, nobody
    knows whether it took place; callers answer "try again", and every use case can be repeated.
    """
    engine = db.engine
    if engine.dialect.name == "sqlite":
        with _checked_out(engine) as driver, _sqlite_writer:
            yield from _run_transaction(driver, engine, "BEGIN IMMEDIATE")
    else:
        with _checked_out(engine) as driver:
            yield from _run_transaction(driver, engine, "BEGIN")


def _run_transaction(driver: Any, engine: Engine, begin: str) -> Iterator[Work]:
    driver.execute(begin)
    try:
        yield Work(driver, engine.dialect)
        driver.commit()
    except BaseException:
        driver.rollback()
        raise


@contextmanager
def _checked_out(engine: Engine) -> Iterator[Any]:
    """The driver's connection, given back at the end; a broken one is thrown away with all of its age."""
    pool = engine.pool
    try:
        connection = engine.raw_connection()
    except Exception as error:
        raise StorageUnavailable from error
    driver: Any = connection.driver_connection
    try:
        yield driver
    except _LOST_CONNECTION as error:
        if driver.closed:
            connection.invalidate(error)
            if engine.pool is pool:
                # The server went away: every other pooled connection is dead too.
                engine.dispose()
        raise StorageUnavailable from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in _SQLITE_UNAVAILABLE:
            raise StorageUnavailable from error
        raise
    finally:
        connection.close()


def configure_engine(engine: Engine) -> None:
    """Set what a durable and quick database needs on each new connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
    else:
        event.listen(engine, "connect", _configure_postgresql)


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # No implicit BEGIN by the driver: transaction() takes the write lock at once, so that two writers cannot both read
    # and then fail to upgrade.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=10000",
        "foreign_keys=ON",
        "cache_size=-20000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _configure_postgresql(connection: Any, _record: Any) -> None:
    connection.autocommit = True
