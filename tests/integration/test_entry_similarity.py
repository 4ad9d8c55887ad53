"""Near-duplicates: texts of forms and files, what is compared with what, and who is shown which words."""

from __future__ import annotations

import hashlib
import html
import io
from functools import partial
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from flask import Flask
from reportlab.pdfgen.canvas import Canvas

from quiz_app.clock import read_now
from quiz_app.domain.initiatives.entries import ScanState
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.initiatives.states import EntryState, EntryStep
from quiz_app.domain.jobs import JobKind, JobState
from quiz_app.domain.people import Person, Role
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.initiatives.similar import SimilarPair
from quiz_app.persistence.session import transaction
from quiz_app.services.entry_files.contents import make_key
from quiz_app.services.initiatives import save_draft, similarity, submit_entry, take_step, view_entry
from quiz_app.services.initiatives.pdf_texts import read_pdf_text
from quiz_app.services.job_running import run_next_job
from quiz_app.services.jobs import list_jobs
from tests.entry_factories import COMPLETE_VALUES, add_draft, add_initiative_round, add_submitted
from tests.factories import add_person, add_unit, run_sql
from tests.integration.threads import run_together
from tests.integration.visitor import DAY, Visitor
from tests.unit.test_entry_likeness import make_text


class Scene:
    """Two departments with a school each, and a round whose texts may be long."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.storage = app.extensions["storage"]
        self.now = read_now()
        self.department = add_unit("SGD", kind="department")
        self.school = add_unit("THPT", parent_id=self.department)
        self.other_department = add_unit("SYT", kind="department")
        self.hospital = add_unit("BV", parent_id=self.other_department)
        self.teacher = add_person("giao-vien", unit_id=self.school)
        self.colleague = add_person("dong-nghiep", unit_id=self.school)
        self.doctor = add_person("bac-si", unit_id=self.hospital)
        self.lead = add_person("so", unit_id=self.department, roles=[Role.UNIT_LEAD], led_unit_id=self.department)
        self.organiser = add_person("ban-to-chuc", roles=[Role.ORGANISER])
        self.round = self.add_round("sang-kien")

    def add_round(self, code: str, **changes: Any) -> InitiativeRound:
        return add_initiative_round(code, **{"opens_at": self.now - DAY, "closes_at": self.now + DAY, **changes})

    def hand_in(
        self, person: Person, text: str, *, title: str = "Sáng kiến", round_: InitiativeRound | None = None
    ) -> int:
        entry_id = add_draft(person, round_ or self.round, title=title, now=self.now)
        self.attach(entry_id, person, "mo-ta.docx", make_docx(text))
        submit_entry(person=person, entry_id=entry_id, now=self.now)
        return entry_id

    def attach(
        self, entry_id: int, person: Person, name: str, content: bytes, scan: ScanState = ScanState.CLEAN
    ) -> None:
        digest = hashlib.sha256(content).hexdigest()
        self.storage.write_file(make_key(digest), content)
        with transaction() as work:
            files_store.add_file(
                work, entry_id=entry_id, field="papers", name=name, kind=name.rpartition(".")[2], size=len(content),
                digest=digest, scan=scan, added_by_id=person.id, now=self.now,
            )  # fmt: skip

    def run_jobs(self) -> None:
        while run_next_job(storage=self.storage, make_context=self.app.app_context, read_now=read_now):
            pass
        assert {row[0] for row in run_sql("SELECT state FROM jobs")} <= {str(JobState.DONE)}


@pytest.fixture
def scene(app: Flask) -> Scene:
    return Scene(app)


def make_docx(text: str) -> bytes:
    document = Document()
    document.add_paragraph(text)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def make_pdf(text: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    words = text.split()
    for start in range(0, len(words), 12):
        canvas.drawString(40, 800 - 12 * (start // 12 % 60), " ".join(words[start : start + 12]))
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def make_pptx(text: str) -> bytes:
    namespace = "http://schemas.openxmlformats.org/drawingml/2006/main"
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as package:
        package.writestr(
            "ppt/slides/slide1.xml", f'<s xmlns:a="{namespace}"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></s>'
        )
    return buffer.getvalue()


def list_pairs() -> dict[tuple[int, int], int]:
    return {(row[0], row[1]): row[2] for row in run_sql("SELECT entry_id, other_id, share FROM similar_entries")}


def test_a_copy_is_found_and_told_of_the_later_one(scene: Scene) -> None:
    text = make_text(1, 600)
    first = scene.hand_in(scene.teacher, text)
    scene.hand_in(scene.colleague, make_text(2, 600))
    copy = scene.hand_in(scene.doctor, text + " " + make_text(3, 200))
    assert run_sql("SELECT kind, state FROM jobs") == [(str(JobKind.READ_ENTRY), str(JobState.QUEUED))] * 3
    organiser = add_person("xem-viec", roles=[Role.ORGANISER])
    assert list_jobs(person=organiser) == [], "nobody has asked for it"
    run_sql(
        "UPDATE jobs SET state = 'failed', finished_at = created_at, message = 'x' "
        "WHERE id = (SELECT MIN(id) FROM jobs) RETURNING id"
    )
    assert [job.kind for job in list_jobs(person=organiser)] == [JobKind.READ_ENTRY]
    run_sql("UPDATE jobs SET state = 'queued', finished_at = NULL, message = NULL WHERE state = 'failed' RETURNING id")
    scene.run_jobs()
    ((pair, share),) = list_pairs().items()
    assert pair == (copy, first)
    assert 7000 < share < 7800


def test_texts_are_read_from_every_kind_of_file(scene: Scene) -> None:
    entry_id = add_draft(scene.teacher, scene.round, now=scene.now)
    texts = {name: make_text(seed, 60) for seed, name in enumerate(("a.docx", "b.pdf", "c.pptx"))}
    for name, make in (("a.docx", make_docx), ("b.pdf", make_pdf), ("c.pptx", make_pptx)):
        scene.attach(entry_id, scene.teacher, name, make(texts[name]))
    scene.attach(entry_id, scene.teacher, "scan.pdf", make_pdf(""))
    scene.attach(entry_id, scene.teacher, "anh.png", b"\x89PNG")
    scene.attach(entry_id, scene.teacher, "hong.docx", b"PK not a package")
    scene.attach(entry_id, scene.teacher, "do.docx", make_docx(make_text(9, 50)), ScanState.WAITING)
    submit_entry(person=scene.teacher, entry_id=entry_id, now=scene.now)
    # The scanner found it only after the hand-in.
    run_sql("UPDATE entry_files SET scan = 'infected' WHERE name = 'do.docx' RETURNING id")
    scene.run_jobs()
    ((content, unread),) = run_sql("SELECT content, unread_files FROM entry_texts")
    read = " ".join(content.split())
    for text in texts.values():
        assert text in read
    assert unread == '["scan.pdf","anh.png","hong.docx","do.docx"]'
    assert COMPLETE_VALUES["nature"] in content
    # Names of authors make nothing alike.
    assert "Nguyễn Thị Hạnh" not in content


def test_a_damaged_or_endless_pdf_has_no_text() -> None:
    assert read_pdf_text(b"%PDF-1.4 nothing") is None
    assert read_pdf_text(make_pdf(make_text(1, 80))) is not None


def test_the_page_of_an_entry_says_how_far_the_comparison_is(scene: Scene) -> None:
    entry_id = scene.hand_in(scene.teacher, make_text(1, 200))
    visitor = Visitor(scene.app, "so")
    visitor.client.set_cookie("language", "en")
    assert "still being compared" in visitor.get(f"/unit/initiatives/{entry_id}").text
    scene.run_jobs()
    assert "Nothing like it was found" in visitor.get(f"/unit/initiatives/{entry_id}").text


def test_what_is_compared_with_what(scene: Scene) -> None:
    text = make_text(1, 400)
    registered = scene.hand_in(scene.teacher, text)
    continued = scene.hand_in(scene.teacher, text)
    run_sql("UPDATE entries SET continues_id = :first WHERE id = :id RETURNING id", first=registered, id=continued)
    withdrawn = scene.hand_in(scene.doctor, text)
    take_step(person=scene.doctor, entry_id=withdrawn, step=EntryStep.WITHDRAW, seen_state=EntryState.SUBMITTED,
              reason="Nhầm", now=scene.now)  # fmt: skip
    again = scene.hand_in(scene.doctor, text)
    scene.run_jobs()
    pairs = set(list_pairs())
    assert (again, withdrawn) not in pairs
    assert (continued, registered) not in pairs
    assert {(again, registered), (again, continued)} <= pairs


def test_only_named_contests_are_earlier_ones_where_any_is_named(scene: Scene) -> None:
    text = make_text(1, 400)
    unnamed = scene.hand_in(scene.teacher, text, round_=scene.add_round("cu"))
    named = scene.hand_in(scene.teacher, text, round_=scene.add_round("moi"))
    scene.run_jobs()
    round_ = scene.add_round("nay", compares_with=("cuoc-thi-moi",))
    entry_id = scene.hand_in(scene.doctor, text, round_=round_)
    scene.run_jobs()
    pairs = set(list_pairs())
    assert (entry_id, named) in pairs
    assert (entry_id, unnamed) not in pairs


def test_a_new_version_is_compared_anew(scene: Scene) -> None:
    text = make_text(1, 400)
    first = scene.hand_in(scene.teacher, text)
    copy = scene.hand_in(scene.colleague, text)
    scene.run_jobs()
    assert set(list_pairs()) == {(copy, first)}
    take_step(person=scene.lead, entry_id=copy, step=EntryStep.RETURN, seen_state=EntryState.SUBMITTED,
              reason="Trùng", now=scene.now)  # fmt: skip
    page = view_entry(person=scene.colleague, entry_id=copy)
    with transaction() as work:
        files_store.remove_file(work, page.files[0].id, scene.now)
    save_draft(person=scene.colleague, entry_id=copy, sequence=page.entry.sequence, title="Khác", category="cchc",
               values=COMPLETE_VALUES | {"nature": make_text(7, 150)}, now=scene.now)  # fmt: skip
    submit_entry(person=scene.colleague, entry_id=copy, now=scene.now)
    scene.run_jobs()
    assert list_pairs() == {}


def test_two_handed_in_at_the_same_moment_find_each_other(scene: Scene) -> None:
    text = make_text(1, 400)
    ids = [scene.hand_in(person, text) for person in (scene.teacher, scene.doctor)]
    run = partial(run_next_job, storage=scene.storage, make_context=scene.app.app_context, read_now=read_now)
    assert run_together(scene.app, [run, run]) == [True, True]
    ((pair, share),) = list_pairs().items()
    assert (set(pair), share) == (set(ids), 10_000)


def test_a_comparison_that_ends_later_takes_nothing_away(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first looks while there is nothing, the second finds the first, then the first writes what it found."""
    text = make_text(1, 400)
    ids = [scene.hand_in(person, text) for person in (scene.teacher, scene.doctor)]
    find, run = (
        similarity.find_similar,
        partial(run_next_job, storage=scene.storage, make_context=scene.app.app_context, read_now=read_now),
    )

    def find_slowly(**asked: Any) -> list[SimilarPair]:
        found = find(**asked)
        if asked["entry_id"] == ids[0]:
            assert run()
        return found

    monkeypatch.setattr(similarity, "find_similar", find_slowly)
    assert run()
    assert list_pairs() == {(ids[1], ids[0]): 10_000}


def test_what_was_found_in_a_text_that_is_replaced_is_not_kept(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    text = make_text(1, 400)
    first = scene.hand_in(scene.teacher, text)
    scene.run_jobs()
    scene.hand_in(scene.doctor, text)
    find = similarity.find_similar

    def find_and_replace(**asked: Any) -> list[SimilarPair]:
        found = find(**asked)
        assert found
        run_sql("UPDATE entry_texts SET version = 2 WHERE entry_id = :id RETURNING version", id=first)
        return found

    monkeypatch.setattr(similarity, "find_similar", find_and_replace)
    scene.run_jobs()
    assert list_pairs() == {}


def test_a_department_sees_of_another_only_what_both_have(scene: Scene) -> None:
    text, secret = make_text(1, 300), "Bí mật <của> bệnh viện"
    foreign = scene.hand_in(scene.doctor, f"{secret} {make_text(5, 30)} {text}", title="Tên bí mật")
    entry_id = scene.hand_in(scene.teacher, f"<script>alert(1)</script> {text}")
    same = scene.hand_in(scene.colleague, text, title="Cùng sở")
    scene.run_jobs()
    lead, organiser = Visitor(scene.app, "so"), Visitor(scene.app, "ban-to-chuc")
    for visitor in (lead, organiser):
        visitor.client.set_cookie("language", "en")
    page = lead.get(f"/unit/initiatives/{entry_id}").text
    assert "An initiative of another department" in page
    assert "Cùng sở" in page
    assert "Tên bí mật" not in page
    side = lead.get(f"/unit/initiatives/{entry_id}/similar/{foreign}")
    assert side.status_code == 200
    shown = html.unescape(side.text)
    assert "bệnh viện" not in shown
    assert "Tên bí mật" not in shown
    assert make_text(5, 30)[-20:] not in shown
    assert text[:60] in shown
    assert "<script>alert" not in side.text
    assert "Cùng sở" in lead.get(f"/unit/initiatives/{entry_id}/similar/{same}").text
    side = organiser.get(f"/organiser/entries/{entry_id}/similar/{foreign}").text
    assert "Tên bí mật" in side
    assert "bệnh viện" in side
    assert "<của>" not in side
    # Nothing but pairs that were found can be laid side by side.
    alone = add_submitted(scene.teacher, scene.round, now=scene.now)
    assert organiser.get(f"/organiser/entries/{entry_id}/similar/{alone}").status_code == 404
    assert lead.get(f"/unit/initiatives/{foreign}/similar/{entry_id}").status_code == 404
