"""Boards of units and late doors: figures, whose units, merged ones, last year's, exceptions with their reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.errors import InvalidInput, NotAllowed, NotFound, UnitClosed
from quiz_app.domain.initiatives.rounds import HandInClosed, InitiativeRound
from quiz_app.domain.initiatives.states import EntryState, EntryStep
from quiz_app.domain.letters import MailNotSet, NobodyToWriteTo
from quiz_app.domain.people import Person, Role
from quiz_app.domain.units import Quota
from quiz_app.persistence import quotas as quotas_store
from quiz_app.persistence.session import transaction
from quiz_app.services.initiatives import take_step
from quiz_app.services.initiatives.boards import Board, Shown, view_board_as_lead, view_board_as_organiser
from quiz_app.services.initiatives.late_doors import add_late_door, view_late_doors
from quiz_app.services.initiatives.reminding import remind_as_lead, remind_as_organiser
from tests.entry_factories import add_draft, add_initiative_round, add_submitted
from tests.factories import add_person, add_unit, run_sql
from tests.integration.visitor import DAY, Visitor


class Scene:
    """A department with two schools, one of which lacks an initiative, beside another department."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.now = read_now()
        self.department = add_unit("SGD", kind="department")
        self.school = add_unit("THPT", parent_id=self.department)
        self.other_school = add_unit("THCS", parent_id=self.department)
        self.elsewhere = add_unit("SYT", kind="department")
        self.teacher = add_person("giao-vien", unit_id=self.school)
        self.stranger = add_person("y-te", unit_id=self.elsewhere)
        self.lead = add_person("so", unit_id=self.department, roles=[Role.UNIT_LEAD], led_unit_id=self.department)
        self.organiser = add_person("ban-to-chuc", roles=[Role.ORGANISER])
        self.round = self.add_round("nay")
        with transaction() as work:
            quotas_store.put_quota(
                work, Quota(initiatives_by_category={"cchc": 1, "nhiem-vu": 1}), contest_id=self.round.contest_id,
                unit_kind="school", unit_id=None,
            )  # fmt: skip

    def add_round(self, code: str, **changes: Any) -> InitiativeRound:
        return add_initiative_round(code, **{"opens_at": self.now - DAY, "closes_at": self.now + DAY, **changes})

    def view(self, person: Person | None = None, **changes: Any) -> Board:
        asked = {"round_id": self.round.id, "earlier_id": None, "shown": Shown.ALL} | changes
        if person is None:
            return view_board_as_organiser(organiser=self.organiser, **asked)
        return view_board_as_lead(lead=person, **asked)


@pytest.fixture
def scene(app: Flask) -> Scene:
    return Scene(app)


def find_figures(board: Board, unit_id: int) -> Any:
    return next(line.figures for line in board.lines if line.unit.id == unit_id)


def test_what_units_have_handed_in_and_owe(scene: Scene) -> None:
    add_draft(scene.teacher, scene.round, now=scene.now)
    handed = add_submitted(scene.teacher, scene.round, now=scene.now)
    add_submitted(scene.stranger, scene.round, now=scene.now)
    board = scene.view()
    own = find_figures(board, scene.school)
    assert (own.begun, own.handed_in, own.forwarded, own.owed, own.missing) == (1, 1, 0, 2, 1)
    assert [(line.category, line.missing) for line in own.by_category] == [("cchc", 0), ("nhiem-vu", 1)]
    assert find_figures(board, scene.other_school).missing == 2
    assert (board.units_owing, board.units_met, board.missing) == (2, 0, 3)
    assert board.lines[0].unit.id == scene.other_school
    # A department that owes nothing and has nothing does not stand on the board of all.
    assert scene.department not in {line.unit.id for line in board.lines}
    take_step(person=scene.lead, entry_id=handed, step=EntryStep.DECLINE, seen_state=EntryState.SUBMITTED,
              reason="Trùng", now=scene.now)  # fmt: skip
    own = find_figures(scene.view(), scene.school)
    assert (own.handed_in, own.counted, own.missing) == (1, 0, 2)


def test_a_lead_sees_the_own_units_with_those_below(scene: Scene) -> None:
    add_submitted(scene.stranger, scene.round, now=scene.now)
    board = scene.view(scene.lead)
    assert {line.unit.id for line in board.lines} == {scene.department, scene.school, scene.other_school}
    assert board.totals.handed_in == 0
    with pytest.raises(NotAllowed):
        scene.view(scene.teacher)
    with pytest.raises(NotAllowed):
        view_board_as_organiser(organiser=scene.lead, round_id=scene.round.id, earlier_id=None, shown=Shown.ALL)
    with pytest.raises(NotFound):
        scene.view(round_id=1)


def test_a_merged_unit_counts_for_its_successor(scene: Scene) -> None:
    add_submitted(scene.teacher, scene.round, now=scene.now)
    run_sql("UPDATE units SET closed_at = 1, successor_id = :to WHERE id = :id RETURNING id",
            to=scene.other_school, id=scene.school)  # fmt: skip
    board = scene.view()
    assert find_figures(board, scene.other_school).handed_in == 1
    assert scene.school not in {line.unit.id for line in board.lines}


def test_beside_last_year_and_the_registration(scene: Scene) -> None:
    last = scene.add_round("truoc", closes_at=scene.now - timedelta(hours=1), grace_minutes=0)
    add_submitted(scene.teacher, last, now=scene.now - timedelta(hours=2))
    run_sql("UPDATE initiative_rounds SET opens_at = opens_at - 100000000, closes_at = closes_at - 100000000 "
            "WHERE id = :id RETURNING id", id=last.id)  # fmt: skip
    board = scene.view()
    assert board.earlier is not None
    assert (board.earlier.id, find_figures(board, scene.school).earlier) == (last.id, 1)
    assert scene.view(earlier_id=0).earlier is None
    assert board.registration is None
    registering = scene.add_round("dang-ky")
    add_submitted(scene.teacher, registering, now=scene.now)
    run_sql("UPDATE initiative_rounds SET contest_id = :id, position = 2 WHERE code = 'dang-ky' RETURNING id",
            id=scene.round.contest_id)  # fmt: skip
    run_sql("UPDATE initiative_rounds SET settings = :settings WHERE code = 'nay' RETURNING id",
            settings=_continue(scene.round.id, "dang-ky"))  # fmt: skip
    board = scene.view()
    assert board.registration is not None
    assert find_figures(board, scene.school).registered == 1


def _continue(round_id: int, code: str) -> str:
    ((settings,),) = run_sql("SELECT settings FROM initiative_rounds WHERE id = :id", id=round_id)
    return str(settings).replace('"continues":""', f'"continues":"{code}"')


def test_the_pages_and_files_of_the_board(scene: Scene) -> None:
    add_submitted(scene.teacher, scene.round, now=scene.now)
    visitor = Visitor(scene.app, "ban-to-chuc")
    visitor.client.set_cookie("language", "en")
    base = f"/organiser/initiatives/{scene.round.id}/board"
    page = visitor.get(base).text
    assert "0 of 2 units have met their quota – 3 initiatives still missing" in page
    assert page.count('scope="row"') == 2
    assert visitor.get(f"{base}?show=none_yet").text.count('scope="row"') == 1
    lines = visitor.get(f"{base}/file?format=csv").text.splitlines()
    assert lines[1].endswith("2,nhiem-vu: 1,") or "nhiem-vu: 1" in "".join(lines)
    assert lines[-1].startswith("All units")
    assert visitor.get(f"{base}/file").data.startswith(b"PK")
    assert visitor.get(f"{base}?show=x&against=99").status_code == 200


def test_a_late_door_holds_for_the_unit_and_those_below(scene: Scene) -> None:
    closed = scene.add_round("dong", closes_at=scene.now - timedelta(hours=1))
    with pytest.raises(HandInClosed):
        add_draft(scene.teacher, closed, now=scene.now)
    add_late_door(organiser=scene.organiser, round_id=closed.id, unit_id=scene.department,
                  until=scene.now + timedelta(hours=2), reason=" Mất điện ", now=scene.now)  # fmt: skip
    entry_id = add_submitted(scene.teacher, closed, now=scene.now)
    assert entry_id
    with pytest.raises(HandInClosed):
        add_draft(scene.stranger, closed, now=scene.now)
    (line,) = view_late_doors(organiser=scene.organiser, round_id=closed.id).doors
    assert (line.door.reason, line.door.made_by) == ("Mất điện", scene.organiser.name)
    assert run_sql("SELECT COUNT(*) AS number FROM audit_entries WHERE action = 'late_door_opened'") == [(1,)]


def test_late_doors_that_make_no_sense(scene: Scene) -> None:
    round_ = scene.add_round("cham", judging_closes_at=scene.now + 3 * DAY)

    def grant(person: Person = scene.organiser, **changes: Any) -> None:
        given = {"unit_id": scene.school, "until": scene.now + 2 * DAY, "reason": "Lý do"} | changes
        add_late_door(organiser=person, round_id=round_.id, now=scene.now, **given)

    for changes in (
        {"until": scene.now}, {"until": scene.now + DAY / 2}, {"until": scene.now + 4 * DAY}, {"reason": " "},
        {"reason": "x" * 501},
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            grant(**changes)
    with pytest.raises(NotFound):
        grant(unit_id=1)
    with pytest.raises(NotAllowed):
        grant(scene.lead)
    run_sql("UPDATE units SET closed_at = 1 WHERE id = :id RETURNING id", id=scene.school)
    with pytest.raises(UnitClosed):
        grant()
    assert run_sql("SELECT id FROM entry_late_doors") == []


def test_the_form_of_late_doors_comes_back_as_it_was_filled_in(scene: Scene) -> None:
    visitor = Visitor(scene.app, "ban-to-chuc")
    visitor.client.set_cookie("language", "en")
    path = f"/organiser/initiatives/{scene.round.id}/late-doors"
    answer = visitor.post(path, {"unit": str(scene.school), "until": "2000-01-01T10:00", "reason": "Mất <điện>"})
    assert answer.status_code == 422
    assert "must lie ahead" in answer.text
    assert "Mất &lt;điện&gt;" in answer.text
    until = (scene.now + 2 * DAY).astimezone(scene.round.zone)
    fields = {"unit": str(scene.school), "until": f"{until:%Y-%m-%dT%H:%M}", "reason": "Mất điện"}
    assert visitor.post(path, fields).status_code == 303
    assert f"{until:%d/%m/%Y %H:%M}" in visitor.get(path).text
    assert visitor.post(path, fields | {"until": "hôm nay"}).status_code == 422


def test_leads_of_units_that_owe_are_written_to_once_a_day(scene: Scene) -> None:
    add_person("hieu-truong", unit_id=scene.school, roles=[Role.UNIT_LEAD], led_unit_id=scene.school,
               email="hieu-truong@tinh.test")  # fmt: skip
    add_person("y-te-truong", unit_id=scene.elsewhere, roles=[Role.UNIT_LEAD], led_unit_id=scene.elsewhere,
               email="y-te@tinh.test")  # fmt: skip
    asked = {"round_id": scene.round.id, "address": "https://thi.test/my/initiatives", "now": scene.now}
    with pytest.raises(MailNotSet):
        remind_as_organiser(organiser=scene.organiser, is_mail_set=False, **asked)
    reminded = remind_as_organiser(organiser=scene.organiser, is_mail_set=True, **asked)
    # The other school has no lead; who owes nothing is left alone.
    assert (reminded.letters, reminded.units_left) == (1, 1)
    ((address, body),) = run_sql("SELECT address, body FROM letters")
    assert address == "hieu-truong@tinh.test"
    assert "https://thi.test/my/initiatives" in body
    with pytest.raises(NobodyToWriteTo):
        remind_as_lead(lead=scene.lead, is_mail_set=True, **asked)
    following = asked | {"now": scene.now + DAY}
    assert remind_as_lead(lead=scene.lead, is_mail_set=True, **following).letters == 1
    with pytest.raises(NotAllowed):
        remind_as_lead(lead=scene.teacher, is_mail_set=True, **asked)


def test_without_a_mail_server_nothing_is_offered_and_nothing_sent(scene: Scene) -> None:
    visitor = Visitor(scene.app, "ban-to-chuc")
    path = f"/organiser/initiatives/{scene.round.id}/board"
    assert "/board/letters" not in visitor.get(path).text
    assert visitor.post(f"{path}/letters").status_code == 409
    assert run_sql("SELECT id FROM letters") == []
