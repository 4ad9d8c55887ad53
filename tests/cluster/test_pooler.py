"""PgBouncer in transaction mode: nothing that the engine says to a connection is meant for the next transaction."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from load_tests.cluster import Cluster
from quiz_app import create_app
from quiz_app.clock import read_now
from quiz_app.config import read_settings
from quiz_app.domain.diagnosis import Level
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.extensions import db
from quiz_app.persistence import backups
from quiz_app.persistence.session import Statement, reading, transaction
from quiz_app.services.doctor.database import examine_postgresql
from quiz_app.services.starting import describe_unreachable, ensure_can_start
from tests.integration.threads import run_together

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(900)]
_ROUNDS = Statement.from_sql("SELECT COUNT(*) AS number FROM rounds")
_SESSION = Statement.from_sql("SELECT pg_backend_pid() AS pid")
THREADS, TIMES = 8, 20
MORE_THAN_SESSIONS = 30
"""Than the pool of ``deploy/several/pgbouncer.ini`` has."""


def test_a_prepared_statement_would_be_lost_behind_it(cluster: Cluster) -> None:
    """The control: what the setting is for. More clients than sessions, each of which prepares its first statement."""

    def prepare() -> None:
        with ExitStack() as stack:
            for _ in range(MORE_THAN_SESSIONS):
                client = psycopg.connect(cluster.environment["DATABASE_URL"], autocommit=True, prepare_threshold=0)
                stack.enter_context(client).execute("SELECT 1 AS one")

    with pytest.raises((psycopg.errors.InvalidSqlStatementName, psycopg.errors.DuplicatePreparedStatement)):
        prepare()


def test_statements_of_many_threads_find_their_way(app: Flask) -> None:
    sessions: set[int] = set()

    def work_on() -> int:
        found = 0
        for _ in range(TIMES):
            with reading() as work:
                found += work.list_all(_ROUNDS)[0].number
            with transaction() as work:
                first = work.list_all(_SESSION)[0].pid
                found += work.list_all(_ROUNDS)[0].number
                assert work.list_all(_SESSION)[0].pid == first, "a transaction stays on its session"
            sessions.add(first)
        return found

    with reading() as work:
        rounds = work.list_all(_ROUNDS)[0].number
    assert run_together(app, [work_on] * THREADS) == [2 * TIMES * rounds] * THREADS
    assert sessions


def test_a_backup_goes_past_it_and_leaves_nothing_behind(app: Flask, cluster: Cluster, tmp_path: Path) -> None:
    figures = backups.write_copy(tmp_path / "copy")
    assert figures["rounds"].rows
    # What pg_dump sets, an empty search path first of all, would make every statement fail.
    for _ in range(THREADS):
        with reading() as work:
            assert work.list_all(_ROUNDS)[0].number
    assert backups._find_engine().url.port == cluster.primary.port


def test_the_doctor_says_whether_a_pooler_is_between(app: Flask, cluster: Cluster) -> None:
    settings = app.extensions["settings"]

    def look(**changes: object) -> tuple[Level, str]:
        (found,) = [one for one in examine_postgresql(replace(settings, **changes)) if one.name == "pooler"]
        return found.level, found.said

    assert look()[0] is Level.OK
    level, said = look(database_direct_url=None)
    assert level is Level.FAULT
    assert "prepared statements" in said
    direct = create_app(replace(settings, database_url=settings.database_direct_url, database_direct_url=None))
    with direct.app_context():
        assert look(database_direct_url=None) == (Level.OK, "none: connections are PostgreSQL's")
        assert look()[0] is Level.WARNING
        for engine in db.engines.values():
            engine.dispose()


def test_a_start_without_the_setting_says_what_is_missing(cluster: Cluster) -> None:
    without = {**cluster.environment, "DATABASE_DIRECT_URL": "", "DATABASE_REPLICA_URL": ""}
    app = create_app(read_settings(without))
    with app.app_context():
        with pytest.raises(StorageUnavailable) as refusal:
            ensure_can_start(now=read_now())
        said = describe_unreachable(make_url(app.config["SQLALCHEMY_DATABASE_URI"]), refusal.value)
        db.engine.dispose()
    assert "set DATABASE_DIRECT_URL" in said
