"""What the database says of itself: its clock, its durability, and what has been waiting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quiz_app.extensions import db
from quiz_app.persistence.columns import find_from_ms, from_ms, to_ms
from quiz_app.persistence.session import Statement, Work, reading

_CLOCK = Statement.from_sqls(
    postgresql="SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) AS at",
    sqlite="SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS integer) AS at",
)
_NEWEST = Statement.from_sql("SELECT happened_at FROM audit_entries ORDER BY id DESC LIMIT 1")
_IS_IN_PROGRESS = "state = 'in_progress'"
_WAITING = Statement.from_sql(f"""
  SELECT (SELECT COUNT(*) FROM attempts WHERE {_IS_IN_PROGRESS}) AS open_attempts,
         (SELECT MIN(accepts_until_at) FROM attempts WHERE {_IS_IN_PROGRESS} AND accepts_until_at < :now) AS overdue_at,
         (SELECT COUNT(*) FROM jobs WHERE state = 'queued') AS queued_jobs,
         (SELECT MIN(created_at) FROM jobs WHERE state = 'queued') AS queued_at,
         (SELECT COUNT(*) FROM (SELECT id FROM audit_entries WHERE number IS NULL LIMIT 100000) AS few) AS unsealed
""")  # noqa: S608 - our own words
_POSTGRESQL = Statement.from_sqls(
    postgresql="SELECT name, setting AS value FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit',"
    " 'full_page_writes', 'server_version_num', 'server_version', 'max_connections', 'server_encoding', 'jit')"
    " UNION ALL SELECT 'is_superuser', CAST(rolsuper AS text) FROM pg_roles WHERE rolname = current_user",
    sqlite="SELECT 'none' AS name, 'none' AS value",
)
_SESSION = Statement(postgresql="SELECT pg_backend_pid() AS pid")
_DEMONSTRATIONS = Statement.from_sql("SELECT COUNT(*) AS number FROM contests WHERE is_demonstration")
_ADMINISTRATORS = Statement.from_sql(
    "SELECT COUNT(*) AS number FROM accounts JOIN role_grants ON role_grants.account_id = accounts.id"
    " WHERE role = 'administrator' AND is_active"
)
_HASHES = Statement.from_sql("SELECT password_hash FROM accounts WHERE login = :login AND is_active")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits: attempts in progress, since when the oldest overdue one should have been closed, jobs in the queue
    and since when the oldest waits, and audit entries without a seal.
    """

    open_attempts: int
    overdue_since: datetime | None
    queued_jobs: int
    queued_since: datetime | None
    unsealed_entries: int


def read_clock(work: Work) -> datetime:
    """The database's clock, to the millisecond."""
    row = work.find_one(_CLOCK)
    assert row is not None  # noqa: S101 - without a table there is always a row
    return from_ms(row.at)


def find_newest_moment(work: Work) -> datetime | None:
    """When the newest entry of the audit trail was written, by the clock of whoever wrote it."""
    row = work.find_one(_NEWEST)
    return None if row is None else from_ms(row.happened_at)


def read_waiting(work: Work, now: datetime) -> Waiting:
    """What waits now."""
    row: Any = work.find_one(_WAITING, now=to_ms(now))
    return Waiting(
        row.open_attempts, find_from_ms(row.overdue_at), row.queued_jobs, find_from_ms(row.queued_at), row.unsealed
    )


def read_postgresql_settings(work: Work) -> dict[str, str]:
    """By name, as they hold for this connection."""
    return {row.name: row.value for row in work.list_all(_POSTGRESQL)}


def is_pooler_between() -> bool:
    """Whether somebody stands between the engine and PostgreSQL: what a connection was told of its session at its start
    is then not the session that answers.
    """
    if db.engine.dialect.name == "sqlite":
        return False
    with reading() as work:
        row: Any = work.find_one(_SESSION)
        return int(row.pid) != work.session_id


def read_pragmas(names: Iterable[str]) -> dict[str, str]:
    """What SQLite answers to these pragmas on a connection of the engine."""
    connection = db.engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        return {name: str(driver.execute(f"PRAGMA {name}").fetchone()[0]) for name in names}
    finally:
        connection.close()


def count_demonstrations(work: Work) -> int:
    """Contests that are there to be tried out."""
    return int(_read_number(work, _DEMONSTRATIONS))


def count_administrators(work: Work) -> int:
    """Active accounts that may do everything."""
    return int(_read_number(work, _ADMINISTRATORS))


def find_password_hashes(work: Work, logins: Iterable[str]) -> dict[str, str]:
    """By login, of the active ones among these."""
    found = {login: work.find_one(_HASHES, login=login) for login in logins}
    return {login: row.password_hash for login, row in found.items() if row is not None}


def _read_number(work: Work, statement: Statement) -> int:
    row: Any = work.find_one(statement)
    return int(row.number)
