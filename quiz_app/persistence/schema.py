"""Of which migration the database is, and which ones this release knows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from quiz_app.config import DIRECT
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.extensions import db
from quiz_app.persistence.session import Statement, reading, working_on

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_IS_ALONE = Statement(postgresql="SELECT pg_try_advisory_xact_lock(7107) AS is_mine")
_MAY_IDLE = Statement(postgresql="SET LOCAL idle_in_transaction_session_timeout = 0")
_WAIT_SECONDS = 0.25
_BEGIN, _END = Statement.from_sql("BEGIN"), Statement.from_sql("COMMIT")
_VERSION = Statement.from_sql("SELECT version_num FROM alembic_version")


@cache
def list_known_migrations() -> tuple[str, ...]:
    """All that this release has, the newest first."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return tuple(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())


@contextmanager
def alone_at_start() -> Iterator[None]:
    """Servers that are started at the same moment bring the database up one after another, not at once.

    The lock is that of a transaction, so that it also holds behind a pooler, and goes with whoever held it. SQLite is
    for one server. Raises StorageUnavailable.

    Whoever waits asks again and again: a statement that waited would hold a snapshot, for whose end an index that the
    other server makes without locking (CREATE INDEX CONCURRENTLY) would wait in turn, both for ever.
    """
    if db.engine.dialect.name == "sqlite":
        yield
        return
    with working_on(db.engines.get(DIRECT, db.engine)) as work:
        work.run(_BEGIN)
        try:
            work.run(_MAY_IDLE)
            while not work.list_all(_IS_ALONE)[0].is_mine:
                time.sleep(_WAIT_SECONDS)
            yield
        finally:
            work.run(_END)


def find_migration() -> str | None:
    """The migration of the database; None before the first. Raises StorageUnavailable."""
    try:
        is_there = inspect(db.engine).has_table("alembic_version")
    except SQLAlchemyError as error:
        raise StorageUnavailable from error
    if not is_there:
        return None
    with reading() as work:
        row = work.find_one(_VERSION)
    return None if row is None else str(row.version_num)
