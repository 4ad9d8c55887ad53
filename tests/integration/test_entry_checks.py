"""Appraisal and admission over HTTP: lists, decisions, what departments see of each other, two who act at once."""

from __future__ import annotations

import re
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.states import EntryActor, EntryState, EntryStep, EntryStepRefused
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.services.initiatives import save_draft, submit_entry, take_step
from quiz_app.services.initiatives.appraising import list_for_department, make_filter, take_check_step
from tests.entry_factories import COMPLETE_VALUES, add_initiative_round, add_submitted
from tests.factories import add_person, add_unit, run_sql
from tests.integration.threads import run_together
from tests.integration.visitor import DAY, Visitor
from tests.statements import count_statements

CANARY = "Chim hoàng yến"


class Scene:
    """Two departments with a school each; the lead of each department and an organiser at their browsers."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.now = read_now()
        self.department = add_unit("SGD", kind="department")
        self.school = add_unit("THPT", parent_id=self.department)
        self.other_department = add_unit("SYT", kind="department")
        self.hospital = add_unit("BV", parent_id=self.other_department)
        self.teacher = add_person("giao-vien", unit_id=self.school)
        self.doctor = add_person("bac-si", unit_id=self.hospital)
        self.head = add_person("hieu-truong", unit_id=self.school, roles=[Role.UNIT_LEAD], led_unit_id=self.school)
        self.lead = self._add_lead("so", self.department)
        self.other_lead = self._add_lead("so-y-te", self.other_department)
        self.organiser = add_person("ban-to-chuc", roles=[Role.ORGANISER])
        self.round = add_initiative_round(opens_at=self.now - DAY, closes_at=self.now + DAY)
        self.at_department = Visitor(app, "so")
        self.at_committee = Visitor(app, "ban-to-chuc")
        for visitor in (self.at_department, self.at_committee):
            visitor.client.set_cookie("language", "en")

    def _add_lead(self, login: str, unit_id: int) -> Person:
        return add_person(login, unit_id=unit_id, roles=[Role.UNIT_LEAD], led_unit_id=unit_id)

    def hand_in(self, person: Person | None = None, **changes: Any) -> int:
        return add_submitted(person or self.teacher, self.round, now=self.now, **changes)

    def forward(self, entry_id: int, lead: Person | None = None) -> None:
        take_step(person=lead or self.lead, entry_id=entry_id, step=EntryStep.FORWARD,
                  seen_state=EntryState.SUBMITTED, reason="", now=self.now)  # fmt: skip


@pytest.fixture
def scene(app: Flask) -> Scene:
    return Scene(app)


def read_states() -> list[str]:
    return [row[0] for row in run_sql("SELECT state FROM entries ORDER BY number")]


def test_a_department_forwards_returns_and_declines(scene: Scene) -> None:
    ids = [scene.hand_in(title=f"Sáng kiến {number}") for number in range(1, 4)]
    page = scene.at_department.get("/unit/initiatives").text
    assert all(f"Sáng kiến {number}" in page for number in range(1, 4))
    steps = [("forward", ""), ("return", "Bổ sung số liệu"), ("decline", "Không thuộc lĩnh vực")]
    for entry_id, (step, reason) in zip(ids, steps, strict=True):
        shown = scene.at_department.get(f"/unit/initiatives/{entry_id}").text
        assert f'value="{step}"' in shown
        answer = scene.at_department.post(
            f"/unit/initiatives/{entry_id}/steps", {"step": step, "state": "submitted", "reason": reason}
        )
        assert answer.status_code == 303, answer.text
    assert read_states() == ["forwarded", "returned", "declined"]
    assert "Bổ sung số liệu" in scene.at_department.get(f"/unit/initiatives/{ids[1]}").text


def test_a_step_without_its_reason_changes_nothing_and_says_so(scene: Scene) -> None:
    entry_id = scene.hand_in()
    answer = scene.at_department.post(f"/unit/initiatives/{entry_id}/steps", {"step": "return", "state": "submitted"})
    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert read_states() == ["submitted"]


def test_somebody_who_decided_first_is_named(scene: Scene) -> None:
    entry_id = scene.hand_in()
    scene.forward(entry_id)
    answer = scene.at_department.post(
        f"/unit/initiatives/{entry_id}/steps",
        {"step": "return", "state": "submitted", "reason": "Bổ sung <số liệu>"},
    )
    assert answer.status_code == 409
    assert "Meanwhile: Forwarded to the contest by the department" in answer.text
    assert scene.lead.name in answer.text
    # What was typed is not lost, and is no markup.
    assert "Bổ sung &lt;số liệu&gt;" in answer.text
    assert read_states() == ["forwarded"]


def test_several_at_once_and_those_that_moved_meanwhile(scene: Scene) -> None:
    ids = [scene.hand_in(title=f"Sáng kiến {number}") for number in range(4)]
    scene.forward(ids[3])
    page = scene.at_department.get(f"/unit/initiatives/rounds/{scene.round.id}?state=submitted").text
    assert page.count('name="entry"') == 3
    answer = scene.at_department.post(
        f"/unit/initiatives/rounds/{scene.round.id}/steps",
        {"step": "forward", "state": "submitted", "entry": [str(each) for each in ids]},
    )
    assert answer.status_code == 303
    assert read_states() == ["forwarded"] * 4
    told = scene.at_department.get(answer.location).text
    assert "3 initiatives: Forwarded to the contest by the department." in told
    assert "1 initiative was left as it stands." in told
    nothing = scene.at_department.post(
        f"/unit/initiatives/rounds/{scene.round.id}/steps", {"step": "forward", "state": "submitted"}
    )
    assert nothing.status_code == 422


def test_organisers_admit_refuse_send_back_and_take_out(scene: Scene) -> None:
    ids = [scene.hand_in(title=f"Sáng kiến {number}") for number in range(1, 5)]
    for entry_id in ids[:3]:
        scene.forward(entry_id)
    visitor = scene.at_committee
    for entry_id, step in zip(ids, ("admit", "refuse", "send_back"), strict=False):
        answer = visitor.post(
            f"/organiser/entries/{entry_id}/steps", {"step": step, "state": "forwarded", "reason": "Theo thể lệ"}
        )
        assert answer.status_code == 303, answer.text
    assert read_states() == ["admitted", "refused", "returned", "submitted"]
    # What lies with a department is the department's to decide.
    for step in ("forward", "admit"):
        answer = visitor.post(f"/organiser/entries/{ids[3]}/steps", {"step": step, "state": "submitted"})
        assert answer.status_code == 409
    answer = visitor.post(
        f"/organiser/entries/{ids[0]}/steps", {"step": "take_out", "state": "admitted", "reason": "Trùng"}
    )
    assert answer.status_code == 303
    answer = visitor.post(
        f"/organiser/initiatives/{scene.round.id}/steps",
        {"step": "admit", "state": "forwarded", "entry": [str(ids[0])]},
    )
    assert answer.status_code == 303
    assert read_states() == ["admitted", "refused", "returned", "submitted"]


def test_no_department_sees_what_another_was_handed(scene: Scene) -> None:
    scene.hand_in()
    foreign = scene.hand_in(scene.doctor, title=CANARY)
    paths = [f"/unit/initiatives/{foreign}", f"/unit/initiatives/{foreign}/similar/1", f"/organiser/entries/{foreign}"]
    for login in ("so", "hieu-truong"):
        visitor = Visitor(scene.app, login)
        for path in paths:
            answer = visitor.get(path)
            assert answer.status_code in (403, 404), path
            assert CANARY not in answer.text
        answer = visitor.post(f"/unit/initiatives/{foreign}/steps", {"step": "forward", "state": "submitted"})
        assert answer.status_code == 404
        visitor.post(
            f"/unit/initiatives/rounds/{scene.round.id}/steps",
            {"step": "forward", "state": "submitted", "entry": [str(foreign)]},
        )
    listed = (
        "/unit/initiatives", f"/unit/initiatives/rounds/{scene.round.id}?q=chim",
        f"/unit/initiatives/rounds/{scene.round.id}?unit={scene.hospital}",
        f"/unit/initiatives/rounds/{scene.round.id}/list?format=csv",
        f"/unit/initiatives/rounds/{scene.round.id}/board", f"/unit/initiatives/rounds/{scene.round.id}/board/file",
    )  # fmt: skip
    for path in listed:
        answer = scene.at_department.get(path)
        assert answer.status_code == 200
        assert CANARY.encode() not in answer.data
    assert read_states() == ["submitted", "submitted"]
    assert CANARY in scene.at_committee.get(f"/organiser/initiatives/{scene.round.id}/entries").text


def test_the_draft_of_a_returned_entry_is_its_units_alone(scene: Scene) -> None:
    entry_id = scene.hand_in(title="Tên đã nộp")
    take_step(person=scene.lead, entry_id=entry_id, step=EntryStep.RETURN, seen_state=EntryState.SUBMITTED,
              reason="Bổ sung", now=scene.now)  # fmt: skip
    run_sql("UPDATE entries SET title = :title RETURNING id", title=CANARY)
    for visitor, paths in (
        (scene.at_department, ("/unit/initiatives", f"/unit/initiatives/{entry_id}")),
        (scene.at_committee, (f"/organiser/initiatives/{scene.round.id}/entries", f"/organiser/entries/{entry_id}")),
    ):
        for path in paths:
            page = visitor.get(path).text
            assert "Tên đã nộp" in page
            assert CANARY not in page


def test_a_search_finds_no_word_of_a_draft_that_was_returned(scene: Scene) -> None:
    entry_id = scene.hand_in(title="Một cửa liên thông")
    take_step(person=scene.lead, entry_id=entry_id, step=EntryStep.RETURN, seen_state=EntryState.SUBMITTED,
              reason="Bổ sung", now=scene.now)  # fmt: skip
    ((sequence,),) = run_sql("SELECT sequence FROM entries WHERE id = :id", id=entry_id)
    save_draft(person=scene.teacher, entry_id=entry_id, sequence=sequence, title="Đổi tên bí mật", category="cchc",
               values=COMPLETE_VALUES, now=scene.now)  # fmt: skip
    base = f"/unit/initiatives/rounds/{scene.round.id}"

    def count(words: str) -> int:
        return scene.at_department.get(f"{base}?q={words}").text.count('scope="row"')

    assert (count("bi+mat"), count("lien+thong")) == (0, 1)
    submit_entry(person=scene.teacher, entry_id=entry_id, now=scene.now)
    assert (count("bi+mat"), count("lien+thong")) == (1, 0)


def test_the_list_is_searched_without_accents_and_paged_by_number(scene: Scene) -> None:
    for number in range(53):
        scene.hand_in(title=f"Số hóa hồ sơ {number}" if number else "Một cửa liên thông")
    base = f"/unit/initiatives/rounds/{scene.round.id}"
    page = scene.at_department.get(base).text
    assert page.count('scope="row"') == 50
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    assert scene.at_department.get(following[1].replace("&amp;", "&")).text.count('scope="row"') == 3
    assert scene.at_department.get(f"{base}?q=lien+thong").text.count('scope="row"') == 1
    assert scene.at_department.get(f"{base}?q=THPT").text.count('scope="row"') == 50
    assert "No initiative fits" in scene.at_department.get(f"{base}?q=khongco").text
    assert scene.at_department.get(f"{base}?after=99999999999999999999&state=xx&unit=a&category=%00").status_code == 200
    rows = scene.at_department.get(f"{base}/list?format=csv&q=so+hoa").text.splitlines()
    assert len(rows) == 53


def test_one_and_thirty_rows_cost_the_same_statements(scene: Scene) -> None:
    def count() -> list[int]:
        found = []
        for visitor, path in (
            (scene.at_department, f"/unit/initiatives/rounds/{scene.round.id}"),
            (scene.at_committee, f"/organiser/initiatives/{scene.round.id}/entries"),
            (scene.at_committee, f"/organiser/initiatives/{scene.round.id}/board"),
            (scene.at_committee, "/organiser/initiatives"),
        ):
            with count_statements(db.engine) as statements:
                assert visitor.get(path).status_code == 200
            found.append(len(statements.work))
        return found

    scene.hand_in()
    before = count()
    for number in range(29):
        scene.hand_in(title=f"Sáng kiến {number}")
    assert count() == before


def test_two_who_decide_at_once(scene: Scene) -> None:
    second = add_person("pho-so", unit_id=scene.department, roles=[Role.UNIT_LEAD], led_unit_id=scene.department)
    entry_id = scene.hand_in()

    def decide(person: Person, step: EntryStep) -> str:
        try:
            return str(take_check_step(person=person, actor=EntryActor.APPRAISER, entry_id=entry_id, step=step,
                                       seen_state=EntryState.SUBMITTED, reason="Lý do", now=scene.now))  # fmt: skip
        except EntryStepRefused as refusal:
            return f"refused at {refusal.state}"

    found = run_together(
        scene.app, [partial(decide, scene.lead, EntryStep.FORWARD), partial(decide, second, EntryStep.DECLINE)]
    )
    (state,) = read_states()
    assert sorted(found) == sorted([state, f"refused at {state}"])
    assert len(run_sql("SELECT id FROM entry_steps")) == 2


def test_a_department_acts_on_nothing_but_its_own(scene: Scene) -> None:
    foreign = scene.hand_in(scene.doctor)
    for person in (scene.lead, scene.head, scene.teacher):
        with pytest.raises(NotFound):
            take_check_step(person=person, actor=EntryActor.APPRAISER, entry_id=foreign, step=EntryStep.FORWARD,
                            seen_state=EntryState.SUBMITTED, reason="", now=scene.now)  # fmt: skip
    with pytest.raises(NotFound):
        list_for_department(lead=scene.lead, round_id=scene.round.id, wanted=make_filter())


def test_the_minutes_of_the_appraisal(scene: Scene) -> None:
    ids = [scene.hand_in(title=f"Sáng kiến {number}") for number in range(1, 4)]
    scene.hand_in(scene.doctor, title=CANARY)
    scene.forward(ids[0])
    take_step(person=scene.lead, entry_id=ids[1], step=EntryStep.RETURN, seen_state=EntryState.SUBMITTED,
              reason="Bổ sung số liệu", now=scene.now)  # fmt: skip
    path = f"/unit/initiatives/rounds/{scene.round.id}/minutes"
    word = scene.at_department.get(f"{path}?format=docx")
    document = Document(BytesIO(word.data))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "3 initiatives of 1 units: 1 forwarded to the contest, 1 returned to be completed, 0 not" in text
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "Bổ sung số liệu" in cells
    assert CANARY not in cells
    assert scene.at_department.get(f"{path}?format=pdf").data.startswith(b"%PDF")
    # Nothing was handed in to a school; the minutes of others are not found.
    assert Visitor(scene.app, "hieu-truong").get(path).status_code == 404
    assert Visitor(scene.app, "ban-to-chuc").get(path).status_code == 403
    assert len(run_sql("SELECT id FROM audit_entries WHERE action = 'appraisal_minutes_taken'")) == 2
