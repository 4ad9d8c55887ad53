"""Roles: granted and taken away by administrators, audited, ending sessions; the last administrator stays."""

from __future__ import annotations

import json
import re
from functools import partial

import pytest
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.directory import EVERYONE
from quiz_app.domain.errors import NotAllowed, NotFound, Refusal
from quiz_app.domain.people import Person, Role
from quiz_app.domain.roles import (
    LastAdministratorStays,
    LoginTaken,
    RoleAlreadyGranted,
    RoleHolder,
    UnitNeeded,
    UnknownAccount,
)
from quiz_app.extensions import db
from quiz_app.services import roles
from quiz_app.services.accounts import reset_password, set_account_active
from quiz_app.services.people import find_signed_in, sign_in
from quiz_app.services.roles import grant_role, make_administrator, revoke_role, view_roles
from quiz_app.services.units.changing import close_unit
from tests.factories import add_person, add_unit, run_sql
from tests.integration.staff import KEYS
from tests.integration.threads import run_together, slow_down, wait_for
from tests.integration.visitor import Visitor
from tests.statements import count_statements


@pytest.fixture
def admin(app: Flask) -> Person:
    return add_person("quan-tri", roles=[Role.ADMINISTRATOR])


def find_grant(person: Person, role: Role) -> int:
    ((grant_id,),) = run_sql(
        "SELECT id FROM role_grants WHERE account_id = :account_id AND role = :role",
        account_id=person.id, role=str(role),
    )  # fmt: skip
    return int(grant_id)


def give(admin: Person, login: str, role: Role, unit_code: str | None = None) -> str:
    return grant_role(actor=admin, login=login, role=role, unit_code=unit_code, now=read_now())


def take(admin: Person, grant_id: int) -> RoleHolder:
    return revoke_role(actor=admin, grant_id=grant_id, now=read_now())


def list_administrators() -> list[int]:
    sql = (
        "SELECT account_id FROM role_grants JOIN accounts ON accounts.id = account_id "
        "WHERE role = 'administrator' AND is_active"
    )
    return [row.account_id for row in run_sql(sql)]


def list_trail() -> list[tuple[str, int, int, dict[str, object]]]:
    rows = run_sql("SELECT action, actor_id, subject_id, details FROM audit_entries ORDER BY id")
    return [(row.action, row.actor_id, row.subject_id, json.loads(row.details)) for row in rows]


def test_a_grant_and_a_revocation_take_effect_end_sessions_and_are_in_the_trail(admin: Person) -> None:
    person = add_person("an")
    assert give(admin, " AN ", Role.JUDGE) == "Người an"
    assert find_signed_in(account_id=person.id, auth_version=person.auth_version) is None
    now_judge = find_signed_in(account_id=person.id, auth_version=person.auth_version + 1)
    assert now_judge is not None
    assert now_judge.has_role(Role.JUDGE)
    take(admin, find_grant(person, Role.JUDGE))
    assert find_signed_in(account_id=person.id, auth_version=person.auth_version + 1) is None
    judge = {"role": "judge", "unit_id": None}
    assert list_trail() == [
        ("role_granted", admin.id, person.id, {"before": {}, "after": judge}),
        ("role_revoked", admin.id, person.id, {"before": judge, "after": {}}),
    ]


def test_a_unit_lead_leads_a_unit_and_others_do_not(admin: Person) -> None:
    person, unit_id = add_person("an"), add_unit("A")
    for role, unit_code in [(Role.UNIT_LEAD, None), (Role.UNIT_LEAD, "KHONG-CO"), (Role.JUDGE, "A")]:
        with pytest.raises(UnitNeeded):
            give(admin, "an", role, unit_code)
    give(admin, "an", Role.UNIT_LEAD, "A")
    lead = find_signed_in(account_id=person.id, auth_version=person.auth_version + 1)
    assert lead is not None
    assert lead.led_unit_ids == {unit_id}
    with pytest.raises(RoleAlreadyGranted):
        give(admin, "an", Role.UNIT_LEAD, "A")


def test_a_role_is_granted_once_even_by_two_at_the_same_moment(app: Flask, admin: Person) -> None:
    person = add_person("an")
    outcomes = run_together(app, [partial(give, admin, "an", Role.ORGANISER)] * 4)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["RoleAlreadyGranted"] * 3 + ["str"]
    assert find_grant(person, Role.ORGANISER)
    assert len(list_trail()) == 1


def test_an_organiser_takes_no_password_from_somebody_who_is_just_made_administrator(
    app: Flask, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, organiser = add_person("an"), add_person("to-chuc", roles=[Role.ORGANISER])
    granting = slow_down(monkeypatch, roles.audit, "add_entry")
    reset = partial(
        reset_password, actor=organiser, scope=EVERYONE, account_id=person.id, keys=KEYS, days=30, now=read_now()
    )
    outcomes = run_together(app, [partial(give, admin, "an", Role.ADMINISTRATOR), wait_for(granting, reset)])
    assert isinstance(outcomes[1], NotAllowed), outcomes
    assert run_sql("SELECT account_id FROM activation_codes") == []


def test_nobody_becomes_lead_of_a_unit_that_is_just_closed(
    app: Flask, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person("an")
    unit_id = add_unit("A")
    closing = slow_down(monkeypatch, roles.audit, "add_entries")
    close = partial(close_unit, organiser=admin, unit_id=unit_id, reason="giải thể", now=read_now())
    grant = partial(give, admin, "an", Role.UNIT_LEAD, "A")
    outcomes = run_together(app, [close, wait_for(closing, grant)])
    assert isinstance(outcomes[1], UnitNeeded), outcomes
    assert run_sql("SELECT id FROM role_grants WHERE role = 'unit_lead'") == []


def test_nobody_gets_a_role_whose_account_is_just_closed(
    app: Flask, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = add_person("an")
    closing = slow_down(monkeypatch, roles.audit, "add_entry")
    close = partial(set_account_active, actor=admin, account_id=person.id, is_active=False, now=read_now())
    grant = partial(give, admin, "an", Role.ORGANISER)
    outcomes = run_together(app, [close, wait_for(closing, grant)])
    assert isinstance(outcomes[1], UnknownAccount), outcomes
    assert run_sql("SELECT id FROM role_grants WHERE role = 'organiser'") == []


def test_nobody_but_administrators_changes_roles(app: Flask, admin: Person) -> None:
    add_person("an")
    grant_id = find_grant(admin, Role.ADMINISTRATOR)
    for role in (Role.PARTICIPANT, Role.ORGANISER, Role.JUDGE):
        person = add_person(f"la-{role}", roles=[role])
        with pytest.raises(NotAllowed):
            give(person, "an", Role.ADMINISTRATOR)
        with pytest.raises(NotAllowed):
            take(person, grant_id)
        if role is not Role.ORGANISER:
            with pytest.raises(NotAllowed):
                view_roles(person=person)
    assert list_trail() == []
    organiser = Visitor(app, "la-organiser")
    page = organiser.get("/organiser/roles").text
    assert "quan-tri" in page
    assert "/revoke" not in page
    fields = {"login": "an", "role": "administrator"}
    assert organiser.post("/organiser/roles", fields).status_code == 403
    assert organiser.post(f"/organiser/roles/{grant_id}/revoke").status_code == 403


def test_an_unknown_or_closed_account_or_grant_changes_nothing(admin: Person) -> None:
    other = add_person("dong", roles=[Role.JUDGE])
    set_account_active(actor=admin, account_id=other.id, is_active=False, now=read_now())
    before = list_trail()
    for login in ("khong-co", "dong", ""):
        with pytest.raises(UnknownAccount):
            give(admin, login, Role.JUDGE)
    with pytest.raises(NotFound):
        take(admin, 5)
    assert list_trail() == before


def test_the_last_administrator_keeps_the_role(admin: Person) -> None:
    grant_id = find_grant(admin, Role.ADMINISTRATOR)
    with pytest.raises(LastAdministratorStays):
        take(admin, grant_id)
    closed = add_person("dong", roles=[Role.ADMINISTRATOR])
    set_account_active(actor=admin, account_id=closed.id, is_active=False, now=read_now())
    with pytest.raises(LastAdministratorStays):
        take(admin, grant_id)
    # Somebody whose account is closed may lose the role: nobody loses by it.
    take(admin, find_grant(closed, Role.ADMINISTRATOR))
    assert list_administrators() == [admin.id]


@pytest.mark.parametrize("round_number", range(2))
def test_administrators_who_take_the_role_from_each_other_at_the_same_moment_leave_one(
    app: Flask, admin: Person, round_number: int
) -> None:
    others = [add_person(f"qt-{number}", roles=[Role.ADMINISTRATOR]) for number in range(3)]
    people = [admin, *others]
    calls = [
        partial(take, person, find_grant(people[(place + 1) % 4], Role.ADMINISTRATOR))
        for place, person in enumerate(people)
    ]
    outcomes = run_together(app, calls)
    left = list_administrators()
    assert len(left) == 4 - sum(isinstance(outcome, RoleHolder) for outcome in outcomes)
    assert left


@pytest.mark.parametrize("round_number", range(2))
def test_closing_accounts_and_taking_roles_at_the_same_moment_leave_one(
    app: Flask, admin: Person, round_number: int
) -> None:
    other = add_person("qt", roles=[Role.ADMINISTRATOR])

    def close() -> None:
        set_account_active(actor=other, account_id=admin.id, is_active=False, now=read_now())

    outcomes = run_together(app, [partial(take, admin, find_grant(other, Role.ADMINISTRATOR)), close])
    assert len(list_administrators()) == 1, outcomes
    assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 1


# --- the page ---


def test_the_page_grants_and_takes_away(app: Flask, admin: Person) -> None:
    person = add_person("an")
    add_unit("A")
    visitor = Visitor(app, "quan-tri")
    answer = visitor.post("/organiser/roles", {"login": "an", "role": "unit_lead", "unit_code": "A"})
    assert answer.status_code == 303
    assert "Người an" in visitor.get("/organiser/roles").text
    grant_id = find_grant(person, Role.UNIT_LEAD)
    assert visitor.post(f"/organiser/roles/{grant_id}/revoke").status_code == 303
    assert run_sql("SELECT id FROM role_grants WHERE id = :grant_id", grant_id=grant_id) == []


def test_what_cannot_be_granted_is_said_on_the_page(app: Flask, admin: Person) -> None:
    add_person("an")
    visitor = Visitor(app, "quan-tri")
    for fields, status in [
        ({"login": "khong-co", "role": "judge"}, 422),
        ({"login": "an", "role": "unit_lead"}, 422),
        ({"login": "an", "role": "participant"}, 409),
    ]:
        answer = visitor.post("/organiser/roles", fields)
        assert answer.status_code == status
        assert 'role="alert"' in answer.text
        assert f'value="{fields["login"]}"' in answer.text
    for odd in ({"login": "an", "role": "king"}, {}):
        assert visitor.post("/organiser/roles", odd).status_code == 422
    assert list_trail() == []


def test_the_last_administrator_is_told_on_the_page_and_a_former_one_is_signed_out(app: Flask, admin: Person) -> None:
    visitor = Visitor(app, "quan-tri")
    own = f"/organiser/roles/{find_grant(admin, Role.ADMINISTRATOR)}/revoke"
    answer = visitor.post(own)
    assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)
    add_person("qt", roles=[Role.ADMINISTRATOR])
    assert visitor.post(own).location == "/sign-in"
    assert visitor.get("/organiser/roles").status_code == 302


def test_the_page_costs_the_same_with_1_and_30_holders(app: Flask, admin: Person) -> None:
    visitor = Visitor(app, "quan-tri")

    def count() -> int:
        with count_statements(db.engine) as statements:
            assert visitor.get("/organiser/roles").status_code == 200
        return len(statements.work)

    before = count()
    assert before == 3
    for number in range(30):
        add_person(f"gk-{number}", roles=[Role.JUDGE, Role.UNIT_LEAD], led_unit_id=add_unit(f"DV-{number}"))
    assert count() == before


# --- the first administrator ---


def test_the_command_makes_an_administrator_who_must_change_the_password(app: Flask) -> None:
    runner = app.test_cli_runner()
    result = runner.invoke(args=["quiz", "create-admin", "--login", " Chanh-VP ", "--name", "Trần Văn Hà"])
    assert result.exit_code == 0, result.output
    password = re.search(r"\b[a-z2-9]{4}(-[a-z2-9]{4}){3}\b", result.output)
    assert password is not None
    person = sign_in(login="chanh-vp", password=password[0], address="10.0.0.1", now=read_now())
    assert (person.name, person.roles, person.must_change_password) == (
        "Trần Văn Hà", frozenset({Role.ADMINISTRATOR}), True,
    )  # fmt: skip
    assert [(action, actor) for action, actor, *_ in list_trail()] == [("administrator_made", None)]
    assert password[0] not in str(list_trail())
    again = runner.invoke(args=["quiz", "create-admin", "--login", "chanh-vp", "--name", "X"])
    assert again.exit_code == 1
    asked = runner.invoke(args=["quiz", "create-admin"], input="moi\nLê Thị Mới\n")
    assert asked.exit_code == 0, asked.output
    assert [row.name for row in run_sql("SELECT name FROM accounts WHERE login = 'moi'")] == ["Lê Thị Mới"]


def test_an_operator_gives_the_role_and_a_new_password_to_an_account_that_is_there(app: Flask, admin: Person) -> None:
    person = add_person("an")
    with pytest.raises(LoginTaken):
        make_administrator(login="an", name="", resets=False, now=read_now())
    password = make_administrator(login="AN", name="", resets=True, now=read_now())
    changed = sign_in(login="an", password=password, address="10.0.0.1", now=read_now())
    assert changed.roles == {Role.PARTICIPANT, Role.ADMINISTRATOR}
    assert changed.auth_version > person.auth_version
    make_administrator(login="an", name="", resets=True, now=read_now())
    set_account_active(actor=admin, account_id=person.id, is_active=False, now=read_now())
    with pytest.raises(UnknownAccount):
        make_administrator(login="an", name="", resets=True, now=read_now())
