"""A writer's pages of initiatives, over HTTP: writing, conflicts, the check, the receipt, coming back, withdrawing."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from quiz_app.clock import read_now
from quiz_app.domain.initiatives.entries import EntryVersion
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.initiatives.states import EntryState, EntryStep
from quiz_app.domain.people import Role
from quiz_app.extensions import db
from quiz_app.services.initiatives import create_entry, save_draft, submit_entry, take_step, view_entry
from tests.entry_factories import COMPLETE_VALUES, add_initiative_round, add_submitted
from tests.factories import add_person, add_unit, run_sql
from tests.integration.threads import run_together
from tests.integration.visitor import DAY, Visitor
from tests.statements import count_statements

PLAIN_FORM = {
    "title": "Số hóa hồ sơ", "category": "cchc", "t.authors.0.name": "Nguyễn Thị Hạnh", "t.authors.0.share": "60,5",
    "t.authors.4.name": "Trần Văn Bình", "t.authors.4.share": "39,5", "v.nature": "Một\r\nHai", "v.area": "Y tế",
}  # fmt: skip
"""What a browser without scripts sends; lines 1 to 3 were taken out."""


class Scene:
    """A department with a school; a teacher and the head of the school at their browsers; a round open by the clock."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.department = add_unit("SGD", kind="department")
        self.school = add_unit("THPT", parent_id=self.department)
        self.other_school = add_unit("THCS", parent_id=self.department)
        self.teacher = add_person("giao-vien", unit_id=self.school)
        self.head = add_person("hieu-truong", unit_id=self.school, roles=[Role.UNIT_LEAD], led_unit_id=self.school)
        self.appraiser = add_person("so", unit_id=self.department, roles=[Role.UNIT_LEAD], led_unit_id=self.department)
        self.now = read_now()
        self.round = self.add_round("sang-kien")
        self.visitor = Visitor(app, "giao-vien")
        self.token = self.visitor.read_token()

    def add_round(self, code: str, **changes: Any) -> InitiativeRound:
        return add_initiative_round(code, **{"opens_at": self.now - DAY, "closes_at": self.now + DAY, **changes})

    def begin(self, title: str = "Số hóa hồ sơ", **changes: Any) -> int:
        """A draft with nothing but its name."""
        return create_entry(**{
            "person": self.teacher, "round_id": self.round.id, "unit_id": self.school, "title": title,
            "category": "cchc", "now": self.now, **changes,
        })  # fmt: skip

    def hand_in(self, **changes: Any) -> int:
        return add_submitted(self.teacher, self.round, now=self.now, **changes)

    def send_back(self, entry_id: int, reason: str = "Bổ sung số liệu của năm 2021") -> None:
        take_step(person=self.appraiser, entry_id=entry_id, step=EntryStep.RETURN, seen_state=EntryState.SUBMITTED,
                  reason=reason, now=self.now)  # fmt: skip

    def save_json(self, entry_id: int, sequence: int, **values: Any) -> Any:
        body = {"sequence": sequence, "title": "Số hóa hồ sơ", "category": "cchc", "values": values}
        return self.visitor.post_json(f"/my/initiatives/{entry_id}", body, token=self.token)


@pytest.fixture
def scene(app: Flask) -> Scene:
    return Scene(app)


def find_digest(page: str) -> str:
    match = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert match is not None, "the page has no button that hands in"
    return match[1]


def test_from_the_list_to_the_receipt_without_scripts(scene: Scene) -> None:
    visitor = scene.visitor
    page = visitor.get("/my/initiatives").text
    assert "empty-state" in page
    assert f"/my/initiatives/new/{scene.round.id}" in page
    new = f"/my/initiatives/new/{scene.round.id}"
    assert f'value="{scene.school}"' in visitor.get(new).text
    answer = visitor.post(new, {"unit": str(scene.school), "title": "  ", "category": "cchc"})
    assert answer.status_code == 422
    answer = visitor.post(new, {"unit": str(scene.school), "title": "Số hóa hồ sơ", "category": "cchc"})
    path = answer.location
    assert (answer.status_code, visitor.get(path).status_code) == (303, 200)

    answer = visitor.post(path, {**PLAIN_FORM, "sequence": "1", "then": "check", "v.nature": ""})
    assert answer.location == f"{path}/check"
    page = visitor.get(answer.location).text
    assert "#f-nature" in page
    assert 'name="digest"' not in page

    answer = visitor.post(path, {**PLAIN_FORM, "sequence": "2", "then": "check"})
    page = visitor.get(answer.location).text
    answer = visitor.post(f"{path}/submit", {"digest": find_digest(page)})
    again = visitor.post(f"{path}/submit", {"digest": "x"})
    assert (answer.status_code, again.location) == (303, answer.location)
    receipt = visitor.get(answer.location).text
    version = view_entry(person=scene.teacher, entry_id=int(path.rpartition("/")[2])).versions[0]
    assert version.receipt_code in receipt
    assert version.digest in receipt
    assert version.values == {
        "authors": [{"name": "Nguyễn Thị Hạnh", "share": "60.5"}, {"name": "Trần Văn Bình", "share": "39.5"}],
        "nature": "Một\nHai", "area": "Y tế",
    }  # fmt: skip
    # The form is closed now: the same address shows what was handed in.
    page = visitor.get(path).text
    assert 'id="entry-form"' not in page
    assert "Trần Văn Bình" in page


def test_a_line_more_is_asked_for_with_a_button(scene: Scene) -> None:
    path = f"/my/initiatives/{scene.begin()}"
    answer = scene.visitor.post(path, {**PLAIN_FORM, "sequence": "1", "then": "rows.authors"})
    assert answer.status_code == 303
    page = scene.visitor.get(answer.location.partition("#")[0]).text
    assert 'name="t.authors.2.name"' in page
    assert 'name="t.authors.3.name"' not in page
    assert 'name="t.authors.2.name"' not in scene.visitor.get(path).text


def test_what_cannot_be_saved_is_shown_again_as_it_was_typed(scene: Scene) -> None:
    path = f"/my/initiatives/{scene.begin()}"
    answer = scene.visitor.post(path, {**PLAIN_FORM, "sequence": "1", "title": "x" * 301})
    assert answer.status_code == 422
    assert "Trần Văn Bình" in answer.text
    assert 'value="39,5"' in answer.text or 'value="39.5"' in answer.text
    answer = scene.visitor.post(path, {**PLAIN_FORM, "sequence": "1", "v.nature": "y" * 60_001})
    assert answer.status_code == 422
    assert "y" * 60_001 in answer.text
    assert run_sql("SELECT sequence FROM entries") == [(1,)]


def test_a_conflict_keeps_both_texts_and_asks_the_person(scene: Scene) -> None:
    entry_id = scene.begin()
    path = f"/my/initiatives/{entry_id}"
    save_draft(person=scene.head, entry_id=entry_id, sequence=1, title="Số hóa hồ sơ", category="cchc",
               values={"nature": "Của hiệu trưởng"}, now=scene.now)  # fmt: skip

    answer = scene.save_json(entry_id, 1, nature="Của giáo viên")
    assert answer.status_code == 409
    assert answer.json["error"]["code"] == "entry_changed"
    assert (answer.json["by"], answer.json["sequence"]) == (scene.head.name, 2)
    assert answer.json["fields"] == ["Bản chất"]

    answer = scene.visitor.post(path, {**PLAIN_FORM, "sequence": "1", "v.nature": "Của giáo viên"})
    assert answer.status_code == 409
    assert scene.head.name in answer.text
    assert "Của giáo viên" in answer.text
    assert view_entry(person=scene.teacher, entry_id=entry_id).entry.values == {"nature": "Của hiệu trưởng"}
    # The page that answers carries the new sequence: sent once more, it replaces the other, and it says so.
    assert 'name="sequence" value="2"' in answer.text
    answer = scene.visitor.post(path, {**PLAIN_FORM, "sequence": "2", "v.nature": "Của giáo viên"})
    assert answer.status_code == 303
    entry = view_entry(person=scene.teacher, entry_id=entry_id).entry
    assert (entry.values["nature"], entry.changed_by_name) == ("Của giáo viên", scene.teacher.name)


def test_a_save_may_be_sent_again(scene: Scene) -> None:
    entry_id = scene.begin()
    answers = [scene.save_json(entry_id, 1, nature="Một") for _ in range(3)]
    assert [(answer.status_code, answer.json["sequence"]) for answer in answers] == [(200, 2)] * 3
    assert re.fullmatch(r"\d\d:\d\d:\d\d", answers[0].json["saved_at"])


def test_two_tabs_save_at_once_and_one_is_told(app: Flask, scene: Scene) -> None:
    entry_id = scene.begin()

    def save(text: str) -> Any:
        return save_draft(person=scene.teacher, entry_id=entry_id, sequence=1, title="Tên", category="cchc",
                          values={"nature": text}, now=scene.now)  # fmt: skip

    outcomes = run_together(app, [partial(save, f"Bản {number}") for number in range(4)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["EntryChanged"] * 3 + ["SavedDraft"]
    assert run_sql("SELECT sequence FROM entries") == [(2,)]


@pytest.mark.parametrize(
    "body",
    [
        "{", "[]", '{"sequence":1}', '{"sequence":true,"title":"a","category":"cchc","values":{}}',
        '{"sequence":1,"title":1,"category":"cchc","values":{}}', "[" * 100_000,
        '{"sequence":1,"title":"a","category":"cchc","values":{"authors":"x"}}',
        '{"sequence":1,"title":"a","category":"cchc","values":{"nature":["x"]}}',
        '{"sequence":1,"title":"a","category":"","values":{}}',
    ],
)  # fmt: skip
def test_what_no_page_sends_changes_nothing(scene: Scene, body: str) -> None:
    path = f"/my/initiatives/{scene.begin()}"
    assert scene.visitor.post_json(path, body, token=scene.token).status_code == 422
    assert run_sql("SELECT sequence FROM entries") == [(1,)]


def test_a_long_draft_fits_and_one_without_end_does_not(scene: Scene) -> None:
    entry_id = scene.begin()
    assert scene.save_json(entry_id, 1, nature="đ" * 60_000).status_code == 200
    assert scene.save_json(entry_id, 2, nature="đ" * 1_200_000).status_code == 413
    path = f"/my/initiatives/{entry_id}"
    body = {"sequence": 1, "title": "T", "category": "cchc", "values": {"nature": "đ" * 60_000}}
    stranger = Visitor(scene.app)
    assert stranger.post_json(path, body).status_code in (401, 413)
    assert run_sql("SELECT sequence FROM entries") == [(2,)]


def test_a_save_after_the_hand_in_is_refused_and_shows_what_was_typed(scene: Scene) -> None:
    entry_id = scene.hand_in()
    sequence = view_entry(person=scene.teacher, entry_id=entry_id).entry.sequence
    answer = scene.save_json(entry_id, sequence, nature="Muộn")
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "entry_step_refused")
    answer = scene.visitor.post(
        f"/my/initiatives/{entry_id}", {**PLAIN_FORM, "sequence": str(sequence), "v.nature": "Viết sau khi nộp"}
    )
    assert answer.status_code == 409
    assert "Viết sau khi nộp" in answer.text


def test_nobody_hands_in_what_they_have_not_seen(scene: Scene) -> None:
    entry_id = scene.begin()
    path = f"/my/initiatives/{entry_id}"
    assert scene.save_json(entry_id, 1, **COMPLETE_VALUES).status_code == 200
    digest = find_digest(scene.visitor.get(f"{path}/check").text)
    changed = COMPLETE_VALUES | {"nature": "Đã sửa ở máy khác."}
    save_draft(person=scene.head, entry_id=entry_id, sequence=2, title="Số hóa hồ sơ", category="cchc", values=changed,
               now=scene.now)  # fmt: skip
    answer = scene.visitor.post(f"{path}/submit", {"digest": digest})
    assert answer.location == f"{path}/check?changed=1"
    assert run_sql("SELECT version FROM entries") == [(0,)]
    page = scene.visitor.get(answer.location).text
    assert "Đã sửa ở máy khác." in page
    answer = scene.visitor.post(f"{path}/submit", {"digest": find_digest(page)})
    assert answer.location.startswith(f"{path}/receipt")


def test_many_clicks_at_once_hand_in_once(app: Flask, scene: Scene) -> None:
    entry_id = scene.begin()
    scene.save_json(entry_id, 1, **COMPLETE_VALUES)
    digest = find_digest(scene.visitor.get(f"/my/initiatives/{entry_id}/check").text)
    click = partial(submit_entry, person=scene.teacher, entry_id=entry_id, now=scene.now, seen_digest=digest)
    outcomes = run_together(app, [click] * 4)
    assert len({outcome.receipt_code for outcome in outcomes if isinstance(outcome, EntryVersion)}) == 1
    assert run_sql("SELECT COUNT(*) AS number FROM entry_steps") == [(1,)]


def test_the_receipt_on_paper_and_its_public_check(scene: Scene) -> None:
    entry_id = scene.hand_in()
    version = view_entry(person=scene.teacher, entry_id=entry_id).versions[0]
    answer = scene.visitor.get(f"/my/initiatives/{entry_id}/receipt.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert version.receipt_code in text
    assert re.sub(r"\s", "", text).count(version.digest) == 1

    public = Visitor(scene.app)
    typed = version.receipt_code.lower().replace("-", " ")
    answer = public.get("/verify", query_string={"code": typed}, follow_redirects=True)
    assert answer.status_code == 200
    assert version.digest in answer.text
    for secret in (version.title, scene.teacher.name, "THPT", "Nguyễn Thị Hạnh"):
        assert secret not in answer.text
    for code in ("0000-0000-00000", "x", "'"):
        assert public.get(f"/receipts/{code}").status_code == 404
    assert scene.visitor.get(f"/my/initiatives/{entry_id}/receipt?version=2").status_code == 404


def test_a_letter_acknowledges_the_hand_in_once(scene: Scene) -> None:
    run_sql("UPDATE accounts SET email = 'gv@truong.edu.vn' WHERE id = :id RETURNING id", id=scene.teacher.id)
    entry_id = scene.hand_in()
    submit_entry(person=scene.teacher, entry_id=entry_id, now=scene.now)
    version = view_entry(person=scene.teacher, entry_id=entry_id).versions[0]
    ((kind, account_id, subject, body),) = run_sql("SELECT kind, account_id, subject, body FROM letters")
    assert (kind, account_id) == ("entry_receipt", scene.teacher.id)
    assert version.receipt_code in subject
    assert version.digest in body


def test_a_letter_tells_the_writer_that_it_came_back(scene: Scene) -> None:
    run_sql("UPDATE accounts SET email = 'gv@truong.edu.vn' WHERE id = :id RETURNING id", id=scene.teacher.id)
    scene.send_back(scene.hand_in(), "Bổ sung số liệu của năm 2021")
    ((account_id, body),) = run_sql("SELECT account_id, body FROM letters WHERE kind = 'entry_step'")
    assert account_id == scene.teacher.id
    assert "Bổ sung số liệu của năm 2021" in body


def test_remarks_and_differences_after_it_came_back(scene: Scene) -> None:
    entry_id = scene.hand_in()
    path = f"/my/initiatives/{entry_id}"
    scene.send_back(entry_id, "Bổ sung số liệu <b>năm 2021</b>")
    page = scene.visitor.get(path).text
    assert "Bổ sung số liệu &lt;b&gt;năm 2021&lt;/b&gt;" in page
    assert 'id="entry-form"' in page
    sequence = view_entry(person=scene.teacher, entry_id=entry_id).entry.sequence
    nature = COMPLETE_VALUES["nature"].replace("hai ngày", "một <i>ngày</i>")
    assert scene.save_json(entry_id, sequence, **COMPLETE_VALUES | {"nature": nature}).status_code == 200
    submit_entry(person=scene.teacher, entry_id=entry_id, now=scene.now)
    page = scene.visitor.get(f"{path}/history").text
    assert re.search(r"<ins>.*một &lt;i&gt;ngày&lt;/i&gt;", page)
    assert "<del>" in page
    assert len(view_entry(person=scene.teacher, entry_id=entry_id).changes) == 1


def test_withdrawn_with_a_reason(scene: Scene) -> None:
    entry_id = scene.hand_in()
    path = f"/my/initiatives/{entry_id}/withdraw"
    for fields, status in (
        ({"state": "submitted", "reason": " "}, 422),
        ({"state": "draft", "reason": "Nhầm"}, 409),
        ({"state": "x", "reason": "Nhầm"}, 409),
        ({"state": "submitted", "reason": "Đăng ký nhầm đơn vị"}, 303),
        ({"state": "submitted", "reason": "Đăng ký nhầm đơn vị"}, 409),
    ):
        assert scene.visitor.post(path, fields).status_code == status, fields
    assert "Đăng ký nhầm đơn vị" in scene.visitor.get(f"/my/initiatives/{entry_id}").text
    draft_id = scene.begin("Bản nháp")
    assert scene.visitor.post(f"/my/initiatives/{draft_id}/withdraw", {"state": "draft"}).status_code == 303


def test_the_check_says_when_it_is_too_late_and_keeps_the_draft(scene: Scene) -> None:
    closed = scene.add_round("da-dong", closes_at=scene.now - timedelta(hours=1))
    entry_id = scene.begin(round_id=closed.id, now=scene.now - timedelta(hours=2))
    save_draft(person=scene.teacher, entry_id=entry_id, sequence=1, title="Số hóa hồ sơ", category="cchc",
               values=COMPLETE_VALUES, now=scene.now - timedelta(hours=2))  # fmt: skip
    page = scene.visitor.get(f"/my/initiatives/{entry_id}/check")
    assert page.status_code == 200
    assert 'name="digest"' not in page.text
    answer = scene.visitor.post(f"/my/initiatives/{entry_id}/submit", {"digest": ""})
    assert answer.status_code == 409
    # What is typed after the close is still saved: a late door may follow.
    assert scene.save_json(entry_id, 2, **COMPLETE_VALUES | {"area": "Y tế"}).status_code == 200


def test_a_registered_initiative_is_gone_on_with_once(scene: Scene) -> None:
    later = scene.add_round("nop", continues="dang-ky")
    run_sql("UPDATE initiative_rounds SET code = 'dang-ky', contest_id = :contest_id WHERE id = :id RETURNING id",
            id=scene.round.id, contest_id=later.contest_id)  # fmt: skip
    registered = scene.hand_in(title="Đã đăng ký")
    new = f"/my/initiatives/new/{later.id}"
    assert "Đã đăng ký" in scene.visitor.get(new).text
    fields = {"unit": str(scene.school), "title": "Nộp", "category": "cchc", "continues": str(registered)}
    answer = scene.visitor.post(new, fields)
    assert answer.status_code == 303
    entry = view_entry(person=scene.teacher, entry_id=int(answer.location.rpartition("/")[2])).entry
    assert (entry.values, entry.continues_id) == (COMPLETE_VALUES, registered)
    assert "Đã đăng ký" not in scene.visitor.get(new).text
    # Somebody else's registered initiative is not taken over, nor one of another round.
    Visitor(scene.app, "so").post(new, {**fields, "unit": str(scene.department)})
    assert scene.visitor.post(new, {**fields, "continues": str(entry.id)}).status_code == 404
    assert scene.visitor.post(new, fields).status_code == 422
    assert run_sql("SELECT COUNT(*) AS number FROM entries") == [(2,)]


def test_two_who_go_on_with_the_same_registered_initiative(app: Flask, scene: Scene) -> None:
    later = scene.add_round("nop", continues="dang-ky")
    run_sql("UPDATE initiative_rounds SET code = 'dang-ky', contest_id = :contest_id WHERE id = :id RETURNING id",
            id=scene.round.id, contest_id=later.contest_id)  # fmt: skip
    registered = scene.hand_in()
    people = [scene.teacher, scene.head] * 2
    outcomes = run_together(
        app, [partial(scene.begin, person=each, round_id=later.id, continues_id=registered) for each in people]
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InvalidInput"] * 3 + ["int"]


def test_a_unit_that_is_not_ones_own_is_refused(scene: Scene) -> None:
    fields = {"unit": str(scene.other_school), "title": "Tên", "category": "cchc"}
    assert scene.visitor.post(f"/my/initiatives/new/{scene.round.id}", fields).status_code == 403
    assert run_sql("SELECT COUNT(*) AS number FROM entries") == [(0,)]


def test_the_list_holds_ones_own_and_those_of_the_led_unit(scene: Scene) -> None:
    stranger = add_person("nguoi-la", unit_id=scene.other_school)
    scene.hand_in(title="CUA-GIAO-VIEN")
    add_submitted(stranger, scene.round, now=scene.now, title="CUA-NGUOI-LA")
    lists = {login: Visitor(scene.app, login).get("/my/initiatives").text
             for login in ("giao-vien", "hieu-truong", "nguoi-la", "so")}  # fmt: skip
    assert {login: ("CUA-GIAO-VIEN" in page, "CUA-NGUOI-LA" in page) for login, page in lists.items()} == {
        "giao-vien": (True, False), "hieu-truong": (True, False), "nguoi-la": (False, True), "so": (False, False),
    }  # fmt: skip


def test_a_list_of_thirty_costs_what_a_list_of_one_costs(scene: Scene) -> None:
    def count(path: str) -> int:
        scene.visitor.get(path)
        with count_statements(db.engine) as statements:
            assert scene.visitor.get(path).status_code == 200
        return len(statements.work)

    scene.begin("Một")
    before = count("/my/initiatives"), count("/my")
    for number in range(29):
        scene.begin(f"Tên {number}")
    assert (count("/my/initiatives"), count("/my")) == before


def test_a_long_list_goes_on_page_by_page(scene: Scene) -> None:
    titles = [f"TEN-{number:02d}" for number in range(50)]
    for title in titles:
        scene.begin(title)
    with_head = create_entry(person=scene.head, round_id=scene.round.id, unit_id=scene.school, title="TEN-50",
                             category="cchc", now=scene.now)  # fmt: skip
    assert with_head
    head = Visitor(scene.app, "hieu-truong")
    first = head.get("/my/initiatives").text
    (before,) = re.findall(r"before=(\d+)", first)
    second = head.get(f"/my/initiatives?before={before}").text
    seen = re.findall(r"TEN-\d\d", first) + re.findall(r"TEN-\d\d", second)
    assert sorted(seen) == [*titles, "TEN-50"]


def test_the_home_page_says_how_the_round_stands(scene: Scene) -> None:
    assert scene.round.title in scene.visitor.get("/my").text
    scene.send_back(scene.hand_in())
    page = scene.visitor.get("/my").text
    assert 'href="/my/initiatives"' in page
