"""A session that ended in the middle of an attempt: said as such, and renewed without leaving the page."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.people import PAIR_LIMIT, Person
from quiz_app.services.people import sign_out_everywhere
from tests.factories import PASSWORD, add_person, run_sql
from tests.integration.visitor import Visitor, add_open_round

BODY = {"responses": [{"slot": 0, "choice": 1, "sequence": 1}]}


@pytest.fixture
def person(app: Flask) -> Person:
    return add_person("an")


class Page:
    """The question page as its script knows it: an address to save to, and the token of the session that it had."""

    def __init__(self, app: Flask) -> None:
        """Open it."""
        self.visitor = Visitor(app, "an")
        self.path = f"/attempts/{self.visitor.start(add_open_round().id)}/responses"
        self.token = self.visitor.read_token()

    def save(self) -> tuple[int, Any]:
        answer = self.visitor.post_json(self.path, BODY, token=self.token)
        return answer.status_code, answer.json

    def sign_in(self, **changes: Any) -> Any:
        body = {"login": "an", "password": PASSWORD, **changes}
        token = self.visitor.get("/session").json["csrf_token"]
        return self.visitor.post_json("/sign-in", body, token=token)


def end_session(page: Page, person: Person, how: str) -> None:
    if how == "cookie gone":
        page.visitor.client.delete_cookie("session")
    elif how == "cookie of another release or key":
        page.visitor.client.set_cookie("session", "khong-phai-chu-ky")
    elif how == "signed out in another tab":
        page.visitor.post("/sign-out")
    elif how == "signed out, then a page opened":
        page.visitor.post("/sign-out")
        page.visitor.get("/sign-in")
    else:
        sign_out_everywhere(person=person, now=read_now())


@pytest.mark.parametrize(
    "how",
    [
        "cookie gone",
        "cookie of another release or key",
        "signed out in another tab",
        "signed out, then a page opened",
        "ended elsewhere",
    ],
)
def test_a_save_without_a_session_asks_to_sign_in_and_the_same_page_goes_on(
    app: Flask, person: Person, how: str
) -> None:
    page = Page(app)
    end_session(page, person, how)
    for _ in range(2):
        status, answer = page.save()
        assert (status, answer["error"]["code"]) == (401, "sign_in_required")
        assert answer["error"]["message"]
    session = page.visitor.get("/session").json
    assert (session["signed_in"], session["account_id"]) == (False, None)
    signed_in = page.sign_in()
    assert signed_in.status_code == 200
    assert signed_in.json["account_id"] == str(person.id)
    page.token = signed_in.json["csrf_token"]
    status, answer = page.save()
    assert (status, answer["responses"]["0"][:2]) == (200, [1, 1])


def test_a_session_that_ran_out_asks_to_sign_in(app: Flask, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(app)
    app.permanent_session_lifetime = timedelta(seconds=-1)
    assert page.save()[1]["error"]["code"] == "sign_in_required"
    monkeypatch.undo()
    app.permanent_session_lifetime = timedelta(hours=12)
    page.token = page.sign_in().json["csrf_token"]
    assert page.save()[0] == 200


def test_a_stale_token_in_a_session_that_lives_is_no_reason_to_sign_in(app: Flask, person: Person) -> None:
    page = Page(app)
    # Signed in anew in another tab: the page has the token of the session before.
    page.visitor.client.delete_cookie("session")
    assert page.visitor.sign_in("an").status_code == 302
    status, answer = page.save()
    assert (status, answer["error"]["code"]) == (422, "invalid_input")
    session = page.visitor.get("/session").json
    assert (session["signed_in"], session["account_id"]) == (True, str(person.id))
    page.token = session["csrf_token"]
    assert page.save()[0] == 200


def test_a_form_without_a_session_is_still_told_that_the_page_is_old(app: Flask, person: Person) -> None:
    page = Page(app)
    page.visitor.client.delete_cookie("session")
    assert page.visitor.post(page.path, {"choice-0": "1"}, token=page.token).status_code == 422


def test_the_session_is_told_to_the_visitor_and_kept_by_nobody(app: Flask, person: Person) -> None:
    visitor = Visitor(app, "an")
    answer = visitor.get("/session")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/json"
    assert set(answer.json) == {"signed_in", "account_id", "csrf_token"}
    token = answer.json["csrf_token"]
    assert visitor.post("/sign-out", token=token).status_code == 302
    stranger = Visitor(app).get("/session").json
    assert (stranger["signed_in"], stranger["account_id"]) == (False, None)
    assert stranger["csrf_token"]


def test_the_token_is_of_the_new_session_and_the_old_one_is_worth_nothing(app: Flask, person: Person) -> None:
    page = Page(app)
    answer = page.sign_in()
    assert page.save()[0] == 422, "the token of the session before"
    page.token = answer.json["csrf_token"]
    assert page.save()[0] == 200
    assert "session=" in answer.headers["Set-Cookie"]


def test_a_session_keeps_its_token_so_that_a_page_sees_when_it_has_another(app: Flask, person: Person) -> None:
    visitor = Visitor(app, "an")
    first = visitor.get("/session").json["csrf_token"]
    time.sleep(1.1)
    assert visitor.get("/session").json["csrf_token"] == first
    assert visitor.sign_in("an").status_code == 302
    assert visitor.get("/session").json["csrf_token"] != first


def test_someone_else_who_signs_in_is_named_and_saves_nothing_there(app: Flask, person: Person) -> None:
    other = add_person("khac")
    page = Page(app)
    page.visitor.client.delete_cookie("session")
    answer = page.sign_in(login="khac")
    assert answer.json["account_id"] == str(other.id)
    page.token = answer.json["csrf_token"]
    status, refusal = page.save()
    assert (status, refusal["error"]["code"]) == (404, "not_found")
    assert run_sql("SELECT COUNT(*) AS number FROM late_responses") == [(0,)]


def test_a_wrong_password_is_refused_and_counted_as_in_the_form(app: Flask, person: Person) -> None:
    page = Page(app)
    for number in range(PAIR_LIMIT):
        answer = page.sign_in(password="khong-phai")
        assert (answer.status_code, answer.json["error"]["code"]) == (401, "wrong_credentials"), number
    answer = page.sign_in()
    assert (answer.status_code, answer.json["error"]["code"]) == (429, "too_many_failures")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert Visitor(app).sign_in("an").status_code == 429, "the form counts the same failures"
    assert page.save()[0] == 200, "the session that lives is not ended by guesses"


@pytest.mark.parametrize(
    "body",
    [
        None, [], "an", 5, {}, {"login": "an"}, {"password": PASSWORD}, {"login": 5, "password": PASSWORD},
        {"login": "an", "password": None}, {"login": "", "password": PASSWORD}, {"login": "an", "password": ""},
        {"login": "a" * 121, "password": PASSWORD}, {"login": "an", "password": "p" * 129},
        {"login": ["an"], "password": {"x": 1}},
    ],
)  # fmt: skip
def test_what_is_no_sign_in_is_refused_as_such(app: Flask, person: Person, body: Any) -> None:
    visitor = Visitor(app)
    token = visitor.get("/session").json["csrf_token"]
    answer = visitor.post_json("/sign-in", json.dumps(body), token=token)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_input")
    assert run_sql("SELECT COUNT(*) AS number FROM sign_in_failures") == [(0,)]


def test_a_sign_in_without_the_token_of_its_session_is_refused(app: Flask, person: Person) -> None:
    visitor = Visitor(app)
    other_token = Visitor(app).get("/session").json["csrf_token"]
    for token in ("", "khong-dung", other_token):
        answer = visitor.post_json("/sign-in", {"login": "an", "password": PASSWORD}, token=token)
        assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_input")
    assert visitor.get("/session").json["signed_in"] is False
