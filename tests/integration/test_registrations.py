"""Joining without being on a list: asked for, looked at, decided once."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from quiz_app.clock import read_now
from quiz_app.domain.directory import EVERYONE
from quiz_app.domain.people import Person, Role
from quiz_app.domain.registrations import AlreadyDecided, AlreadyRegistered
from quiz_app.services import registrations
from quiz_app.services.registrations import Applicant
from tests.factories import add_person, add_unit, make_contest, run_sql
from tests.integration.staff import KEYS
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor, add_open_round

PASSWORD = "câu ngắn dễ nhớ"


@pytest.fixture
def school(app: Flask) -> int:
    add_open_round(contest=make_contest(allows_registration=True))
    return add_unit("TH", name="Trường Nhà")


def ask(visitor: Visitor, school_id: int, **changes: str) -> TestResponse:
    fields = {"name": "Nguyễn Thị Hạnh", "unit_id": str(school_id), "phone": "0912 345 678", "password": PASSWORD,
              "repeated": PASSWORD, "birth": "1985", "job_title": "Giáo viên", "email": "", **changes}  # fmt: skip
    return visitor.post("/register", fields)


def find_id() -> int:
    ((registration_id,),) = run_sql("SELECT id FROM registrations WHERE state = 'waiting'")
    return int(registration_id)


def test_from_the_request_to_the_first_sign_in(app: Flask, school: int) -> None:
    add_person("phu-trach", roles=[Role.UNIT_LEAD], led_unit_id=school)
    applicant, lead = Visitor(app), Visitor(app, "phu-trach")
    assert "Trường Nhà" in applicant.get("/register").text
    answer = ask(applicant, school)
    assert answer.status_code == 303
    state_page = answer.location.partition("?")[0]
    page = applicant.get(answer.location)
    assert page.status_code == 200
    assert "0912345678" not in page.text
    assert Visitor(app).sign_in("0912345678", PASSWORD).status_code == 401
    assert "Nguyễn Thị Hạnh" in lead.get("/unit/registrations").text
    path = f"/unit/registrations/{find_id()}/decision"
    assert lead.post(path, {"decision": "approve"}).status_code == 303
    assert "0912345678" in applicant.get(state_page).text
    assert Visitor(app).sign_in("0912345678", PASSWORD).status_code == 302
    (row,) = run_sql("SELECT name, birth, phone, unit_id FROM accounts WHERE login = '0912345678'")
    assert tuple(row) == ("Nguyễn Thị Hạnh", "1985", "0912345678", school)
    assert lead.post(path, {"decision": "approve"}).status_code == 409
    actions = [row.action for row in run_sql("SELECT action FROM audit_entries WHERE subject_type = 'registration'")]
    assert sorted(actions) == ["registration_approved", "registration_made"]
    stored = repr(run_sql("SELECT * FROM registrations"))
    assert PASSWORD not in stored
    assert state_page.rpartition("/")[2] not in stored


def test_a_refusal_needs_a_reason_which_the_applicant_reads(app: Flask, school: int) -> None:
    add_person("to-chuc", roles=[Role.ORGANISER])
    applicant, organiser = Visitor(app), Visitor(app, "to-chuc")
    location = ask(applicant, school).location
    path = f"/organiser/registrations/{find_id()}/decision"
    assert organiser.post(path, {"decision": "refuse", "reason": " "}).status_code == 422
    # What cannot be read is neither: a person must not be refused by a slip of a program.
    for decision in ({"reason": "x"}, {"decision": "yes", "reason": "x"}):
        assert organiser.post(path, decision).status_code == 422
    assert organiser.post(path, {"decision": "refuse", "reason": "Không thuộc <trường>"}).status_code == 303
    assert "Không thuộc &lt;trường&gt;" in applicant.get(location).text
    assert not run_sql("SELECT id FROM accounts WHERE login = '0912345678'")
    assert ask(applicant, school).status_code == 303


def test_a_lead_decides_for_the_own_units_only(app: Flask, school: int) -> None:
    other = add_unit("KHAC")
    add_person("phu-trach", roles=[Role.UNIT_LEAD], led_unit_id=other)
    ask(Visitor(app), school)
    lead = Visitor(app, "phu-trach")
    assert "Hạnh" not in lead.get("/unit/registrations").text
    for decision in ({"decision": "approve"}, {"decision": "refuse", "reason": "x"}):
        assert lead.post(f"/unit/registrations/{find_id()}/decision", decision).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"name": ""}, 422), ({"phone": "1"}, 422), ({"unit_id": ""}, 422), ({"unit_id": "1"}, 404),
     ({"password": "123", "repeated": "123"}, 422), ({"repeated": "khác"}, 422), ({"birth": "31/02/1985"}, 422)],
)  # fmt: skip
def test_a_request_with_a_mistake_is_not_stored(app: Flask, school: int, changes: dict[str, str], status: int) -> None:
    answer = ask(Visitor(app), school, **changes)
    assert answer.status_code == status
    assert PASSWORD not in answer.text
    assert not run_sql("SELECT id FROM registrations")


def test_a_known_telephone_is_caught_and_trying_numbers_is_slow(app: Flask, school: int) -> None:
    add_person("cb01", phone="0912345678")
    add_person("0912345679")
    visitor = Visitor(app)
    assert ask(visitor, school).status_code == 409
    assert ask(visitor, school, phone="0912345679").status_code == 409
    assert ask(visitor, school, phone="0912345670").status_code == 303
    assert ask(visitor, school, phone="0912345670").status_code == 409
    statuses = [ask(visitor, school).status_code for _ in range(14)]
    assert statuses[-1] == 429
    assert ask(Visitor(app, address="10.0.0.9"), school, phone="0912345671").status_code == 303


def test_no_contest_no_request(app: Flask) -> None:
    unit_id = add_unit("TH")
    add_open_round()
    assert Visitor(app).get("/register").status_code == 404
    assert ask(Visitor(app), unit_id).status_code == 404


def test_a_closed_unit_takes_nobody(app: Flask, school: int) -> None:
    run_sql("UPDATE units SET closed_at = 1 WHERE id = :school RETURNING id", school=school)
    assert ask(Visitor(app), school).status_code == 409


def test_references_cannot_be_tried_out(app: Flask, school: int) -> None:
    location = ask(Visitor(app), school).location
    guesser = Visitor(app, address="10.0.0.7")
    statuses = [guesser.get(f"/register/requests/{n:020d}").status_code for n in range(16)]
    assert statuses == [404] * 15 + [429]
    assert guesser.get(location).status_code == 429
    assert Visitor(app).get(location.lower()).status_code == 200
    assert re.search(r"/register/requests/[\w-]{24}", location)


def test_of_two_who_approve_at_once_one_makes_the_account(app: Flask, school: int) -> None:
    organisers = [add_person(f"tc{n}", roles=[Role.ORGANISER]) for n in range(2)]
    ask(Visitor(app), school)
    registration_id = find_id()

    def approve(actor: Person) -> object:
        return registrations.decide(
            actor=actor, scope=EVERYONE, registration_id=registration_id, approves=True, reason="", now=read_now()
        )

    outcomes = run_together(app, [lambda actor=actor: approve(actor) for actor in organisers])
    assert sum(isinstance(outcome, AlreadyDecided) for outcome in outcomes) == 1
    assert len(run_sql("SELECT id FROM accounts WHERE login = '0912345678'")) == 1


def test_of_two_equal_requests_at_once_one_is_kept(app: Flask, school: int) -> None:
    cache = app.extensions["cache"]
    applicant = Applicant("Nguyễn An", "0912345678", school, None, None, None, PASSWORD)
    outcomes = run_together(
        app,
        [
            lambda: registrations.register(
                applicant=applicant, address="10.0.0.1", cache=cache, keys=KEYS, now=read_now()
            )
            for _ in range(2)
        ],
    )
    assert sum(isinstance(outcome, AlreadyRegistered) for outcome in outcomes) == 1
    assert len(run_sql("SELECT id FROM registrations")) == 1


def test_an_organiser_turns_requests_on_and_off(app: Flask) -> None:
    round_ = add_open_round()
    school = add_unit("TH", name="Trường Nhà")
    add_person("to-chuc", roles=[Role.ORGANISER])
    add_person("phu-trach", roles=[Role.UNIT_LEAD], led_unit_id=school)
    organiser, path = Visitor(app, "to-chuc"), f"/organiser/contests/{round_.contest_id}/registration"
    assert Visitor(app).get("/register").status_code == 404
    assert organiser.post(path, {"registration": "maybe"}).status_code == 422
    assert Visitor(app, "phu-trach").post(path, {"registration": "on"}).status_code == 403
    assert "/register" not in Visitor(app).get("/sign-in").text
    for _ in range(2):
        assert organiser.post(path, {"registration": "on"}).status_code == 303
    assert "/register" in Visitor(app).get("/sign-in").text
    assert ask(Visitor(app), school).status_code == 303
    assert organiser.post(path, {"registration": "off"}).status_code == 303
    assert Visitor(app).get("/register").status_code == 404
    # What was asked before is still decided on.
    decision = f"/unit/registrations/{find_id()}/decision"
    assert Visitor(app, "phu-trach").post(decision, {"decision": "approve"}).status_code == 303
    assert len(run_sql("SELECT id FROM audit_entries WHERE action = 'registration_switched'")) == 2
    assert organiser.post(f"{path.replace(str(round_.contest_id), '1')}", {"registration": "on"}).status_code == 404
