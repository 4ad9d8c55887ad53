"""Counts the statements that really reach a database: at the drivers, below SQLAlchemy and the engine's own code."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg._connection_base import BaseConnection
from sqlalchemy import Engine, event

CONTROL_WORDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "START TRANSACTION")


@dataclass
class Statements:
    """What was sent, in order. A statement run for n rows of values stands n times."""

    texts: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def note(self, text: str, times: int = 1) -> None:
        """Remember a statement."""
        with self._lock:
            self.texts += [" ".join(text.split())] * times

    @property
    def work(self) -> list[str]:
        """Those that read or write."""
        return [text for text in self.texts if not text.upper().startswith(CONTROL_WORDS)]

    @property
    def control(self) -> list[str]:
        """Those that only begin or end a transaction."""
        return [text for text in self.texts if text.upper().startswith(CONTROL_WORDS)]


@contextmanager
def count_statements(engine: Engine) -> Iterator[Statements]:
    """Collect all statements that this process sends to the engine's database meanwhile."""
    found = Statements()
    if engine.dialect.name == "postgresql":
        with _watch_psycopg(found):
            yield found
    else:
        with _watch_sqlite(engine, found):
            yield found


@contextmanager
def _watch_psycopg(found: Statements) -> Iterator[None]:
    execute, execute_many = psycopg.Cursor.execute, psycopg.Cursor.executemany
    command: Callable[..., Any] = BaseConnection._exec_command

    def note_execute(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        found.note(str(query))
        return execute(self, query, *arguments, **options)

    def note_execute_many(self: Any, query: Any, rows: Any, **options: Any) -> None:
        rows = list(rows)
        found.note(str(query), len(rows))
        execute_many(self, query, rows, **options)

    def note_command(self: Any, sent: Any, *arguments: Any, **options: Any) -> Any:
        # BEGIN and COMMIT do not pass through a cursor.
        found.note(sent.decode() if isinstance(sent, bytes) else str(sent))
        return command(self, sent, *arguments, **options)

    with (
        patch.object(psycopg.Cursor, "execute", note_execute),
        patch.object(psycopg.Cursor, "executemany", note_execute_many),
        patch.object(BaseConnection, "_exec_command", note_command),
    ):
        yield


@contextmanager
def _watch_sqlite(engine: Engine, found: Statements) -> Iterator[None]:
    watched: list[sqlite3.Connection] = []

    def watch(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(found.note)
        watched.append(connection)

    event.listen(engine, "checkout", watch)
    try:
        yield
    finally:
        event.remove(engine, "checkout", watch)
        for connection in watched:
            connection.set_trace_callback(None)
