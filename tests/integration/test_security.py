"""What a hostile page, a stolen cookie or a malformed request can do: nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from quiz_app.clock import read_now
from quiz_app.domain.people import Role
from quiz_app.extensions import db
from quiz_app.services.attempts import start_attempt
from tests.factories import add_person, run_sql
from tests.integration.visitor import Visitor, add_open_round

TOO_MUCH = 64 * 1024 + 1


@pytest.fixture
def attempt_id(app: Flask) -> int:
    """An attempt in progress of the person "an"."""
    return start_attempt(person=add_person("an"), round_id=add_open_round().id, now=read_now())


def read_tables() -> dict[str, list[Any]]:
    return {name: run_sql(f"SELECT * FROM {name}") for name in inspect(db.engine).get_table_names()}


def list_post_paths(app: Flask, attempt_id: int) -> list[str]:
    ((round_id,),) = run_sql("SELECT round_id FROM attempts WHERE id = :id", id=attempt_id)
    values = {"attempt_id": attempt_id, "round_id": round_id}
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    with app.test_request_context():
        return [app.url_for(r.endpoint, **{name: values.get(name, 1) for name in r.arguments}) for r in rules]


def test_no_write_is_taken_without_the_token_of_the_same_session(app: Flask, attempt_id: int) -> None:
    add_person("khac")
    visitor, other = Visitor(app, "an"), Visitor(app, "khac")
    before = read_tables()
    paths = list_post_paths(app, attempt_id)
    assert f"/attempts/{attempt_id}/responses" in paths
    body = {"responses": [{"slot": 0, "choice": 1, "sequence": 1}]}
    for path in paths:
        for token in ("", "khong-dung", other.read_token()):
            assert visitor.post(path, {"choice-0": "1"}, token=token).status_code == 422, path
            assert visitor.post_json(path, body, token=token).status_code == 422, path
        assert visitor.ask("POST", path, json=body).status_code == 422, path
        assert visitor.ask("POST", path, data={"choice-0": "1"}).status_code == 422, path
    assert read_tables() == before
    assert visitor.get("/my").status_code == 200


def test_a_refusal_to_a_program_is_json_with_a_code(app: Flask, attempt_id: int) -> None:
    visitor = Visitor(app, "an")
    answer = visitor.post_json(f"/attempts/{attempt_id}/responses", {"responses": []})
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_input")
    assert answer.json["error"]["message"]
    answer = Visitor(app).post_json(f"/attempts/{attempt_id}/responses", {"responses": []})
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "sign_in_required")


def test_a_session_planted_before_the_sign_in_is_worth_nothing_after_it(app: Flask) -> None:
    add_person("an")
    visitor, attacker = Visitor(app), Visitor(app)
    planted_token = attacker.read_token()
    planted = attacker.client.get_cookie("session")
    assert planted is not None
    visitor.client.set_cookie("session", planted.value)
    assert visitor.post("/sign-in", {"login": "an", "password": "sai"}, token=planted_token).status_code == 401
    assert visitor.sign_in("an").status_code == 302
    assert attacker.get("/my").status_code == 302
    assert visitor.post("/sign-out", token=planted_token).status_code == 422


@pytest.mark.parametrize("end", ["sign out everywhere", "change of password"])
def test_a_copied_cookie_is_refused_on_pages_and_on_saves_after(app: Flask, attempt_id: int, end: str) -> None:
    owner, thief = Visitor(app, "an"), Visitor(app)
    stolen = owner.client.get_cookie("session")
    assert stolen is not None
    thief.client.set_cookie("session", stolen.value)
    token = thief.read_token("/my")
    path = f"/attempts/{attempt_id}/responses"
    body = {"responses": [{"slot": 0, "choice": 1, "sequence": 1}]}
    assert thief.post_json(path, body, token=token).status_code == 200
    if end == "sign out everywhere":
        assert owner.post("/sign-out-everywhere").status_code == 302
    else:
        fields = {"current": "mat-khau-thu-nghiem", "new": "mot-cau-moi-dai", "repeated": "mot-cau-moi-dai"}
        assert owner.post("/password", fields).status_code == 302
        assert owner.get("/my").status_code == 200, "whoever changed it stays signed in"
    before = read_tables()
    assert thief.get("/my").location.startswith("/sign-in")
    body["responses"][0]["sequence"] = 2
    assert thief.post_json(path, body, token=token).status_code == 401
    assert thief.post(path, {"choice-1": "1"}, token=token).status_code == 401
    assert read_tables() == before


def test_a_cookie_that_was_changed_or_made_elsewhere_signs_nobody_in(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app, "an")
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    for value in (cookie.value[:-1] + "x", cookie.value[1:], "", "a.b.c", "\u00e9"):
        visitor.client.set_cookie("session", value)
        assert visitor.get("/my").status_code == 302


def test_a_body_over_64_kib_is_refused(app: Flask, attempt_id: int) -> None:
    visitor = Visitor(app, "an")
    token = visitor.read_token()
    path = f"/attempts/{attempt_id}/responses"
    assert visitor.post_json(path, '{"responses": [' + " " * TOO_MUCH + "]}", token=token).status_code == 413
    assert visitor.post(path, {"choice-0": "1" * TOO_MUCH}, token=token).status_code == 413
    assert visitor.sign_in("a" * TOO_MUCH).status_code == 413


MALFORMED = [
    b"", b"{", b"null", b"[]", b"0", b'"x"', b"true", b"NaN", b'{"responses": NaN}', b"\xff\xfe", b"\x00",
    b'{"responses": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", b"[" * 60_000, b'{"a":' * 10_000,
    b'{"prediction": ' + b"9" * 5000 + b"}", b'{"prediction": 1e999}', b'{"prediction": -1}',
    b'{"responses": [{"slot": ' + b"9" * 400 + b', "choice": 0, "sequence": 1}]}',
    b'{"responses": [{"slot": "\\ud800", "choice": "\\u0000", "sequence": 1}]}',
    b'{"responses": [{"slot": true, "choice": false, "sequence": true}]}',
    b'{"responses": [{"slot": 0.0, "choice": 0, "sequence": 1}]}',
    json.dumps({"responses": [{"slot": 0, "choice": 0, "sequence": 1}] * 201}).encode(),
]  # fmt: skip


def test_malformed_json_is_refused_with_a_reason(app: Flask, attempt_id: int) -> None:
    visitor = Visitor(app, "an")
    token = visitor.read_token()
    before = run_sql("SELECT * FROM attempts")
    for body in MALFORMED:
        answer = visitor.post_json(f"/attempts/{attempt_id}/responses", body, token=token)
        assert answer.status_code in (400, 422), (body[:80], answer.status_code)
        assert answer.json["error"]["code"], body[:80]
    assert run_sql("SELECT * FROM attempts") == before


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
numbers = st.sampled_from([-1, 0, 1, 3, 4, 9, 10, 2**31, 2**53 - 1, 2**53, 2**63, 10**40]) | json_values
entries = st.fixed_dictionaries({}, optional={"slot": numbers, "choice": numbers, "sequence": numbers})
bodies = json_values | st.fixed_dictionaries(
    {}, optional={"responses": st.lists(entries | json_values, max_size=3) | json_values, "prediction": numbers}
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies)
@example(body={"responses": [{"slot": 0, "choice": 0, "sequence": 2**53 - 1}], "prediction": 10**9})
def test_no_json_body_is_a_fault(app: Flask, attempt_id: int, body: Any) -> None:
    visitor = app.extensions.get("visitor of this test")
    if visitor is None:
        visitor = app.extensions["visitor of this test"] = Visitor(app, "an")
        visitor.token = visitor.read_token()
    answer = visitor.post_json(f"/attempts/{attempt_id}/responses", json.dumps(body), token=visitor.token)
    assert answer.status_code in (200, 400, 422), answer.text
    assert ("error" in answer.json) is (answer.status_code != 200)


WRONG_FIELDS = [
    {"choice-0": "x"}, {"choice-x": "1"}, {"choice-0": "-1"}, {"choice-": "1"}, {"choice-0": "²"},
    {"choice-99999999999": "1"}, {"choice-0": "9" * 400}, {"choice-10": "0"}, {"choice-0": "4"},
    {"prediction": "nhiều"}, {"prediction": "-5"}, {"prediction": "9" * 40}, {"prediction": "1000000001"},
    {"choice-0": "\x00"}, {"choice-\x00": "1"},
]  # fmt: skip


def test_malformed_forms_are_refused_and_nothing_is_saved(app: Flask, attempt_id: int) -> None:
    visitor = Visitor(app, "an")
    token = visitor.read_token()
    before = run_sql("SELECT responses, prediction FROM attempts")
    for fields in WRONG_FIELDS:
        answer = visitor.post(f"/attempts/{attempt_id}/responses", {"choice-1": "1", **fields}, token=token)
        assert answer.status_code == 422, fields
        assert run_sql("SELECT responses, prediction FROM attempts") == before, fields


def test_no_login_is_a_fault(app: Flask) -> None:
    add_person("an")
    for login in ("\x00", "an\x00 ", "\ufffd", "a" * 5000, "'; DROP TABLE accounts; --", "\u202ean", "😀"):
        answer = Visitor(app).sign_in(login, "sai")
        assert answer.status_code in (200, 401), login
        assert 'type="password"' in answer.text, "the form is shown again"
    assert Visitor(app).sign_in("an", "\x00").status_code in (200, 401)


def test_the_language_is_kept_in_a_cookie_and_an_unknown_one_is_vietnamese(app: Flask) -> None:
    visitor = Visitor(app)
    assert '<html lang="vi">' in visitor.get("/").text
    visitor.post("/language", {"language": "en"})
    assert '<html lang="en">' in visitor.get("/").text
    visitor.post("/language", {"language": "xx"})
    assert '<html lang="en">' in visitor.get("/").text
    for value in ("xx", "../../etc", "vi_VN.UTF-8", ""):
        visitor.client.set_cookie("language", value)
        assert '<html lang="vi">' in visitor.get("/").text


ELSEWHERE = [
    "https://xau.example/", "//xau.example", "/\\xau.example", "\\\\xau.example", "javascript:alert(1)",
    "/\t/xau.example", "http:xau.example", "xau.example", " //xau.example", "///xau.example", "/a\nLocation: //x",
]  # fmt: skip


def test_no_address_leads_out_of_the_site(app: Flask) -> None:
    add_person("an")
    for target in ELSEWHERE:
        visitor = Visitor(app)
        answers = [
            visitor.post("/language", {"language": "en", "next": target}),
            visitor.sign_in("an", target=target),
            visitor.get("/sign-in", query_string={"next": target}),
        ]
        for answer in answers:
            assert answer.status_code == 302
            assert answer.location in ("/", "/my"), target


def test_the_sign_in_leads_to_where_the_person_was_going(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app)
    answer = visitor.get("/rounds/5/start?x=1")
    assert answer.location == "/sign-in?next=/rounds/5/start?x%3D1"
    assert 'value="/rounds/5/start?x=1"' in visitor.get(answer.location).text
    assert visitor.sign_in("an", target="/rounds/5/start?x=1").location == "/rounds/5/start?x=1"


def test_a_script_in_a_name_is_text_on_every_page(app: Flask) -> None:
    evil = '<script>alert("x")</script>'
    add_person("an", name=evil)
    add_person("to-chuc", roles=[Role.ORGANISER])
    round_ = add_open_round(title=evil, shows_provisional_ranking=True)
    visitor = Visitor(app, "an")
    attempt_id = visitor.start(round_.id)
    visitor.post(f"/attempts/{attempt_id}/finish")
    pages = [visitor.get(path) for path in ("/", "/my", f"/rounds/{round_.id}/start", f"/rounds/{round_.id}/ranking",
             f"/attempts/{attempt_id}/result", f"/rounds/{round_.id}/attempts")]  # fmt: skip
    pages.append(Visitor(app, "to-chuc").get(f"/organiser/rounds/{round_.id}"))
    for page in pages:
        assert page.status_code == 200
        assert evil not in page.text
        assert "&lt;script&gt;" in page.text
