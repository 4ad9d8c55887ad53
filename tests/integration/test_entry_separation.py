"""Initiatives of another department stand in no byte that somebody gets who has nothing to do with them, and judges
learn nobody's name. Asked by the map of addresses, as ``test_separation`` does for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from reportlab.pdfgen.canvas import Canvas
from werkzeug.routing import Rule

from quiz_app.clock import read_now
from quiz_app.domain.initiatives.states import EntryActor, EntryState, EntryStep
from quiz_app.domain.people import Person, Role
from quiz_app.services.entry_files.attaching import Sender, attach_file
from quiz_app.services.initiatives import access as entry_access
from quiz_app.services.initiatives import create_entry, save_draft, submit_entry, take_step
from quiz_app.services.judging import assigning
from quiz_app.storage import FolderStorage
from tests.entry_factories import add_initiative_round
from tests.factories import add_person, add_unit, run_sql
from tests.integration.reading import read_parts
from tests.integration.visitor import DAY, Visitor

PREFIXES = ("/my/initiatives", "/unit/initiatives", "/judge", "/receipts", "/entry-files", "/initiatives")
AUTHOR, UNIT, TITLE, FILE = "Kvyxztacgia Hiền", "Bệnh viện Kvyxzdonvi", "Kvyxztieude khám bệnh", "kvyxztep.pdf"
MARK = re.compile(rb"kvyxz[a-z]+", re.IGNORECASE)
OF_THE_ENTRY = re.compile(rb"kvyxz(tacgia|tieude|tep|dangnhap)", re.IGNORECASE)
PERSONAL = re.compile(rb"kvyxz(tacgia|donvi|tep|dangnhap)", re.IGNORECASE)
"""What says whose it is: judges of a blind round read titles and texts, and none of these."""


class Scene:
    """Two departments with a unit each; an entry of each unit that is judged, each by a judge of its own."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        self.storage = app.extensions["storage"] = FolderStorage(folder)
        self.now = read_now()
        self.round = add_initiative_round(
            opens_at=self.now - DAY, closes_at=self.now + DAY, judging_closes_at=self.now + 3 * DAY
        )
        self.organiser = add_person("ban-to-chuc", roles=[Role.ORGANISER])
        # Judges of no unit: a judge of the same department is nobody's judge there.
        self.judges = [add_person(f"giam-khao-{name}", roles=[Role.JUDGE]) for name in "ab"]
        education, health = add_unit("SGD", kind="department"), add_unit("SYT", kind="department")
        school, hospital = add_unit("THPT", parent_id=education), add_unit("BV", name=UNIT, parent_id=health)
        self.leads = {
            login: add_person(login, unit_id=unit, roles=[Role.UNIT_LEAD], led_unit_id=unit)
            for login, unit in (("sgd", education), ("syt", health), ("thpt", school), ("kvyxzdangnhap", hospital))
        }
        teacher = add_person("giao-vien", unit_id=school)
        add_person("dong-nghiep", unit_id=hospital)
        doctor = add_person("bac-si", name=AUTHOR, unit_id=hospital)
        self.of_a = self._add_entry(teacher, "Nguyễn Thị Hạnh", "Thư viện số", "tep.pdf", self.leads["sgd"], 0)
        self.of_b = self._add_entry(doctor, AUTHOR, TITLE, FILE, self.leads["syt"], 1)
        self.outsiders = {
            name: Visitor(app, login)
            for name, login in (
                ("nobody", None), ("teacher", "giao-vien"), ("lead of a", "thpt"), ("department of a", "sgd"),
                ("judge of a", "giam-khao-a"), ("colleague", "dong-nghiep"),
            )
        }  # fmt: skip
        self.insiders = {
            name: Visitor(app, login)
            for name, login in (("author", "bac-si"), ("lead of b", "kvyxzdangnhap"), ("department of b", "syt"))
        }
        self.judge = Visitor(app, "giam-khao-b")

    def _add_entry(
        self, person: Person, author: str, title: str, file_name: str, department: Person, judge: int
    ) -> dict[str, Any]:
        assert person.unit_id is not None
        entry_id = create_entry(
            person=person, round_id=self.round.id, unit_id=person.unit_id, title=title, category="cchc", now=self.now
        )
        values = {
            "authors": [{"name": author, "share": "100"}],
            "nature": f"{title}: do {author} của {UNIT if judge else 'Trường'} thực hiện từ năm 2021.",
        }
        save_draft(
            person=person, entry_id=entry_id, sequence=1, title=title, category="cchc", values=values, now=self.now
        )
        sender = Sender(person, entry_id, "papers", file_name)
        content = make_pdf(f"{author} {file_name}")
        file = attach_file(sender, content, storage=self.storage, is_scanned=False, now=self.now)
        receipt = submit_entry(person=person, entry_id=entry_id, now=self.now)
        for who, step, state in (
            (department, EntryStep.FORWARD, EntryState.SUBMITTED),
            (self.organiser, EntryStep.ADMIT, EntryState.FORWARDED),
        ):
            take_step(person=who, entry_id=entry_id, step=step, seen_state=state, reason="", now=self.now)
        assigning.assign_one(organiser=self.organiser, entry_id=entry_id, judge_id=self.judges[judge].id, now=self.now)
        ((judgement_id,),) = run_sql("SELECT id FROM judgements WHERE entry_id = :id", id=entry_id)
        return {
            "entry_id": entry_id, "other_id": entry_id, "file_id": file.id, "judgement_id": judgement_id,
            "round_id": self.round.id, "code": receipt.receipt_code, "prize_id": 1, "field": "papers",
        }  # fmt: skip

    def list_asked(self) -> Iterator[tuple[str, Rule, str]]:
        """Every address with each object of both units, and the other unit's in second place; pages first."""
        rules = [rule for rule in self.app.url_map.iter_rules() if str(rule).startswith(PREFIXES)]
        mixed = self.of_a | {name: self.of_b[name] for name in ("file_id", "other_id")}
        for method in ("GET", "POST"):
            for rule in rules:
                if method not in (rule.methods or ()):
                    continue
                for values in (self.of_b, mixed):
                    assert rule.arguments <= set(values), f"{rule} has an argument that this test has no object for"
                    with self.app.test_request_context():
                        path = self.app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
                    yield method, rule, path
                    if method == "GET" and not rule.arguments - {"round_id"}:
                        yield method, rule, f"{path}?q=kvyxz&unit={values['entry_id']}&state=admitted"


def make_pdf(text: str) -> BytesIO:
    """A page with a text, and an author in its properties."""
    content = BytesIO()
    page = Canvas(content)
    page.setAuthor(text)
    page.drawString(72, 720, text)
    page.save()
    content.seek(0)
    return content


@pytest.fixture
def scene(app: Flask, tmp_path: Path) -> Scene:
    return Scene(app, tmp_path)


FORM: dict[str, str] = {
    "sequence": "99", "title": "Chiếm", "category": "cchc", "step": "withdraw", "state": "admitted", "reason": "Thử",
    "mark-novelty": "1", "mark-effect": "1", "field": "papers",
}  # fmt: skip


def find_leaks(scene: Scene, name: str, visitor: Visitor, marks: re.Pattern[bytes]) -> list[str]:
    """Where this visitor meets a mark."""
    leaks = []
    for method, _, path in scene.list_asked():
        answer = visitor.get(path) if method == "GET" else visitor.post(path, dict(FORM))
        assert answer.status_code < 500, (name, path)
        parts = [*read_parts(answer.data), unquote(str(answer.headers)).encode()]
        found = {mark for part in parts for mark in marks.findall(part)} - {b"kvyxz"}
        leaks += [f"{name}: {method} {path}: {mark!r}" for mark in found]
    return leaks


def read_everything(scene: Scene) -> list[Any]:
    """What the other unit has, as it is stored."""
    return [
        *run_sql("SELECT title, state, sequence, version FROM entries WHERE id = :id", id=scene.of_b["entry_id"]),
        *run_sql("SELECT name, removed_at FROM entry_files WHERE entry_id = :id", id=scene.of_b["entry_id"]),
        *run_sql("SELECT state, marks, sequence FROM judgements WHERE entry_id = :id", id=scene.of_b["entry_id"]),
    ]


def test_nobody_outside_sees_or_changes_an_initiative(scene: Scene) -> None:
    before = read_everything(scene)
    for name, visitor in scene.outsiders.items():
        # A colleague of the author sees the name of their own unit, as everybody does, and nothing of the initiative.
        marks = OF_THE_ENTRY if name == "colleague" else MARK
        assert find_leaks(scene, name, visitor, marks) == []
    assert read_everything(scene) == before


def test_those_who_have_to_do_with_it_see_it(scene: Scene) -> None:
    """Otherwise the pages above would prove nothing by being empty."""
    for name, visitor in scene.insiders.items():
        assert any("GET" in leak for leak in find_leaks(scene, name, visitor, MARK)), name


def test_a_judge_of_a_blind_round_reads_the_title_and_nobodys_name(scene: Scene) -> None:
    path = f"/judge/sheets/{scene.of_b['judgement_id']}"
    page = scene.judge.get(path)
    assert page.status_code == 200
    assert "khám bệnh" in page.text
    assert find_leaks(scene, "judge of b", scene.judge, PERSONAL) == []


def test_a_leak_that_is_planted_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(entry_access, "find_actors", lambda *_args, **_named: frozenset(EntryActor))
    leaks = " ".join(find_leaks(scene, "teacher", scene.outsiders["teacher"], MARK))
    assert "/my/initiatives/" in leaks
    assert "/entry-files/" in leaks
