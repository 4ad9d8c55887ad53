"""What watchers see: ids of requests, figures of several processes together, logs without people in them."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

import pytest
from flask import Flask

from quiz_app.domain.errors import StorageUnavailable
from quiz_app.jobs import clock_watch
from quiz_app.jobs.clock_watch import ClockWatch
from quiz_app.logs import JsonFormatter, TextFormatter
from quiz_app.origin import Origin, set_origin
from quiz_app.services.attempts import start_attempt
from quiz_app.services.health import check_database, read_gauges
from tests.factories import MIDDLE, add_person, add_round, make_app, run_sql
from tests.integration.visitor import Visitor
from tests.servers.web import WebServer, start_web

TOKEN = "t0ken-of-the-watchers"  # noqa: S105 - of a server that lives as long as a test


@pytest.fixture(scope="module")
def watched_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """Two processes with a token, JSON logs, and a proxy that they trust."""
    folder = tmp_path_factory.mktemp("watched")
    web = start_web(
        {
            "DATABASE_URL": f"sqlite:///{folder}/contest.db",
            "SECRET_KEY": "k3y-" * 10,
            "DEMONSTRATION": "no",
            "METRICS_TOKEN": TOKEN,
            "LOG_FORMAT": "json",
            "TRUSTED_PROXIES": "1",
            "SWEEP_SECONDS": "0",
            "JOB_WORKERS": "0",
            "FILES_FOLDER": str(folder / "files"),
        },
        workers=2,
        log_directory=folder,
    )
    yield web
    web.stop()


def ask(web: WebServer, path: str, **headers: str) -> tuple[int, str, Message]:
    request = urllib.request.Request(web.base_url + path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, "", error.headers


def count(figures: str, line: str) -> float:
    match = re.search(rf"^{re.escape(line)} ([\d.e+]+)$", figures, re.M)
    return float(match[1]) if match else 0.0


def test_figures_of_two_processes_are_added_up(watched_server: WebServer) -> None:
    authorised = {"Authorization": f"Bearer {TOKEN}"}
    give_up = time.monotonic() + 60
    # The second process may still be on its way.
    while count(ask(watched_server, "/metrics", **authorised)[1], "quiz_pool_size") != 2 * (8 + 4):
        assert time.monotonic() < give_up
        time.sleep(0.2)
    line = 'quiz_responses_total{route="public.show_health",status="200"}'
    before = count(ask(watched_server, "/metrics", **authorised)[1], line)
    for _ in range(40):
        assert ask(watched_server, "/healthz")[0] == 200
    for _ in range(6):
        # Whichever process answers, it tells of both.
        status, figures, _ = ask(watched_server, "/metrics", **authorised)
        assert (status, count(figures, line) - before) == (200, 40)
    assert "quiz_database_up 1.0" in figures
    assert "quiz_open_attempts 0.0" in figures


def test_nobody_else_reads_them(watched_server: WebServer) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": ""}, {"Authorization": "Bearer ê"}):
        assert ask(watched_server, "/metrics", **headers)[0] == 404


def test_a_request_keeps_the_id_of_the_proxy(watched_server: WebServer) -> None:
    assert ask(watched_server, "/healthz", X_Request_ID="abc-123")[2]["X-Request-ID"] == "abc-123"
    cleaned = ask(watched_server, "/nowhere", X_Request_ID="a\tb<script>" + "x" * 100)[2]["X-Request-ID"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", cleaned)
    own = {ask(watched_server, "/healthz")[2]["X-Request-ID"] for _ in range(3)}
    assert len(own) == 3


def test_logs_are_json_with_the_request_and_without_people(watched_server: WebServer) -> None:
    """A form without its token is what the engine logs of a visitor."""
    request = urllib.request.Request(
        watched_server.base_url + "/sign-in", data=b"login=tran.bi.mat&password=bi-mat-khau",
        headers={"X-Request-ID": "find-me", "X-Forwarded-For": "203.0.113.77"},
    )  # fmt: skip
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)
    refused.value.close()
    deadline = time.monotonic() + 10
    while "find-me" not in watched_server.log and time.monotonic() < deadline:
        time.sleep(0.1)
    (line,) = [line for line in watched_server.log.splitlines() if "find-me" in line]
    entry = json.loads(line)
    assert (entry["request"], entry["level"]) == ("find-me", "warning")
    for private in ("tran.bi.mat", "bi-mat-khau", "203.0.113.77"):
        assert private not in watched_server.log


def test_without_a_token_there_is_no_such_page(app: Flask) -> None:
    answer = Visitor(app).get("/metrics", headers={"Authorization": "Bearer None"})
    assert answer.status_code == 404
    assert answer.headers["X-Request-ID"]


def test_an_id_from_a_stranger_is_not_taken(app: Flask) -> None:
    """Without a trusted proxy anybody could write into the trail and the log."""
    assert Visitor(app).get("/healthz", headers={"X-Request-ID": "mine"}).headers["X-Request-ID"] != "mine"


def test_what_waits_is_read_from_the_database(app: Flask) -> None:
    round_ = add_round()
    start_attempt(person=add_person(), round_id=round_.id, now=MIDDLE)
    values = {name: value for name, (_, value) in read_gauges(now=MIDDLE).items()}
    assert (values["quiz_open_attempts"], values["quiz_sweeper_lag_seconds"]) == (1, 0)
    ((until,),) = run_sql("SELECT accepts_until_at FROM attempts")
    from quiz_app.persistence.columns import from_ms

    late = from_ms(until + 90_000)
    assert read_gauges(now=late)["quiz_sweeper_lag_seconds"][1] == 90.0


def test_ready_means_that_no_table_is_missing(app: Flask) -> None:
    from quiz_app.persistence.schema import list_known_migrations

    check_database()
    run_sql("UPDATE alembic_version SET version_num = '9999' RETURNING version_num")
    check_database()  # During an upgrade the servers of before go on.
    run_sql("UPDATE alembic_version SET version_num = :old RETURNING version_num", old=list_known_migrations()[1])
    with pytest.raises(StorageUnavailable):
        check_database()
    assert Visitor(app).get("/readyz").status_code == 503
    assert Visitor(app).get("/healthz").status_code == 200


def test_a_slow_answer_is_logged_by_route_and_without_its_address(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quiz_app.web.watching.SLOW_SECONDS", 0.0)
    Visitor(app).get("/certificates/ABCD-EFGH?q=bi-mat")
    (record,) = [record for record in caplog.records if record.name == "quiz_app.web.watching"]
    assert record.facts["route"].startswith("public.")
    assert "bi-mat" not in record.getMessage() + repr(record.facts)


def test_rows_are_left_out_of_tracebacks() -> None:
    person = "tran.bi." + "mat"
    message = f"duplicate key\nDETAIL:  Key (login)=({person}) already exists.\nHINT: none"
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.Logger("test")
    logger.addHandler(handler)
    set_origin(Origin("192.0.2.1", "req-1"))
    try:
        for formatter in (JsonFormatter(), TextFormatter()):
            handler.setFormatter(formatter)
            try:
                raise ValueError(message)
            except ValueError:
                logger.error("a fault", exc_info=sys.exc_info())
    finally:
        set_origin(None)
    said = stream.getvalue()
    assert person not in said
    assert said.count("duplicate key") == 2
    assert said.count("req-1") == 2
    assert "192.0.2.1" not in said
    assert json.loads(said.splitlines()[0])["message"] == "a fault"


def test_a_jump_of_the_clock_is_told_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    class Clock:
        now = 1_000.0

        def read_now(self) -> datetime:
            return datetime.fromtimestamp(self.now, UTC)

        def monotonic(self) -> float:
            return 5.0

    clock = Clock()
    monkeypatch.setattr(clock_watch, "time", clock)
    monkeypatch.setattr(clock_watch, "read_now", clock.read_now)
    watch = ClockWatch()
    assert watch.look() == 0.0
    clock.now -= 420
    assert watch.look() == -420.0
    assert watch.look() == 0.0, "the new time is the time from now on"
    (record,) = caplog.records
    assert "jumped by -420.0 s" in record.getMessage()


def test_a_watched_application_counts_saves_by_what_became_of_them(sqlite_database_url: str) -> None:
    from quiz_app.extensions import db
    from quiz_app.metrics import SAVES
    from quiz_app.web.watching import SAVING

    app = make_app(sqlite_database_url, metrics_token=TOKEN)
    assert SAVING in {rule.endpoint for rule in app.url_map.iter_rules()}
    with app.app_context():
        before = SAVES.labels("refused")._value.get()
        visitor = Visitor(app)
        token = visitor.read_token()
        assert visitor.post_json("/attempts/1/responses", {"responses": []}, token=token).status_code == 401
        assert SAVES.labels("refused")._value.get() == before + 1
        db.engine.dispose()


def test_dashboard_and_alerts_ask_for_figures_that_there_are() -> None:
    from quiz_app import metrics

    root = Path(__file__).resolve().parents[2]
    text = (root / "deploy/alerts.yaml").read_text() + (root / "deploy/grafana-dashboard.json").read_text()
    asked = set(re.findall(r"\bquiz_[a-z_]+", text))
    source = Path(metrics.__file__).read_text() + (root / "quiz_app/services/health.py").read_text()
    known = set(re.findall(r'"(quiz_[a-z_]+)"', source)) | {"quiz_database_up"}
    assert len(asked) >= 9
    assert {re.sub("_(total|bucket)$", "", name) for name in asked} <= known
