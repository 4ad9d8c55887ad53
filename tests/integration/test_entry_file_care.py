"""What happens to kept files: scanned for viruses, packed for the organisers, removed when nobody holds them."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import time
import zipfile
from pathlib import Path

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from PIL import Image

from quiz_app.clock import read_now
from quiz_app.config import WrongSetting, read_settings
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.domain.initiatives.filling import EntryIncomplete
from quiz_app.domain.initiatives.states import EntryState, EntryStep
from quiz_app.jobs import repeating, scanner
from quiz_app.services.entry_files import attaching, packing
from quiz_app.services.entry_files.contents import make_key
from quiz_app.services.entry_files.orphans import remove_orphans
from quiz_app.services.entry_files.scanning import scan_unscanned, scan_waiting
from quiz_app.services.initiatives import submit_entry, take_step, view_entry
from quiz_app.storage import CHUNK, FolderStorage
from quiz_app.virus_scanner import ScannerAddress, ScannerFailed, read_scanner_address, scan
from tests.factories import run_sql
from tests.integration.test_entry_files import Scene, make_pdf
from tests.integration.threads import run_together
from tests.integration.virus_scanner import VIRUS, run_scanner
from tests.integration.visitor import Visitor


@pytest.fixture
def scene(app: Flask, tmp_path: Path) -> Scene:
    return Scene(app, tmp_path / "files")


def list_scans(scene: Scene) -> list[str]:
    return [str(file.scan) for file in view_entry(person=scene.teacher, entry_id=scene.entry_id).files]


def test_files_attached_before_there_was_a_scanner_are_scanned_by_a_command(app: Flask, scene: Scene) -> None:
    scene.attach(make_pdf("sạch"))
    scene.attach(make_pdf("x").replace(b"% x", b"% " + VIRUS), "Xấu.pdf")
    assert list_scans(scene) == ["not_configured", "not_configured"]
    runner = app.test_cli_runner()
    assert runner.invoke(args=["quiz", "scan-files"]).exit_code == 1, "no scanner is set"
    assert list_scans(scene) == ["not_configured", "not_configured"]
    with run_scanner() as address:
        asked, report = scan_unscanned(address=address, storage=scene.storage, read_now=read_now)
        assert (asked, report.scanned, report.infected, report.trouble) == (2, 2, 1, None)
        assert scan_unscanned(address=address, storage=scene.storage, read_now=read_now)[0] == 0
    assert list_scans(scene) == ["clean", "infected"]


def test_what_waits_is_scanned_and_an_infected_file_keeps_the_entry_back(scene: Scene) -> None:
    scene.attach(make_pdf("sạch"), is_scanned=True)
    bad = make_pdf("x").replace(b"% x", b"% " + VIRUS)
    bad_id = scene.attach(bad, "Xấu.pdf", is_scanned=True)
    assert list_scans(scene) == ["waiting", "waiting"]
    with run_scanner() as address:
        report = scan_waiting(address=address, storage=scene.storage, read_now=read_now)
        assert (report.scanned, report.infected, report.trouble) == (2, 1, None)
        again = scan_waiting(address=address, storage=scene.storage, read_now=read_now)
        assert (again.scanned, again.infected) == (0, 0)
    assert list_scans(scene) == ["clean", "infected"]
    with pytest.raises(EntryIncomplete) as refusal:
        submit_entry(person=scene.teacher, entry_id=scene.entry_id, now=scene.now)
    assert [problem.values["name"] for problem in refusal.value.problems] == ["Xấu.pdf"]
    attaching.remove_file(person=scene.teacher, entry_id=scene.entry_id, file_id=bad_id, now=scene.now)
    submit_entry(person=scene.teacher, entry_id=scene.entry_id, now=scene.now)
    assert run_sql("SELECT COUNT(*) AS number FROM audit_entries WHERE action = 'entry_file_infected'") == [(1,)]


def test_a_scanner_that_is_away_or_overtaxed_loses_nothing(scene: Scene) -> None:
    scene.attach(make_pdf("1"), is_scanned=True)
    with run_scanner() as address:
        pass
    report = scan_waiting(address=address, storage=scene.storage, read_now=read_now)
    assert report.scanned == 0
    assert report.trouble
    assert list_scans(scene) == ["waiting"]
    # One whose content is gone holds up no other.
    content = make_pdf("1")
    scene.storage.delete_file(make_key(hashlib.sha256(content).hexdigest()))
    scene.attach(make_pdf("2"), is_scanned=True)
    with run_scanner() as address:
        report = scan_waiting(address=address, storage=scene.storage, read_now=read_now)
        assert report.scanned == 1
        assert report.trouble
        assert list_scans(scene) == ["waiting", "clean"]
        with pytest.raises(ScannerFailed, match="size limit"):
            scan(address, io.BytesIO(b"x" * 3_000_000))


def test_addresses_of_scanners() -> None:
    assert read_scanner_address("/run/clamav/clamd.ctl") == ScannerAddress(path="/run/clamav/clamd.ctl")
    assert read_scanner_address("[::1]:3310") == ScannerAddress(host="::1", port=3310)
    for wrong in ("clamd", "127.0.0.1:", ":3310", "127.0.0.1:99999"):
        with pytest.raises(ValueError, match=r".*"):
            read_scanner_address(wrong)


def make_old(scene: Scene, content: bytes) -> Path:
    """Let a content be two days old."""
    path = scene.folder / make_key(hashlib.sha256(content).hexdigest())
    moment = time.time() - 2 * 86_400
    os.utime(path, (moment, moment))
    return path


def test_contents_that_nobody_holds_are_removed_after_a_day(scene: Scene) -> None:
    contents = [make_pdf(word) for word in ("giữ", "đã gỡ", "đã nộp rồi gỡ")]
    ids = [scene.attach(content) for content in contents]
    submit_entry(person=scene.teacher, entry_id=scene.entry_id, now=scene.now)
    take_step(person=scene.appraiser, entry_id=scene.entry_id, step=EntryStep.RETURN, seen_state=EntryState.SUBMITTED,
              reason="Bổ sung", now=scene.now)  # fmt: skip
    attaching.remove_file(person=scene.teacher, entry_id=scene.entry_id, file_id=ids[2], now=scene.now)
    extra = make_pdf("thêm sau")
    extra_id = scene.attach(extra)
    attaching.remove_file(person=scene.teacher, entry_id=scene.entry_id, file_id=extra_id, now=scene.now)
    (scene.folder / "drafts").mkdir(exist_ok=True)
    stale = scene.folder / "drafts" / ".draft-abc"
    stale.write_bytes(b"x")
    os.utime(stale, (0, 0))
    now = read_now()
    assert remove_orphans(storage=scene.storage, now=now, applies=True).removed == ()
    assert not stale.exists()
    paths = [make_old(scene, content) for content in [*contents, extra]]
    named = remove_orphans(storage=scene.storage, now=now, applies=False)
    assert named.removed == (hashlib.sha256(extra).hexdigest(),)
    assert named.removed_bytes == len(extra)
    assert all(path.exists() for path in paths)
    remove_orphans(storage=scene.storage, now=now, applies=True)
    assert [path.exists() for path in paths] == [True, True, True, False]
    assert remove_orphans(storage=scene.storage, now=now, applies=True).removed == ()
    # Attached anew it is there again.
    scene.storage.read_file(make_key(hashlib.sha256(contents[2]).hexdigest()))


def test_a_content_that_is_gone_is_told(app: Flask, scene: Scene) -> None:
    content = make_pdf()
    file_id = scene.attach(content)
    assert remove_orphans(storage=scene.storage, now=read_now(), applies=True).missing == ()
    make_old(scene, content).write_bytes(b"cut")
    runner = app.test_cli_runner()
    result = runner.invoke(args=["quiz", "remove-orphans", "--apply"])
    assert result.exit_code == 1
    assert f"MISSING file {file_id}" in result.output
    assert scene.names() == ["Minh chứng.pdf"]


def attach_unless_told(scene: Scene, content: bytes) -> None:
    """Whoever meets the removal right at its moment is told to send the file again; the page's script does that."""
    with contextlib.suppress(StorageUnavailable):
        scene.attach(content)


def test_removing_and_attaching_the_same_content_at_once_never_leaves_a_row_without_it(
    app: Flask, scene: Scene
) -> None:
    for number in range(5):
        content = make_pdf(f"lần {number}")
        file_id = scene.attach(content)
        attaching.remove_file(person=scene.teacher, entry_id=scene.entry_id, file_id=file_id, now=scene.now)
        make_old(scene, content)
        run_together(
            app,
            [
                lambda content=content: attach_unless_told(scene, content),
                lambda: remove_orphans(storage=scene.storage, now=read_now(), applies=True),
            ],
        )
        for file in view_entry(person=scene.teacher, entry_id=scene.entry_id).files:
            assert scene.storage.read_file(make_key(file.digest)) == content
            attaching.remove_file(person=scene.teacher, entry_id=scene.entry_id, file_id=file.id, now=scene.now)


def test_the_zip_of_a_round_has_what_was_handed_in_and_an_index(app: Flask, scene: Scene) -> None:
    contents = {"Một.pdf": make_pdf("1"), "Hai.pdf": make_pdf("2", size=90_000), "Virus.pdf": make_pdf("3")}
    for name, content in contents.items():
        scene.attach(content, name)
    submit_entry(person=scene.teacher, entry_id=scene.entry_id, now=scene.now)
    run_sql("UPDATE entry_files SET scan = 'infected' WHERE name = 'Virus.pdf' RETURNING id")
    visitor = Visitor(app, "ban-to-chuc")
    answer = visitor.post(f"/organiser/initiatives/{scene.round.id}/files.zip")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[1:] == ["0001 Số hóa hồ sơ một cửa/01 Một.pdf", "0001 Số hóa hồ sơ một cửa/02 Hai.pdf"]
        assert archive.read(names[2]) == contents["Hai.pdf"]
        sheet = load_workbook(io.BytesIO(archive.read(names[0]))).active
        assert sheet is not None
        rows = list(sheet.iter_rows(values_only=True))
    assert [row[6] for row in rows[1:]] == list(contents)
    assert rows[1][8] == hashlib.sha256(contents["Một.pdf"]).hexdigest()
    assert rows[1][9] == names[1]
    assert run_sql("SELECT COUNT(*) AS number FROM audit_entries WHERE action = 'entry_files_exported'") == [(1,)]


def test_the_zip_is_written_piece_by_piece(scene: Scene) -> None:
    scene.attach(make_pdf("1"))
    submit_entry(person=scene.teacher, entry_id=scene.entry_id, now=scene.now)
    _, files = packing.list_round_files(person=scene.organiser, round_id=scene.round.id, now=scene.now)

    class LargeStorage(FolderStorage):
        """Every file is 64 MB of nothing."""

        def open_file(self, key: str) -> io.BufferedReader:
            path = scene.folder / "sparse"
            with path.open("wb") as stream:
                stream.truncate(64 * 1024 * 1024)
            return path.open("rb")

    pieces = packing.stream_zip(index=("index", b"i"), files=files, storage=LargeStorage(scene.folder))
    sizes = [len(piece) for piece in pieces]
    assert sum(sizes) > 64 * 1024 * 1024
    assert max(sizes) < CHUNK + 10_000


def make_docx() -> bytes:
    document = Document()
    document.add_heading("Bản mô tả", 1)
    document.add_paragraph("<script>alert(1)</script> Số hóa").runs[0].bold = True
    document.add_table(1, 2).rows[0].cells[1].text = "Hai ngày"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def make_picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (2400, 1200), "red").save(stream, "PNG", pnginfo=None)
    return stream.getvalue()


def test_previews_hold_nothing_that_acts(app: Flask, scene: Scene) -> None:
    word, picture = scene.attach(make_docx(), "Mô tả.docx"), scene.attach(make_picture(), "Ảnh.png")
    scan_like = scene.attach(make_pdf(), "Quét.pdf")
    visitor = Visitor(app, "giao-vien")
    for _ in range(2):
        page = visitor.get(f"/entry-files/{word}/preview").text
        assert "<h2>Bản mô tả</h2>" in page
        assert "<strong>&lt;script&gt;alert(1)&lt;/script&gt; Số hóa</strong>" in page
        assert "<td><p>Hai ngày</p></td>" in page
        answer = visitor.get(f"/entry-files/{picture}/picture")
        with Image.open(io.BytesIO(answer.data)) as small:
            assert (small.format, small.size) == ("JPEG", (1600, 800))
    assert f"/entry-files/{picture}/picture" in visitor.get(f"/entry-files/{picture}/preview").text
    assert visitor.get(f"/entry-files/{scan_like}/preview").status_code == 200
    assert visitor.get(f"/entry-files/{word}/picture").status_code == 404
    stranger = Visitor(app, "dong-nghiep")
    for address in (f"{word}/preview", f"{picture}/picture", f"{picture}"):
        assert stranger.get(f"/entry-files/{address}").status_code == 404


def test_the_thread_of_the_scanner_finds_what_waits_by_itself(
    app: Flask, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeating, "IDLE_SECONDS", 0.05)
    scene.attach(make_pdf(), is_scanned=True)
    with run_scanner() as address:
        stop = scanner.start_scanner(app.app_context, scene.storage, address)
        try:
            give_up = time.monotonic() + 30
            while list_scans(scene) != ["clean"]:
                assert time.monotonic() < give_up
                time.sleep(0.05)
        finally:
            stop.set()


def test_the_setting_of_the_scanner_is_checked_at_the_start() -> None:
    keys = {"SECRET_KEY": "x" * 32}
    assert read_settings(keys).clamd is None
    assert str(read_settings(keys | {"CLAMD_ADDRESS": " 127.0.0.1:3310 "}).clamd) == "127.0.0.1:3310"
    with pytest.raises(WrongSetting, match="CLAMD_ADDRESS"):
        read_settings(keys | {"CLAMD_ADDRESS": "clamd.example.vn"})
