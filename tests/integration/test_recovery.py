"""The database goes away and comes back: nothing acknowledged is lost, and nobody has to restart the engine."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from quiz_app.domain.errors import StorageUnavailable
from quiz_app.extensions import db
from quiz_app.services.attempts import list_home_rounds, start_attempt
from quiz_app.services.people import sign_in
from tests.factories import MIDDLE, PASSWORD, add_person, add_round, make_app, migrate_database, run_sql, save_choices
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor, add_open_round
from tests.servers.postgresql import PostgresqlServer, start_postgresql

_numbers = itertools.count(1)


@pytest.fixture
def own_server(server_directory: Path) -> Iterator[PostgresqlServer]:
    """A durable server that this test may kill."""
    server = start_postgresql(server_directory / "recovery", durable=True)
    yield server
    server.stop()


@pytest.fixture
def own_app(own_server: PostgresqlServer) -> Iterator[Flask]:
    url = own_server.create_database(f"contest_{next(_numbers)}")
    migrate_database(url)
    app = make_app(url)
    with app.app_context():
        yield app
        db.engine.dispose()


class Saver:
    """A person in an attempt who chooses again and again."""

    def __init__(self, app: Flask) -> None:
        """Start the attempt."""
        self.person = add_person("an")
        self.visitor = Visitor(app, "an")
        self.token = self.visitor.read_token()
        self.attempt_id = self.visitor.start(add_open_round().id)
        self.acknowledged: dict[str, list[int]] = {}
        self.sequence = 0

    def save(self, slot: int) -> TestResponse:
        """Save a choice, and remember what was acknowledged."""
        self.sequence += 1
        body = {"responses": [{"slot": slot, "choice": 1, "sequence": self.sequence}]}
        answer = self.visitor.post_json(f"/attempts/{self.attempt_id}/responses", body, token=self.token)
        if answer.status_code == 200:
            self.acknowledged[str(slot)] = answer.json["responses"][str(slot)]
        return answer

    def check_stored(self) -> None:
        """Everything that was acknowledged is in the database."""
        ((stored,),) = run_sql("SELECT responses FROM attempts WHERE id = :id", id=self.attempt_id)
        assert stored == self.acknowledged


@pytest.mark.postgresql
def test_saves_go_on_after_the_database_was_killed_and_started_again(
    own_server: PostgresqlServer, own_app: Flask
) -> None:
    saver = Saver(own_app)
    for slot in range(4):
        assert saver.save(slot).status_code == 200
    own_server.kill_all()
    for _ in range(2):
        answer = saver.save(5)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.json["error"]["code"] == "storage_unavailable"
    for path in ("/my", f"/attempts/{saver.attempt_id}", "/readyz"):
        page = saver.visitor.get(path)
        assert page.status_code == 503, path
        assert page.headers["Retry-After"]
        assert "storage_unavailable" in page.text
    form = saver.visitor.post(f"/attempts/{saver.attempt_id}/responses", {"choice-6": "1"}, token=saver.token)
    assert form.status_code == 503
    assert saver.visitor.get("/healthz").status_code == 200
    with pytest.raises(StorageUnavailable):
        list_home_rounds(person=saver.person, now=MIDDLE)
    with pytest.raises(StorageUnavailable):
        sign_in(login="an", password=PASSWORD, address="10.0.0.1", now=MIDDLE)

    own_server.restart()
    assert saver.save(5).status_code == 200
    assert saver.visitor.get("/my").status_code == 200
    saver.check_stored()
    assert saver.visitor.post(f"/attempts/{saver.attempt_id}/finish", token=saver.token).status_code == 303
    assert saver.visitor.get(f"/attempts/{saver.attempt_id}/result").status_code == 200


@pytest.mark.postgresql
def test_a_restart_that_nobody_noticed_costs_one_repeated_save_at_most(
    own_server: PostgresqlServer, own_app: Flask
) -> None:
    saver = Saver(own_app)
    # Several connections stand in the pool, and all of them die with the server.
    run_together(own_app, [lambda: list_home_rounds(person=saver.person, now=MIDDLE)] * 6)
    assert saver.save(0).status_code == 200
    own_server.kill_all()
    own_server.restart()
    statuses = [saver.save(slot).status_code for slot in range(1, 9)]
    assert statuses[1:] == [200] * 7, statuses
    assert statuses[0] in (200, 503)
    saver.check_stored()


def test_a_sqlite_file_that_another_process_holds_is_said_and_waited_for(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    app = make_app(sqlite_database_url)
    with app.app_context():
        person, round_ = add_person(), add_round()
        attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
        impatient = lambda connection, *_: connection.execute("PRAGMA busy_timeout=50")  # noqa: E731
        event.listen(db.engine, "checkout", impatient)
        with closing(sqlite3.connect(tmp_path / "contest.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for choices in ({0: 1}, {0: 1, 1: 1}):
                with pytest.raises(StorageUnavailable):
                    save_choices(person, attempt_id, choices, now=MIDDLE)
            assert list_home_rounds(person=person, now=MIDDLE)[0].open_attempt, "reading goes on"
            other.execute("ROLLBACK")
        assert save_choices(person, attempt_id, {0: 1}, now=MIDDLE).responses == {"0": [1, 1, 0]}
        db.engine.dispose()


def test_a_sqlite_commit_is_on_the_disk_before_it_is_acknowledged(sqlite_database_url: str) -> None:
    app = make_app(sqlite_database_url)
    with app.app_context():
        settings = {name: run_sql(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous", "foreign_keys")}
        assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        db.engine.dispose()
