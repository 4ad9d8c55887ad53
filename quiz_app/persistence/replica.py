"""The streaming replica, where one is set: lists, rankings and exports are read there and not on the database.

PostgreSQL copies what is committed a moment later. So each such reading first asks the database how far its log is,
and waits until the replica has come as far: what is read is never older than the question, and whoever has just closed
attempts, or put a name right, finds that in the list. Where the replica is away, or does not come as far within a
second, the database itself is read, and the replica is left alone for some seconds.

Nothing that a write depends on is read here, nor anything that decides who may see what.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import Engine

from quiz_app.config import REPLICA
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.extensions import db
from quiz_app.metrics import REPLICA_READS
from quiz_app.persistence.session import Statement, Work, reading, working_on

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0
"""How long a reading waits for the replica: a page may take that long, and a healthy replica takes milliseconds."""
POLL_SECONDS = 0.02
RETRY_SECONDS = 5.0
"""How long a replica that was away or behind is left alone."""

_POSITION = Statement.from_sqls(
    postgresql="SELECT CAST(pg_current_wal_lsn() AS text) AS position", sqlite="SELECT '' AS position"
)
_PROGRESS = Statement.from_sqls(
    postgresql="SELECT pg_is_in_recovery() AS is_replica,"
    " COALESCE(pg_last_wal_replay_lsn() >= CAST(:position AS pg_lsn), false) AS has_all,"
    " CAST(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) AS double precision) AS seconds",
    sqlite="SELECT 0 AS is_replica, 0 AS has_all, NULL AS seconds, :position AS position",
)


@dataclass(frozen=True, slots=True)
class ReplicaState:
    """Whether the replica answers and is one, and how many seconds it is behind: 0 where it has everything, None where
    it does not answer or has never replayed a transaction.
    """

    answers: bool
    is_replica: bool = False
    seconds_behind: float | None = None


class _Watch:
    """What a process knows of its replica."""

    def __init__(self) -> None:
        self._left_until = 0.0
        self._is_left = False

    def is_left_alone(self) -> bool:
        return time.monotonic() < self._left_until

    def leave(self, why: str) -> None:
        self._left_until = time.monotonic() + RETRY_SECONDS
        if not self._is_left:
            log.warning("the replica %s: lists are read from the database itself", why)
        self._is_left = True

    def welcome(self) -> None:
        if self._is_left:
            log.warning("the replica is up to date: lists are read from it again")
        self._is_left = False


_watches: WeakKeyDictionary[Engine, _Watch] = WeakKeyDictionary()


@contextmanager
def reading_from_replica() -> Iterator[Work]:
    """Reads of everything that was committed when this was called; from the database itself where there is no replica,
    or none that is good enough.

    Raises StorageUnavailable when neither can be reached, or the one that was chosen goes away meanwhile.
    """
    engine = db.engines.get(REPLICA)
    if engine is None:
        with reading() as work:
            yield work
        return
    watch = _watches.setdefault(engine, _Watch())
    is_there = not watch.is_left_alone() and _wait_for(engine, watch)
    REPLICA_READS.labels("replica" if is_there else "database").inc()
    if not is_there:
        with reading() as work:
            yield work
        return
    try:
        with working_on(engine) as work:
            yield work
    except StorageUnavailable:
        # Whoever asks again is answered by the database.
        watch.leave("went away")
        raise


def read_replica_state() -> ReplicaState | None:
    """How the replica stands; None where none is set. Raises StorageUnavailable when the database is away."""
    engine = db.engines.get(REPLICA)
    if engine is None:
        return None
    position = _read_position()
    try:
        with working_on(engine) as work:
            row: Any = work.find_one(_PROGRESS, position=position)
    except (StorageUnavailable, psycopg.Error):
        return ReplicaState(answers=False)
    return ReplicaState(True, row.is_replica, 0.0 if row.has_all else row.seconds)


def _wait_for(engine: Engine, watch: _Watch) -> bool:
    """Whether the replica has, within the time there is, all that is committed now."""
    position = _read_position()
    give_up = time.monotonic() + PATIENCE_SECONDS
    try:
        with working_on(engine) as work:
            while True:
                row: Any = work.find_one(_PROGRESS, position=position)
                if not row.is_replica:
                    watch.leave("is no replica")
                    return False
                if row.has_all:
                    watch.welcome()
                    return True
                if time.monotonic() >= give_up:
                    watch.leave(f"is {'long' if row.seconds is None else f'{row.seconds:.0f} s'} behind")
                    return False
                time.sleep(POLL_SECONDS)
    except StorageUnavailable:
        watch.leave("does not answer")
        return False


def _read_position() -> str:
    with reading() as work:
        row: Any = work.find_one(_POSITION)
    return str(row.position)
