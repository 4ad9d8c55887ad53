"""Files of initiatives: attached whole or in parts, or not at all; taken off; given to those who may have them."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.errors import InvalidInput, NotFound, Refusal, StorageUnavailable
from quiz_app.domain.initiatives.entries import FileAlreadyThere, ScanState, TooManyFiles
from quiz_app.domain.initiatives.file_rules import (
    FileInfected,
    FileNotScanned,
    FileTooLarge,
    PartMisplaced,
    WrongEntryFile,
)
from quiz_app.domain.initiatives.rounds import FileKind, FileRules
from quiz_app.domain.initiatives.states import EntryState, EntryStep, EntryStepRefused
from quiz_app.domain.people import Person, Role
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.session import transaction
from quiz_app.services.entry_files import attaching, serving
from quiz_app.services.entry_files.contents import make_key
from quiz_app.services.initiatives import submit_entry, take_step, view_entry
from quiz_app.storage import FolderStorage
from quiz_app.web.admission_gate import RequestClass
from tests.entry_factories import add_draft, add_initiative_round
from tests.factories import MIDDLE, add_person, add_unit, run_sql
from tests.integration.threads import run_together
from tests.integration.visitor import DAY, Visitor

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def make_pdf(text: str = "Minh chứng", size: int = 0) -> bytes:
    """A file that the check takes for a PDF, of so many bytes at least."""
    padding = b"% " + b"x" * max(0, size - 200) + b"\n"
    return b"%PDF-1.4\n" + padding + f"% {text}\n".encode() + b"1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"


class Scene:
    """A round of small files, a department with a school, its teacher and lead; a storage of the test's own."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.storage = FolderStorage(folder)
        self.folder = folder
        app.extensions["storage"] = self.storage
        self.department = add_unit("SGD", kind="department")
        self.school = add_unit("THPT", parent_id=self.department)
        self.teacher = add_person("giao-vien", unit_id=self.school)
        self.head = add_person("hieu-truong", unit_id=self.school, roles=[Role.UNIT_LEAD], led_unit_id=self.school)
        self.colleague = add_person("dong-nghiep", unit_id=self.school)
        self.appraiser = add_person("so", unit_id=self.department, roles=[Role.UNIT_LEAD], led_unit_id=self.department)
        self.organiser = add_person("ban-to-chuc", roles=[Role.ORGANISER])
        self.judge = add_person("giam-khao", roles=[Role.JUDGE])
        self.now = read_now()
        self.round = add_initiative_round(
            opens_at=self.now - DAY, closes_at=self.now + DAY,
            files=FileRules(kinds=(FileKind.DOCX, FileKind.PDF, FileKind.PNG), largest_bytes=100_000, most_files=3),
        )  # fmt: skip
        self.entry_id = add_draft(self.teacher, self.round, now=self.now)

    def attach(
        self, content: bytes, name: str = "Minh chứng.pdf", *, person: Person | None = None, is_scanned: bool = False
    ) -> int:
        return attaching.attach_file(
            self.sender(name, person), io.BytesIO(content), storage=self.storage, is_scanned=is_scanned, now=self.now
        ).id

    def sender(self, name: str = "Minh chứng.pdf", person: Person | None = None, field: str = "papers") -> Any:
        return attaching.Sender(person or self.teacher, self.entry_id, field, name)

    def attach_part(self, part: bytes, offset: int, total: int, token: str = "a" * 32, **changes: Any) -> Any:
        return attaching.attach_part(
            self.sender(**changes), io.BytesIO(part), token=token, offset=offset, total=total, storage=self.storage,
            is_scanned=False, now=self.now,
        )  # fmt: skip

    def list_contents(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())

    def names(self) -> list[str]:
        return [file.name for file in view_entry(person=self.teacher, entry_id=self.entry_id).files]


@pytest.fixture
def scene(app: Flask, tmp_path: Path) -> Scene:
    return Scene(app, tmp_path / "files")


def test_a_file_is_kept_under_its_digest_and_handed_in_with_the_entry(scene: Scene) -> None:
    content = make_pdf()
    scene.attach(content)
    digest = hashlib.sha256(content).hexdigest()
    assert scene.storage.read_file(make_key(digest)) == content
    assert scene.list_contents() == [digest]
    version = submit_entry(person=scene.teacher, entry_id=scene.entry_id, now=scene.now)
    assert [(file.name, file.size, file.digest) for file in version.files] == [("Minh chứng.pdf", len(content), digest)]
    with pytest.raises(EntryStepRefused):
        scene.attach(PNG, "Ảnh.png")
    with pytest.raises(EntryStepRefused):
        attaching.remove_file(person=scene.teacher, entry_id=scene.entry_id, file_id=version.files[0].id, now=scene.now)


@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (make_pdf(size=101_000), "Lớn.pdf", FileTooLarge),
        (b"", "Rỗng.pdf", WrongEntryFile),
        (PNG, "Ảnh.pdf", WrongEntryFile),
        (make_pdf(), "Văn bản.docx", WrongEntryFile),
        (make_pdf(), "khong-duoi", WrongEntryFile),
        (make_pdf() + b"\n<< /JavaScript (app.alert) >>", "Mã.pdf", WrongEntryFile),
        (make_pdf(), "\u202e.pdf", InvalidInput),
        (make_pdf(), "..\\..\\.pdf", InvalidInput),
    ],
)
def test_what_is_refused_leaves_nothing(scene: Scene, content: bytes, name: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        scene.attach(content, name)
    assert scene.list_contents() == []
    assert scene.names() == []


def test_names_are_cleaned(scene: Scene) -> None:
    scene.attach(make_pdf("1"), "C:\\Tài liệu\\Minh\u202e chứng\x00 <1>.PDF")
    scene.attach(make_pdf("2"), "../../" + "dài " * 100 + ".pdf")
    scene.attach(make_pdf("3"), "con.pdf")
    names = scene.names()
    assert names[0] == "Minh chứng 1.PDF"
    assert len(names[1]) <= 200
    assert names[1].startswith("dài dài")
    assert names[1].endswith(".pdf")
    assert names[2] == "_con.pdf"


def test_the_same_content_twice_and_one_too_many(scene: Scene) -> None:
    scene.attach(make_pdf("1"))
    with pytest.raises(FileAlreadyThere) as refusal:
        scene.attach(make_pdf("1"), "Tên khác.pdf")
    assert refusal.value.name == "Minh chứng.pdf"
    scene.attach(make_pdf("2"))
    third = scene.attach(make_pdf("3"))
    with pytest.raises(TooManyFiles):
        scene.attach(make_pdf("4"))
    attaching.remove_file(person=scene.head, entry_id=scene.entry_id, file_id=third, now=scene.now)
    attaching.remove_file(person=scene.head, entry_id=scene.entry_id, file_id=third, now=scene.now)
    scene.attach(make_pdf("3"), "Lại.pdf")
    assert scene.names()[-1] == "Lại.pdf"


def test_two_at_once_get_one_place(app: Flask, scene: Scene) -> None:
    for number in range(2):
        scene.attach(make_pdf(str(number)))
    outcomes = run_together(app, [lambda n=number: scene.attach(make_pdf(f"x{n}")) for number in range(4)])
    assert len([outcome for outcome in outcomes if isinstance(outcome, TooManyFiles)]) == 3
    assert len(scene.names()) == 3


def test_the_same_file_at_once_is_attached_once(app: Flask, scene: Scene) -> None:
    outcomes = run_together(app, [lambda: scene.attach(make_pdf("gấp đôi"))] * 4)
    assert len([outcome for outcome in outcomes if isinstance(outcome, FileAlreadyThere)]) == 3
    assert len(scene.list_contents()) == 1


class Broken(io.BytesIO):
    """A connection that breaks after so many bytes."""

    def __init__(self, content: bytes, after: int) -> None:
        super().__init__(content)
        self.after = after

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= self.after:
            raise RuntimeError("the connection broke")
        return super().read(min(1000, self.after - self.tell()))


def test_an_upload_cut_at_half_leaves_nothing(scene: Scene) -> None:
    content = make_pdf(size=50_000)
    with pytest.raises(RuntimeError, match="broke"):
        attaching.attach_file(
            scene.sender(), Broken(content, 25_000), storage=scene.storage, is_scanned=False, now=scene.now
        )
    assert scene.list_contents() == []
    assert run_sql("SELECT 1 AS one FROM entry_files") == []


def test_parts_are_joined_however_often_they_are_sent(scene: Scene) -> None:
    content = make_pdf(size=50_000)
    total = len(content)
    assert scene.attach_part(content[:20_000], 0, total) == 20_000
    with pytest.raises(PartMisplaced) as refusal:
        scene.attach_part(content[30_000:], 30_000, total)
    assert refusal.value.received == 20_000
    # The answer of the second part was lost, and half of it had been written.
    assert scene.attach_part(content[20_000:35_000], 20_000, total) == 35_000
    assert scene.attach_part(content[20_000:40_000], 20_000, total) == 40_000
    file = scene.attach_part(content[40_000:], 40_000, total)
    assert (file.size, file.digest) == (total, hashlib.sha256(content).hexdigest())
    assert scene.list_contents() == [file.digest]


def test_parts_of_others_never_meet_and_none_exceeds_what_was_announced(scene: Scene) -> None:
    content = make_pdf(size=5_000)
    scene.attach_part(content[:2_000], 0, 5_000)
    with pytest.raises(PartMisplaced):
        scene.attach_part(content[2_000:], 2_000, 5_000, person=scene.head)
    with pytest.raises(FileTooLarge):
        scene.attach_part(content, 2_000, 5_000)
    with pytest.raises(FileTooLarge):
        scene.attach_part(b"x", 0, 100_001)
    with pytest.raises(NotFound):
        scene.attach_part(b"x", 0, 10, person=scene.colleague)


def test_a_disk_that_is_full_is_told_as_such(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FolderStorage, "adopt_file", fail)
    with pytest.raises(StorageUnavailable):
        scene.attach(make_pdf())
    assert scene.list_contents() == []
    assert scene.names() == []


def test_who_is_given_a_file(scene: Scene) -> None:
    first = scene.attach(make_pdf("1"), "Một.pdf")
    for person in (scene.teacher, scene.head):
        assert serving.open_file(person=person, file_id=first).name == "Một.pdf"
    others = (scene.appraiser, scene.organiser, scene.colleague, scene.judge)
    for person in others:
        with pytest.raises(NotFound):
            serving.open_file(person=person, file_id=first)
    submit_entry(person=scene.teacher, entry_id=scene.entry_id, now=scene.now)
    for person in (scene.appraiser, scene.organiser):
        assert serving.open_file(person=person, file_id=first).name == "Một.pdf"
    for person in (scene.colleague, scene.judge):
        with pytest.raises(NotFound):
            serving.open_file(person=person, file_id=first)
    take_step(person=scene.appraiser, entry_id=scene.entry_id, step=EntryStep.RETURN, seen_state=EntryState.SUBMITTED,
              reason="Bổ sung", now=scene.now)  # fmt: skip
    attaching.remove_file(person=scene.teacher, entry_id=scene.entry_id, file_id=first, now=scene.now)
    second = scene.attach(make_pdf("2"), "Hai.pdf")
    # What was handed in stays to be seen; what has been added since is the unit's own.
    assert serving.open_file(person=scene.appraiser, file_id=first).name == "Một.pdf"
    with pytest.raises(NotFound):
        serving.open_file(person=scene.appraiser, file_id=second)
    attaching.remove_file(person=scene.teacher, entry_id=scene.entry_id, file_id=second, now=scene.now)
    with pytest.raises(NotFound):
        serving.open_file(person=scene.teacher, file_id=second)


def test_what_the_scanner_says_holds_for_everybody(scene: Scene) -> None:
    content = make_pdf()
    file_id = scene.attach(content, is_scanned=True)
    submit_entry(person=scene.teacher, entry_id=scene.entry_id, now=scene.now)
    assert serving.open_file(person=scene.teacher, file_id=file_id).scan is ScanState.WAITING
    with pytest.raises(FileNotScanned):
        serving.open_file(person=scene.organiser, file_id=file_id)
    with transaction() as work:
        files_store.set_scan(work, digest=hashlib.sha256(content).hexdigest(), scan=ScanState.INFECTED)
    for person in (scene.teacher, scene.organiser):
        with pytest.raises(FileInfected):
            serving.open_file(person=person, file_id=file_id)


def test_over_http_in_parts_and_back(app: Flask, scene: Scene) -> None:
    visitor = Visitor(app, "giao-vien")
    token = visitor.read_token()
    content = make_pdf(size=60_000)
    address = f"/my/initiatives/{scene.entry_id}/files"

    def send(part: bytes, offset: int, **changes: str) -> Any:
        query = {"field": "papers", "name": "Minh chứng số 1.pdf", "token": "b" * 32, "offset": str(offset),
                 "total": str(len(content)), **changes}  # fmt: skip
        headers = {"X-CSRFToken": token, "Accept": "application/json"}
        return visitor.ask(
            "POST", address, query_string=query, data=part, content_type="application/octet-stream", headers=headers
        )

    assert send(content[:30_000], 0).json == {"received": 30_000}
    assert send(content[40_000:], 40_000).json["received"] == 30_000
    answer = send(content[30_000:], 30_000)
    assert answer.json["received"] == len(content)
    assert "Minh chứng số 1.pdf" in answer.json["files"]
    assert send(b"MZ" + b"x" * 58_000, 0, name="virus.exe").status_code == 422
    assert send(b"x", 0, total="100001").status_code == 413
    assert send(b"x", 0, field="authors").status_code == 422
    assert send(b"x", 0, token="../../x").status_code == 422
    assert send(b"x" * (2 * 1024 * 1024 + 70_000), 0).status_code == 413
    file_id = view_entry(person=scene.teacher, entry_id=scene.entry_id).files[0].id
    answer = visitor.get(f"/entry-files/{file_id}")
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''Minh%20ch" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    removal = visitor.ask(
        "POST", f"{address}/{file_id}/remove", query_string={"field": "papers"},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
    )  # fmt: skip
    assert "Minh chứng" not in removal.json["files"]
    assert visitor.get(f"/entry-files/{file_id}").status_code == 404


def test_without_a_script_the_texts_are_saved_with_the_files(app: Flask, scene: Scene) -> None:
    visitor = Visitor(app, "giao-vien")
    token = visitor.read_token()
    address = f"/my/initiatives/{scene.entry_id}"
    entry = view_entry(person=scene.teacher, entry_id=scene.entry_id).entry

    def save(files: list[tuple[bytes, str]], then: str = "stay", **changes: str) -> Any:
        sequence = view_entry(person=scene.teacher, entry_id=scene.entry_id).entry.sequence
        data: dict[str, Any] = {
            "csrf_token": token, "sequence": str(sequence), "title": entry.title, "category": "cchc", "then": then,
            "file.papers": [(io.BytesIO(content), name) for content, name in files], **changes,
        }  # fmt: skip
        return visitor.ask("POST", address, data=data, content_type="multipart/form-data")

    answer = save([(make_pdf("1"), "Một.pdf"), (PNG, "Sai.pdf")], title="Tên mới")
    assert (answer.status_code, answer.location) == (303, f"{address}#f-papers")
    page = view_entry(person=scene.teacher, entry_id=scene.entry_id)
    assert (page.entry.title, [file.name for file in page.files]) == ("Tên mới", ["Một.pdf"])
    assert "Sai.pdf" in visitor.get(address).text
    answer = save([], then=f"remove.{page.files[0].id}")
    assert answer.status_code == 303
    assert scene.names() == []
    # Told by its length alone, before any of it is read.
    answer = visitor.ask("POST", address, data=b"x" * 5_000_000, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_a_process_takes_a_few_uploads_at_a_time(app: Flask, scene: Scene) -> None:
    visitor = Visitor(app, "giao-vien")
    token = visitor.read_token()
    gate = app.extensions["admission"].gate
    taken = 0
    while gate.enter(RequestClass.FILES, patience=0) is None:
        taken += 1
    query = {"field": "papers", "name": "a.pdf", "token": "c" * 32, "offset": "0", "total": "10"}
    address = f"/my/initiatives/{scene.entry_id}/files"

    def send() -> Any:
        headers = {"X-CSRFToken": token, "Accept": "application/json"}
        return visitor.ask("POST", address, query_string=query, data=b"x", headers=headers)

    answer = send()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    for _ in range(taken):
        gate.leave(RequestClass.FILES)
    assert send().json == {"received": 1}
    # Every place is free again, also after what was refused.
    assert all(gate.enter(RequestClass.FILES, patience=0) is None for _ in range(taken))


def test_an_infected_file_keeps_the_entry_from_being_handed_in(scene: Scene) -> None:
    content = make_pdf()
    scene.attach(content, is_scanned=True)
    with transaction() as work:
        files_store.set_scan(work, digest=hashlib.sha256(content).hexdigest(), scan=ScanState.INFECTED)
    with pytest.raises(Refusal):
        submit_entry(person=scene.teacher, entry_id=scene.entry_id, now=MIDDLE)
