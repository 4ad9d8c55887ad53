"""Lists come from the replica and are as if from the primary; whatever happens to it, they come."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event

from load_tests.cluster import Cluster
from quiz_app import create_app
from quiz_app.cache import ProcessCache
from quiz_app.clock import read_now
from quiz_app.config import REPLICA
from quiz_app.domain.diagnosis import Level
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.domain.issued_lists import ListKind
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.persistence import replica as replicas
from quiz_app.persistence.replica import read_replica_state, reading_from_replica
from quiz_app.persistence.session import Statement, Work, reading, single_write
from quiz_app.services.attempts import finish_attempt, start_attempt
from quiz_app.services.doctor.database import examine_postgresql
from quiz_app.services.health import read_gauges
from quiz_app.services.item_analysis.computing import compute_analysis
from quiz_app.services.results import view_ranking
from quiz_app.services.score_lists import make_lists
from tests.factories import add_person, answer_attempt, run_sql

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(900)]
_NAME = Statement.from_sql("SELECT name FROM accounts WHERE id = :account_id")
_RENAME = Statement.from_sql("UPDATE accounts SET name = :name WHERE id = :account_id")


@pytest.fixture
def organiser(app: Flask) -> Person:
    ((found,),) = run_sql("SELECT COUNT(*) AS number FROM accounts")
    return add_person(f"to-chuc-{found}", roles=[Role.ORGANISER])


@pytest.fixture
def uses(app: Flask) -> list[str]:
    """Grows with each statement that the replica is asked."""
    seen: list[str] = []

    @event.listens_for(db.engines[REPLICA], "checkout")
    def note(*_: object) -> None:
        seen.append("checkout")

    return seen


def find_round() -> int:
    ((round_id,),) = run_sql("SELECT MIN(id) AS id FROM rounds")
    return int(round_id)


def test_sitting_an_attempt_never_asks_the_replica(app: Flask, organiser: Person, uses: list[str]) -> None:
    person = add_person(f"nguoi-thi-{organiser.id}")
    attempt_id = start_attempt(person=person, round_id=find_round(), now=read_now())
    answer_attempt(person, attempt_id, right=10, now=read_now())
    finish_attempt(person=person, attempt_id=attempt_id, now=read_now())
    assert uses == []
    # And the list that is asked for in the next moment has it.
    (whole,) = make_lists(
        person=organiser, as_lead=False, kind=ListKind.RANKING, round_id=find_round(), unit_id=None, each_unit=False,
        now=read_now(),
    )  # fmt: skip
    assert uses != []
    assert person.name in {each.name for each in whole.people}


def test_what_the_replica_gives_is_what_the_primary_has(app: Flask, organiser: Person, uses: list[str]) -> None:
    now, round_id = read_now(), find_round()

    def read_all() -> list[object]:
        lists = [
            make_lists(
                person=organiser, as_lead=False, kind=kind, round_id=round_id, unit_id=None, each_unit=False, now=now
            )
            for kind in ListKind
        ]
        pages = [
            view_ranking(
                viewer=organiser, round_id=round_id, of_units=of_units, number=1, cache=ProcessCache(), now=now
            )
            for of_units in (True, False)
        ]
        return [*lists, *pages, compute_analysis(round_id=round_id, now=now)]

    from_replica = read_all()
    assert len(uses) >= len(ListKind) + 2
    count = len(uses)
    replicas._watches[db.engines[REPLICA]].leave("is not wanted now")
    assert read_all() == from_replica
    assert len(uses) == count, "these came from the primary"
    replicas._watches.clear()


def test_a_replica_that_lags_is_waited_for_and_then_done_without(
    app: Flask, cluster: Cluster, organiser: Person, caplog: pytest.LogCaptureFixture
) -> None:
    def read_name() -> str:
        with reading_from_replica() as work:
            return str(work.list_all(_NAME, account_id=organiser.id)[0].name)

    def rename(name: str) -> None:
        with single_write() as work:
            work.run(_RENAME, name=name, account_id=organiser.id)

    replicas._watches.clear()
    with psycopg.connect(cluster.environment["DATABASE_REPLICA_URL"], autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_pause()")
        try:
            rename("Đến sau")
            timer = threading.Timer(0.2, connection.execute, ["SELECT pg_wal_replay_resume()"])
            timer.start()
            assert read_name() == "Đến sau"
            timer.join()
            connection.execute("SELECT pg_wal_replay_pause()")
            rename("Chưa đến")
            with caplog.at_level(logging.WARNING):
                assert read_name() == "Chưa đến", "from the primary"
            assert "lists are read from the database itself" in caplog.text
            state = read_replica_state()
            assert state is not None
            assert state.seconds_behind is not None
            assert state.seconds_behind > 0
            begun = time.monotonic()
            assert read_name() == "Chưa đến"
            assert time.monotonic() - begun < replicas.PATIENCE_SECONDS, "not waited for again"
        finally:
            connection.execute("SELECT pg_wal_replay_resume()")
    replicas._watches.clear()
    assert read_name() == "Chưa đến"


def test_a_replica_that_is_away_or_is_none_is_done_without_and_told(
    app: Flask, cluster: Cluster, organiser: Person
) -> None:
    cluster.replica.stop()
    try:
        replicas._watches.clear()
        with reading_from_replica() as work:
            assert work.list_all(Statement.from_sql("SELECT 1 AS one"))
        state = read_replica_state()
        assert state is not None
        assert not state.answers
        assert read_gauges(now=read_now())["quiz_replica_up"][1] == 0
        findings = {finding.name: finding for finding in examine_postgresql(app.extensions["settings"])}
        assert findings["replica"].level is Level.WARNING
    finally:
        cluster.replica.restart()
    replicas._watches.clear()
    with reading_from_replica():
        pass
    findings = {finding.name: finding for finding in examine_postgresql(app.extensions["settings"])}
    assert (findings["replica"].level, findings["pooler"].level) == (Level.OK, Level.OK)
    gauges = read_gauges(now=read_now())
    assert gauges["quiz_replica_up"][1] == 1
    # A replica that became a primary, or an address that is wrong.
    settings = replace(app.extensions["settings"], database_replica_url=app.extensions["settings"].database_direct_url)
    other = create_app(settings)
    with other.app_context():
        with reading_from_replica() as work:
            assert work.list_all(Statement.from_sql("SELECT 1 AS one"))
        findings = {finding.name: finding for finding in examine_postgresql(settings)}
        assert "no replica" in findings["replica"].said
        for engine in db.engines.values():
            engine.dispose()


def test_a_replica_that_goes_away_in_the_middle_is_a_try_again(app: Flask, cluster: Cluster) -> None:
    def lose_it(work: Work) -> None:
        work.list_all(Statement.from_sql("SELECT 1 AS one"))
        cluster.replica.kill_all()
        work.list_all(Statement.from_sql("SELECT 2 AS one"))

    replicas._watches.clear()
    try:
        with pytest.raises(StorageUnavailable), reading_from_replica() as work:
            lose_it(work)
        with reading_from_replica() as work:
            assert work.list_all(Statement.from_sql("SELECT 3 AS one"))
    finally:
        cluster.replica.restart()
        replicas._watches.clear()


def test_nothing_can_be_written_on_a_replica(app: Flask) -> None:
    replicas._watches.clear()
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), reading_from_replica() as work:
        work.run(_RENAME, name="Không", account_id=1)
    with reading() as work:
        assert work.list_all(Statement.from_sql("SELECT 1 AS one"))
