"""What a visitor meets at a full server: nothing is lost, nothing is begun, and the page says when to come back."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, Response
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wsgi import FileWrapper

from quiz_app.domain.people import Role
from quiz_app.extensions import db
from quiz_app.web.admission_gate import Gate, Reason, RequestClass
from tests.factories import PASSWORD, add_person, make_app, run_sql
from tests.integration.visitor import Visitor, add_open_round
from tests.statements import count_statements

SAVE = {"responses": [{"slot": 0, "choice": 1, "sequence": 1}]}


@contextmanager
def full(app: Flask) -> Iterator[Gate]:
    """Every place of the application is taken, and those who hold them hang."""
    gate: Gate = app.extensions["admission"].gate
    taken = 0
    while gate.enter(RequestClass.SAVES, patience=0) is None:
        taken += 1
    gate._changed_at = [time.monotonic() - 10] * len(RequestClass)
    yield gate
    for _ in range(taken):
        gate.leave(RequestClass.SAVES)


def count_places(app: Flask) -> int:
    gate: Gate = app.extensions["admission"].gate
    return gate._working[-1] + gate.count_waiting()


def test_a_page_says_that_it_comes_back_by_itself_and_asks_the_database_nothing(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app, "an")
    with full(app), count_statements(db.engine) as statements:
        for path in ("/my", "/", "/rounds/1/ranking", "/nowhere"):
            answer = visitor.get(path, headers={"Accept": "text/html"})
            assert answer.status_code == 503
            seconds = int(answer.headers["Retry-After"])
            assert 1 <= seconds <= 20
            assert f'<noscript><meta http-equiv="refresh" content="{seconds}"></noscript>' in answer.text
            assert f'data-waiting-seconds="{seconds}"' in answer.text
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Request-ID"]
            assert "Hệ thống" in answer.text
            assert "@" not in answer.text
        assert visitor.get("/healthz").status_code == 200
        assert visitor.get("/static/css/app.css").status_code == 200
    assert statements.texts == []
    assert visitor.get("/my").status_code == 200
    assert count_places(app) == 0


def test_people_are_told_different_moments(app: Flask) -> None:
    with full(app):
        told = {Visitor(app).get("/rounds/1/ranking").headers["Retry-After"] for _ in range(30)}
    assert len(told) > 3


def test_a_start_that_was_turned_away_is_repeated_from_the_page_and_begins_once(app: Flask) -> None:
    add_person("an")
    round_ = add_open_round()
    visitor = Visitor(app, "an")
    token = visitor.read_token()
    path = f"/rounds/{round_.id}/attempts"
    with full(app):
        answer = visitor.post(path, token=token)
    assert answer.status_code == 503
    assert run_sql("SELECT id FROM attempts") == []
    form = re.search(r'<form method="post" action="([^"]+)".*?name="csrf_token" value="([^"]+)"', answer.text, re.S)
    assert form is not None
    assert form[1] == path
    again = [visitor.post(form[1], token=form[2]) for _ in range(2)]
    assert [one.status_code for one in again] == [303, 303]
    assert again[0].location == again[1].location
    ((started_at, deadline_at),) = run_sql("SELECT started_at, deadline_at FROM attempts")
    assert deadline_at - started_at == round_.settings.time_limit_seconds * 1000


def test_waiting_for_a_place_costs_no_time_of_the_quiz(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of an attempt begins after the wait; a save that waited counts from when it came."""
    add_person("an")
    visitor = Visitor(app, "an")
    round_ = add_open_round()
    token = visitor.read_token()
    gate: Gate = app.extensions["admission"].gate
    taken = 0
    while gate.enter(RequestClass.STARTS, patience=0) is None:
        taken += 1
    # However slow the machine is, the start waits until it is let in.
    monkeypatch.setattr("quiz_app.web.admission.PATIENCE_SECONDS", 60.0)
    monkeypatch.setattr("quiz_app.web.admission_gate.STALL_SECONDS", 60.0)
    answers: list[Any] = []
    start = threading.Thread(target=lambda: answers.append(visitor.post(f"/rounds/{round_.id}/attempts", token=token)))
    start.start()
    give_up = time.monotonic() + 30
    while gate.count_waiting() == 0:
        assert time.monotonic() < give_up
        assert not answers
        time.sleep(0.001)
    time.sleep(0.2)
    freed_ms = time.time() * 1000
    for _ in range(taken):
        gate.leave(RequestClass.STARTS)
    start.join(30)
    assert answers[0].status_code == 303
    ((started_at,),) = run_sql("SELECT started_at FROM attempts")
    assert started_at >= int(freed_ms)


def test_answers_that_were_not_taken_are_on_the_page_to_be_sent_again(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app, "an")
    attempt_id = visitor.start(add_open_round().id)
    token = visitor.read_token()
    path = f"/attempts/{attempt_id}/responses"
    with full(app):
        page = visitor.post(path, {"choice-3": "1", "then": 'x"><script>'}, token=token)
        assert page.status_code == 503
        assert '<input type="hidden" name="choice-3" value="1">' in page.text
        assert "<script>" not in page.text.replace('<script type="module"', "")
        answer = visitor.post_json(path, SAVE, token=token)
    assert answer.status_code == 503
    assert answer.json["error"]["code"] == "overloaded"
    assert 1 <= int(answer.headers["Retry-After"]) <= 3
    assert visitor.post_json(path, SAVE, token=token).status_code == 200


def test_a_password_is_never_written_into_the_page_nor_into_the_log(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    add_person("nguyen.van.an")
    visitor = Visitor(app)
    token = visitor.read_token()
    fields = {"login": "nguyen.van.an", "password": PASSWORD}
    headers = {"Referer": "http://localhost/register"}
    with full(app):
        answers = [visitor.ask("POST", "/sign-in", data=fields | {"csrf_token": token}, headers=headers)]
        answers += [Visitor(app, address="203.0.113.77").get("/my?q=bi-mat") for _ in range(20)]
    assert 'href="/register"' in answers[0].text
    said = "".join(answer.text for answer in answers) + "".join(
        record.getMessage() + repr(getattr(record, "facts", "")) for record in caplog.records
    )
    for private in (PASSWORD, "nguyen.van.an", "203.0.113.77", "bi-mat"):
        assert private not in said
    assert sum("the server is full" in record.getMessage() for record in caplog.records) in (1, 2), "a line a second"


def test_a_file_that_was_refused_says_so_on_the_page_it_was_asked_for(app: Flask) -> None:
    round_ = add_open_round()
    add_person("to-chuc", roles=[Role.ORGANISER])
    visitor = Visitor(app, "to-chuc")
    lists = f"/organiser/rounds/{round_.id}/lists"
    with full(app):
        headers = {"Referer": "http://localhost/organiser/units?q=1", "Accept": "text/html"}
        answer = visitor.get("/organiser/units.xlsx", headers=headers)
        assert (answer.status_code, answer.location) == (303, "/organiser/units?q=1")
        for stranger in ("http://elsewhere.example/organiser/units", "http://localhost//elsewhere.example/", ""):
            refused = visitor.get("/organiser/units.xlsx", headers={"Referer": stranger, "Accept": "text/html"})
            assert refused.status_code == 503
        assert visitor.get(lists).status_code == 503
    page = visitor.get(answer.location)
    assert page.status_code == 200
    assert re.search(r'class="notice notice-problem" role="status">[^<]*\d+', page.text)


def test_a_place_is_kept_until_a_stream_ends_and_freed_however_it_ends(app: Flask) -> None:
    def stream() -> Response:
        return Response(iter([b"x" * 10, b"y" * 10]))

    def pass_through() -> Response:
        return Response(FileWrapper(io.BytesIO(b"x" * 100), 10), direct_passthrough=True)

    def break_down() -> Response:
        raise RuntimeError

    def break_in_the_middle() -> Response:
        def parts() -> Iterator[bytes]:
            yield b"x"
            raise OSError("in the middle")

        return Response(parts())

    # Further views of the application, as an export is.
    for view in (stream, pass_through, break_down, break_in_the_middle):
        app.view_functions[f"test.{view.__name__}"] = view
        rule = app.url_rule_class(f"/test/{view.__name__}", endpoint=f"test.{view.__name__}", methods=["GET"])
        app.url_map.add(rule)
        app.extensions["admission"].reads[f"test.{view.__name__}"] = RequestClass.FILES
    client = app.test_client()
    for path in ("/test/stream", "/test/pass_through"):
        for is_left in (True, False):
            body = run_wsgi_app(app.wsgi_app, EnvironBuilder(path).get_environ())[0]
            assert len(next(iter(body))) == 10
            assert count_places(app) == 1
            if not is_left:
                assert b"".join(body)
                assert count_places(app) == 1
            body.close()  # type: ignore[attr-defined]
            assert count_places(app) == 0, (path, is_left)
    assert client.get("/test/break_down").status_code == 500
    with pytest.raises(OSError, match="in the middle"):
        client.get("/test/break_in_the_middle", buffered=True)
    assert client.head("/test/stream", buffered=True).status_code == 200
    assert client.get("/my").status_code == 302
    assert client.get("/nowhere").status_code == 404
    assert client.post("/sign-in", data={}).status_code == 422
    assert client.post("/sign-in", data=io.BytesIO(b"x" * 200_000), content_type="text/plain").status_code in (413, 422)
    assert count_places(app) == 0


@pytest.mark.parametrize(("age", "is_served"), [(0.0, True), (2.0, False), (-500.0, True), (5000.0, True)])
def test_who_has_waited_in_the_proxy_does_not_wait_again(
    sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch, age: float, is_served: bool
) -> None:
    app = make_app(sqlite_database_url, trusted_proxies=1)
    with app.app_context():
        gate: Gate = app.extensions["admission"].gate
        headers = {"X-Request-Start": f"t={time.time() - age:.3f}"}
        # With places free nobody is turned away, whatever a clock says.
        assert Visitor(app).get("/certificates", headers=headers).status_code == 200
        taken = 0
        while gate.enter(RequestClass.PAGES, patience=0) is None:
            taken += 1
        freeing = threading.Timer(0.3, gate.leave, (RequestClass.PAGES,))
        if is_served:
            monkeypatch.setattr("quiz_app.web.admission.PATIENCE_SECONDS", 60.0)
            monkeypatch.setattr("quiz_app.web.admission_gate.STALL_SECONDS", 60.0)
            freeing.start()
        answer = Visitor(app).get("/certificates", headers={"X-Request-Start": f"t={time.time() - age:.3f}"})
        if is_served:
            freeing.join()
        assert answer.status_code == (200 if is_served else 503)
        assert gate.enter(RequestClass.PAGES, patience=0) in (None, Reason.LATE)
        db.engine.dispose()


def test_a_save_without_a_connection_is_told_to_come_back(sqlite_database_url: str) -> None:
    app = make_app(sqlite_database_url, threads=1)
    with app.app_context():
        add_person("an")
        visitor = Visitor(app, "an")
        attempt_id = visitor.start(add_open_round().id)
        token = visitor.read_token()
        db.engine.pool._timeout = 0.05  # type: ignore[attr-defined]
        held = [db.engine.raw_connection() for _ in range(1 + 4)]
        answer = visitor.post_json(f"/attempts/{attempt_id}/responses", SAVE, token=token)
        assert (answer.status_code, answer.json["error"]["code"]) == (503, "storage_unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
        for connection in held:
            connection.close()
        assert visitor.post_json(f"/attempts/{attempt_id}/responses", SAVE, token=token).status_code == 200
        db.engine.dispose()


def test_the_live_board_tells_what_went_wrong_within_the_last_minute(app: Flask) -> None:
    round_ = add_open_round()
    add_person("to-chuc", roles=[Role.ORGANISER])
    visitor = Visitor(app, "to-chuc")
    with full(app):
        assert [Visitor(app).get("/").status_code for _ in range(7)] == [503] * 7
        token = "none"  # noqa: S105 - turned away before anybody looks at it
        assert visitor.post_json("/attempts/1/responses", {}, token=token).status_code == 503
    page = visitor.get(f"/organiser/rounds/{round_.id}").text
    figures = re.findall(r"<dt>([^<]+)</dt>\s*<dd>(\d+)", page)[6:9]
    assert [number for _, number in figures] == ["1", "0", "8"], figures
