"""Servers that are started at the same moment bring the database up one after another."""

from __future__ import annotations

import threading
import time

import psycopg
import pytest
from flask import Flask

from quiz_app.extensions import db
from quiz_app.persistence.schema import alone_at_start
from tests.factories import make_app

pytestmark = pytest.mark.postgresql
ASKING = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%advisory%'"


def test_one_waits_for_the_other_and_hinders_no_index(postgresql_database_url: str) -> None:
    app: Flask = make_app(postgresql_database_url)
    order: list[str] = []

    def start_second() -> None:
        with app.app_context(), alone_at_start():
            order.append("second")

    second = threading.Thread(target=start_second)
    with app.app_context(), psycopg.connect(postgresql_database_url, autocommit=True) as connection:
        with alone_at_start():
            second.start()
            give_up = time.monotonic() + 60
            while connection.execute(ASKING.encode()).fetchone() != (3,):  # both, and this question
                assert time.monotonic() < give_up
                time.sleep(0.05)
            connection.execute("SET statement_timeout = '60s'")
            # It waits for every snapshot that is older, also for that of a statement which waits for a lock.
            connection.execute("CREATE INDEX CONCURRENTLY ix_of_a_test ON accounts (name)")
            assert order == []
            order.append("first")
        second.join(60)
        assert order == ["first", "second"]
        db.engine.dispose()
