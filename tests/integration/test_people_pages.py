"""The people as organisers and leads find and keep them."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.directory import EVERYONE, AccountState
from quiz_app.domain.errors import NotAllowed, Refusal, UnitClosed
from quiz_app.domain.people import Person, Role
from quiz_app.domain.roles import LastAdministratorStays
from quiz_app.extensions import db
from quiz_app.services import accounts, directory
from quiz_app.services.addresses import set_own_email
from quiz_app.services.directory import PAGE, search_people
from tests.factories import add_person, add_unit, run_sql
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor
from tests.statements import count_statements


def names(**query: object) -> list[str]:
    return [line.name for line in search_people(scope=EVERYONE, **query).lines]  # type: ignore[arg-type]


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("to-chuc", name="Zê Tổ Chức", roles=[Role.ORGANISER])


def test_search_without_accents_by_beginnings_of_words(app: Flask, organiser: Person) -> None:
    school = add_unit("TH")
    add_person("cb01", name="Nguyễn Thị Hạnh", unit_id=school, phone="0912345678")
    add_person("cb02", name="Đỗ Văn Đức", unit_id=add_unit("TO", parent_id=school), password_hash="")
    add_person("hanh", name="Lê Ân")
    assert names(query="HANH nguyen") == ["Nguyễn Thị Hạnh"]
    assert names(query="hạnh") == ["Lê Ân", "Nguyễn Thị Hạnh"]
    assert names(query="do duc") == ["Đỗ Văn Đức"]
    assert names(query="0912") == ["Nguyễn Thị Hạnh"]
    assert names(query="anh") == []
    assert names(query="%") == ["Lê Ân", "Zê Tổ Chức", "Đỗ Văn Đức", "Nguyễn Thị Hạnh"]
    assert names(unit_id=school) == ["Đỗ Văn Đức", "Nguyễn Thị Hạnh"]
    assert names(state=AccountState.NO_PASSWORD) == ["Đỗ Văn Đức"]
    assert names(role=Role.ORGANISER) == ["Zê Tổ Chức"]
    assert names(query="cb", unit_id=school, state=AccountState.ACTIVE, role=Role.PARTICIPANT) == [
        "Đỗ Văn Đức", "Nguyễn Thị Hạnh",
    ]  # fmt: skip


def test_pages_follow_one_another_without_gaps(app: Flask, organiser: Person) -> None:
    for n in range(PAGE + 5):
        add_person(f"p{n}", name=f"Người Tên {'abc'[n % 3]}")
    visitor = Visitor(app, "to-chuc")
    first = visitor.get("/organiser/people?role=participant")
    follow = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert follow is not None
    second = visitor.get(follow[1].replace("&amp;", "&"))
    found = [re.findall(r'/organiser/people/(\d+)">', page.text) for page in (first, second)]
    assert [len(ids) for ids in found] == [PAGE, 5]
    assert len(set(found[0] + found[1])) == PAGE + 5
    for odd in ("after=x", "after=1.99999999999999999999", "unit=-1", "state=none", "role=x", "q=%00", "after=."):
        assert visitor.get(f"/organiser/people?{odd}").status_code == 200


def test_lists_cost_the_same_with_1_and_40_people(app: Flask, organiser: Person) -> None:
    school = add_unit("TH")
    add_person("phu-trach", roles=[Role.UNIT_LEAD], led_unit_id=school)
    visitors = {"/organiser/people?q=ng": Visitor(app, "to-chuc"), "/unit/people": Visitor(app, "phu-trach")}

    def count() -> list[int]:
        counts = []
        for path, visitor in visitors.items():
            visitor.get(path)
            with count_statements(db.engine) as statements:
                assert visitor.get(path).status_code == 200
            counts.append(len(statements.work))
        return counts

    before = count()
    assert before == [5, 5]
    for n in range(40):
        add_person(f"ng{n}", unit_id=school)
        add_unit(f"DV{n}", parent_id=school)
    assert count() == before


def test_a_lead_sees_no_byte_of_another_unit(app: Flask, organiser: Person) -> None:
    school, other = add_unit("TH", name="Trường Nhà"), add_unit("KHAC", name="Trường Lạ")
    merged = add_unit("GOP", name="Trường Gộp")
    run_sql(
        "UPDATE units SET closed_at = 1, successor_id = :school WHERE id = :merged RETURNING id",
        school=school, merged=merged,
    )  # fmt: skip
    add_person("phu-trach", roles=[Role.UNIT_LEAD], led_unit_id=school)
    add_person("nha", name="Người Nhà", unit_id=school)
    add_person("gop", name="Người Gộp", unit_id=merged)
    stranger = add_person("la", name="Kanary Lạ", unit_id=other)
    visitor = Visitor(app, "phu-trach")
    for path in ("/unit/people", "/unit/people?q=kanary", f"/unit/people?unit={other}", "/unit/registrations"):
        page = visitor.get(path)
        assert page.status_code == 200
        assert "Kanary" not in page.text.replace("kanary", "")
        assert "Trường Lạ" not in page.text
    assert visitor.get(f"/unit/people/{stranger.id}").status_code == 404
    everyone = visitor.get("/unit/people").text
    assert "Người Nhà" in everyone
    assert "Người Gộp" in everyone


def test_details_are_edited_with_every_problem_at_its_field(app: Flask, organiser: Person) -> None:
    person = add_person("an", name="Nguyễn An", phone="0912345678")
    visitor = Visitor(app, "to-chuc")
    path = f"/organiser/people/{person.id}"
    wrong = visitor.post(f"{path}/edit", {"name": "", "birth": "31/02/1985", "phone": "1", "email": "x"})
    assert wrong.status_code == 422
    assert wrong.text.count("field-wrong") == 4
    right = {"name": "+Nguyễn  Ân", "birth": "1-2-85", "phone": "+84912345679", "email": "", "job_title": "Giáo viên"}
    assert visitor.post(f"{path}/edit", right).status_code == 303
    (row,) = run_sql("SELECT name, birth, phone, email, job_title, search_text FROM accounts WHERE login = 'an'")
    assert tuple(row) == (
        "+Nguyễn Ân", "1985-02-01", "0912345679", None, "Giáo viên", " nguyen an 0912345679",
    )  # fmt: skip
    ((details,),) = run_sql("SELECT details FROM audit_entries WHERE action = 'account_edited'")
    assert "Nguyễn Ân" in details
    assert "0912345679" not in details
    assert "1985" not in details


def test_people_are_moved_into_open_units_only(app: Flask, organiser: Person) -> None:
    person, school, closed = add_person("an"), add_unit("TH"), add_unit("CU")
    run_sql("UPDATE units SET closed_at = 1 WHERE id = :closed RETURNING id", closed=closed)
    visitor = Visitor(app, "to-chuc")
    path = f"/organiser/people/{person.id}/move"
    assert visitor.post(path, {"unit_id": str(school)}).status_code == 303
    assert visitor.post(path, {"unit_id": str(closed)}).status_code == 409
    assert visitor.post(path, {"unit_id": "1"}).status_code == 404
    assert visitor.post(path, {"unit_id": "x"}).status_code == 422
    with pytest.raises(UnitClosed):
        accounts.move_account(actor=organiser, account_id=person.id, unit_id=closed, now=read_now())
    ((unit_id,),) = run_sql("SELECT unit_id FROM accounts WHERE login = 'an'")
    assert unit_id == school


def test_a_form_writes_back_nothing_that_was_changed_since_it_was_opened(app: Flask, organiser: Person) -> None:
    person = add_person("an", name="Nguyễn An", birth="1985-02-28", email="cu@example.org", phone="0912345678")
    visitor = Visitor(app, "to-chuc")
    path = f"/organiser/people/{person.id}"
    shown = dict(re.findall(r'name="opened_(\w+)" value="([^"]*)"', visitor.get(path).text))
    assert set(shown) == {"name", "job_title", "birth", "phone", "email"}
    opened = {f"opened_{name}": value for name, value in shown.items()}
    set_own_email(person=person, email="moi@example.org", now=read_now())
    wrong = visitor.post(f"{path}/edit", {**opened, **shown, "phone": "1"})
    assert wrong.status_code == 422
    assert re.findall(r'name="opened_(\w+)" value="([^"]*)"', wrong.text) == list(shown.items())
    assert visitor.post(f"{path}/edit", {**opened, **shown, "phone": "0987654321"}).status_code == 303
    stored = "SELECT name, job_title, birth, phone, email FROM accounts WHERE login = 'an'"
    assert run_sql(stored) == [("Nguyễn An", None, "1985-02-28", "0987654321", "moi@example.org")]
    # What the organiser did change is written, whatever it was changed to meanwhile.
    assert visitor.post(f"{path}/edit", {**opened, **shown, "email": ""}).status_code == 303
    assert run_sql(stored) == [("Nguyễn An", None, "1985-02-28", "0987654321", None)]


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(app: Flask, organiser: Person) -> None:
    person = add_person("an")
    visitor, other = Visitor(app, "to-chuc"), Visitor(app, "an")
    assert visitor.post(f"/organiser/people/{person.id}/close").status_code == 303
    assert other.get("/my").status_code == 302
    assert Visitor(app).sign_in("an").status_code == 401
    assert visitor.post(f"/organiser/people/{person.id}/reopen").status_code == 303
    assert other.get("/my").status_code == 302
    assert Visitor(app).sign_in("an").status_code == 302
    assert visitor.post(f"/organiser/people/{organiser.id}/close").status_code == 403


def test_of_two_administrators_who_close_each_other_one_stays(app: Flask) -> None:
    people = [add_person(f"qt{n}", roles=[Role.ADMINISTRATOR]) for n in range(2)]

    def close(actor: Person, subject: Person) -> None:
        accounts.set_account_active(actor=actor, account_id=subject.id, is_active=False, now=read_now())

    outcomes = run_together(app, [lambda: close(people[0], people[1]), lambda: close(people[1], people[0])])
    assert sorted(isinstance(outcome, Refusal) for outcome in outcomes) == [False, True]
    assert isinstance(next(outcome for outcome in outcomes if outcome), NotAllowed | LastAdministratorStays)
    left = run_sql("SELECT id FROM accounts WHERE is_active")
    assert len(left) == 1


def test_scopes_are_of_the_person_and_not_of_the_address(app: Flask, organiser: Person) -> None:
    participant = add_person("an")
    for find in (directory.find_organiser_scope, directory.find_lead_scope):
        with pytest.raises(NotAllowed):
            find(participant)
    with pytest.raises(NotAllowed):
        directory.find_lead_scope(organiser)
