"""One-time codes from the slip to the first sign-in, and what else may be done with them: nothing."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from functools import partial
from io import BytesIO

import openpyxl
import pytest
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.activation import WrongActivationCode
from quiz_app.domain.directory import EVERYONE, PeopleScope
from quiz_app.domain.people import Person, Role
from quiz_app.services import accounts, activation
from quiz_app.services.accounts import make_slips, reset_password
from quiz_app.services.activation import activate_account
from quiz_app.services.directory import find_lead_scope, find_organiser_scope
from tests.factories import PASSWORD, add_person, add_unit, run_sql
from tests.integration.staff import KEYS
from tests.integration.threads import run_together, slow_down, wait_for
from tests.integration.visitor import Visitor

NEW = "câu ngắn dễ nhớ"
CODE = re.compile(r'slip-code">([\w-]+)<')


def make_code(actor: Person, subject: Person, **changes: object) -> str:
    scope = PeopleScope(None) if actor.has_role(Role.ORGANISER) else find_lead_scope(actor)
    now = changes.pop("now", read_now())
    return reset_password(
        actor=actor,
        scope=scope,
        account_id=subject.id,
        keys=KEYS,
        days=30,
        now=now,  # type: ignore[arg-type]
    ).code


def activate(login: str, code: str, new: str = NEW, **changes: object) -> Person:
    values = {"address": "10.0.0.1", "keys": KEYS, "now": read_now(), **changes}
    return activate_account(login=login, code=code, new=new, **values)  # type: ignore[arg-type]


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("to-chuc", roles=[Role.ORGANISER])


def test_a_code_becomes_a_password_once(app: Flask, organiser: Person) -> None:
    person = add_person("an", password_hash="")
    code = make_code(organiser, person)
    visitor = Visitor(app)
    assert visitor.sign_in("an", "").status_code == 200
    typed = visitor.sign_in("AN", code.lower())
    assert typed.status_code == 200
    assert "/activate" in typed.text
    weak = visitor.post("/activate", {"login": "an", "code": code, "new": "123", "repeated": "123"})
    assert weak.status_code == 422
    answer = visitor.post("/activate", {"login": "an", "code": code, "new": NEW, "repeated": NEW})
    assert answer.location == "/my"
    assert visitor.get("/my").status_code == 200
    for login, password in (("an", NEW), ("an", code)):
        expected = 302 if password == NEW else 401
        assert Visitor(app).sign_in(login, password).status_code == expected
    again = Visitor(app).post(
        "/activate", {"login": "an", "code": code, "new": "khác hẳn 123", "repeated": "khác hẳn 123"}
    )
    assert again.status_code == 401
    assert not run_sql("SELECT account_id FROM activation_codes")


def test_nothing_signs_in_where_there_is_no_password(app: Flask) -> None:
    add_person("an", password_hash="")
    for password in ("no account has this password", "None", "''"):
        assert Visitor(app).sign_in("an", password).status_code == 401


def test_a_reset_ends_sessions_and_the_password_and_is_in_the_trail(app: Flask, organiser: Person) -> None:
    person = add_person("an")
    visitor = Visitor(app, "an")
    code = make_code(organiser, person)
    assert visitor.get("/my").status_code == 302
    assert Visitor(app).sign_in("an", PASSWORD).status_code == 401
    entries = run_sql("SELECT actor_id, subject_id, details FROM audit_entries WHERE action = 'password_reset'")
    assert [(entry.actor_id, entry.subject_id) for entry in entries] == [(organiser.id, person.id)]
    assert code not in repr(entries)
    second = make_code(organiser, person)
    with pytest.raises(WrongActivationCode):
        activate("an", code)
    assert activate("an", second).id == person.id


def test_a_code_is_of_its_account_and_its_time(app: Flask, organiser: Person) -> None:
    an, _ = add_person("an"), add_person("binh")
    code = make_code(organiser, an, now=read_now() - timedelta(days=30))
    with pytest.raises(WrongActivationCode):
        activate("an", code)
    code = make_code(organiser, an)
    for login in ("binh", "khong-co"):
        with pytest.raises(WrongActivationCode):
            activate(login, code)
    run_sql("UPDATE accounts SET is_active = :closed WHERE login = 'an' RETURNING id", closed=False)
    with pytest.raises(WrongActivationCode):
        activate("an", code)


def test_wrong_codes_count_as_failed_sign_ins(app: Flask, organiser: Person) -> None:
    code = make_code(organiser, add_person("an"))
    visitor = Visitor(app)
    fields = {"login": "an", "code": "2222-2222-2222", "new": NEW, "repeated": NEW}
    statuses = [visitor.post("/activate", fields).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert visitor.post("/activate", {**fields, "code": code}).status_code == 429
    elsewhere = Visitor(app, address="10.9.9.9")
    assert elsewhere.post("/activate", {**fields, "code": code}).status_code == 302


def test_of_two_who_use_a_code_at_once_one_gets_in(app: Flask, organiser: Person) -> None:
    code = make_code(organiser, add_person("an"))
    outcomes = run_together(app, [lambda n=n: activate("an", code, f"mat khau cua {n}") for n in range(2)])
    assert sorted(isinstance(outcome, WrongActivationCode) for outcome in outcomes) == [False, True]
    assert len(run_sql("SELECT id FROM audit_entries WHERE action = 'account_activated'")) == 1


@pytest.mark.parametrize("is_slip_first", [True, False])
def test_nobody_has_a_password_and_a_code_after_slips_at_the_same_moment(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch, is_slip_first: bool
) -> None:
    school = add_unit("TH")
    people = {login: add_person(login, unit_id=school, password_hash="") for login in ("an", "binh")}
    code = make_code(organiser, people["an"])
    make_slips_now = partial(
        make_slips, actor=organiser, scope=EVERYONE, unit_id=school, keys=KEYS, days=30, now=read_now()
    )
    activate_now = partial(activate, "an", code)
    if is_slip_first:
        making = slow_down(monkeypatch, accounts, "make_codes")
        slips, activated = run_together(app, [make_slips_now, wait_for(making, activate_now)])
        assert isinstance(activated, WrongActivationCode)
    else:
        activating = slow_down(monkeypatch, activation.people_store, "forget_failures")
        activated, slips = run_together(app, [activate_now, wait_for(activating, make_slips_now)])
        assert isinstance(activated, Person)
    assert [slip.login for slip in slips] == (["an", "binh"] if is_slip_first else ["binh"])  # type: ignore[attr-defined]
    both = "SELECT login FROM accounts JOIN activation_codes ON account_id = accounts.id WHERE password_hash <> ''"
    assert run_sql(both) == []


def test_of_a_reset_and_a_use_of_the_code_at_once_each_is_done_or_refused(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = add_person("an")
    code = make_code(organiser, person)
    making = slow_down(monkeypatch, accounts, "make_codes")
    calls = [partial(make_code, organiser, person), wait_for(making, partial(activate, "an", code))]
    slip, activated = run_together(app, calls)
    assert isinstance(activated, WrongActivationCode)
    assert activate("an", str(slip)).id == person.id


def test_organisers_who_reset_each_other_at_once_are_both_served(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = add_person("khac", roles=[Role.ORGANISER])
    slow_down(monkeypatch, accounts, "make_codes")
    run_together(app, [partial(make_code, organiser, other), partial(make_code, other, organiser)])
    assert len(run_sql("SELECT account_id FROM activation_codes")) == 2


def test_a_code_opens_no_account_that_has_a_password(app: Flask, organiser: Person) -> None:
    person = add_person("an")
    code = make_code(organiser, person)
    run_sql("UPDATE accounts SET password_hash = 'x' WHERE login = 'an' RETURNING id")
    with pytest.raises(WrongActivationCode):
        activate("an", code)


def test_slips_of_a_unit_in_three_forms(app: Flask, organiser: Person, caplog: pytest.LogCaptureFixture) -> None:
    school = add_unit("TH", name="Trường =A")
    group = add_unit("TO", name="Tổ Toán", parent_id=school)
    add_person("an", unit_id=school, password_hash="", name="=An")
    add_person("binh", unit_id=group, password_hash="")
    add_person("da-co", unit_id=school)
    add_person("nghi", unit_id=add_unit("KHAC"), password_hash="")
    visitor = Visitor(app, "to-chuc")
    with caplog.at_level(logging.DEBUG):
        page = visitor.post("/organiser/people/slips", {"unit_id": str(school), "format": "page"})
        codes = CODE.findall(page.text)
        assert len(codes) == 2
        assert page.headers["Cache-Control"] == "no-store"
        workbook = visitor.post("/organiser/people/slips", {"unit_id": str(school), "format": "xlsx"})
        rows = list(openpyxl.load_workbook(BytesIO(workbook.data)).active.values)
        assert [row[2] for row in rows[1:]] == ["binh", "an"]
        fresh = [str(row[3]) for row in rows[1:]]
        assert not set(fresh) & set(codes)
        pdf = visitor.post("/organiser/people/slips", {"unit_id": str(school), "format": "pdf"})
        assert pdf.data.startswith(b"%PDF")
    assert not any(code in caplog.text for code in codes + fresh)
    with pytest.raises(WrongActivationCode):
        activate("an", codes[0])
    stored = repr(run_sql("SELECT * FROM activation_codes") + run_sql("SELECT * FROM audit_entries"))
    assert not any(code.replace("-", "") in stored.replace("-", "") for code in codes + fresh)
    assert len(run_sql("SELECT id FROM audit_entries WHERE action = 'slips_made'")) == 3
    bad = visitor.post("/organiser/people/slips", {"unit_id": str(school), "format": "exe"})
    assert bad.status_code == 422
    assert len(run_sql("SELECT id FROM audit_entries WHERE action = 'slips_made'")) == 3


def test_a_lead_makes_codes_for_the_own_people_only(app: Flask, organiser: Person) -> None:
    school = add_unit("TH")
    group = add_unit("TO", parent_id=school)
    other = add_unit("KHAC")
    lead = add_person("phu-trach", roles=[Role.PARTICIPANT, Role.UNIT_LEAD], led_unit_id=school, unit_id=school)
    people = {
        "own": add_person("own", unit_id=school),
        "below": add_person("below", unit_id=group),
        "group lead": add_person("to-truong", roles=[Role.UNIT_LEAD], led_unit_id=group, unit_id=group),
        "foreign": add_person("foreign", unit_id=other),
        "nobody's": add_person("nobody"),
        "organiser here": add_person("org-here", roles=[Role.PARTICIPANT, Role.ORGANISER], unit_id=school),
        "foreign lead here": add_person("lead-here", roles=[Role.UNIT_LEAD], led_unit_id=other, unit_id=school),
        "closed": add_person("closed", unit_id=school),
        "self": lead,
    }
    run_sql("UPDATE accounts SET is_active = :closed WHERE login = 'closed' RETURNING id", closed=False)
    visitor = Visitor(app, "phu-trach")
    statuses = {name: visitor.post(f"/unit/people/{person.id}/reset").status_code for name, person in people.items()}
    assert statuses == {
        "own": 200, "below": 200, "group lead": 200, "foreign": 404, "nobody's": 404, "organiser here": 403,
        "foreign lead here": 403, "closed": 404, "self": 403,
    }  # fmt: skip
    assert visitor.post("/unit/people/slips", {"unit_id": str(other), "format": "page"}).status_code == 404
    slips = visitor.post("/unit/people/slips", {"unit_id": str(school), "format": "page"})
    assert len(CODE.findall(slips.text)) == 3
    assert "foreign" not in slips.text
    # An organiser whose password was never set is on nobody's slip but an organiser's.
    run_sql("UPDATE accounts SET password_hash = '' WHERE login = 'org-here' RETURNING id")
    slips = visitor.post("/unit/people/slips", {"unit_id": str(school), "format": "page"})
    assert "org-here" not in slips.text


def test_an_organiser_makes_no_code_for_an_administrator(app: Flask, organiser: Person) -> None:
    administrator = add_person("quan-tri", roles=[Role.ADMINISTRATOR])
    assert Visitor(app, "to-chuc").post(f"/organiser/people/{administrator.id}/reset").status_code == 403
    assert find_organiser_scope(organiser).lead_id is None
    assert Visitor(app, "quan-tri").post(f"/organiser/people/{organiser.id}/reset").status_code == 200
