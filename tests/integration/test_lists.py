"""Lists that are handed out: whose they are, what stands on them, and how they prove themselves."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from quiz_app.clock import read_now
from quiz_app.domain.contests import Round
from quiz_app.domain.people import Role
from quiz_app.extensions import db
from quiz_app.services.job_running import run_next_job
from quiz_app.services.list_signatures import rotate_keys
from quiz_app.web.organiser import lists as organiser_lists
from tests.factories import add_person, add_unit, run_sql, sit_attempt
from tests.integration.visitor import Visitor, add_open_round
from tests.statements import count_statements

CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}")


class Scene:
    """Two schools with people, one with a group below it; a lead of the first, an organiser, and anyone at all."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.school = add_unit("A", name="Trường THPT Hoàng Diệu", staff_number=4)
        self.group = add_unit("A1", name="Tổ Ngữ văn", parent_id=self.school, staff_number=None)
        self.other = add_unit("B", name="Trường THPT Mai Thanh Thế")
        self.round: Round = add_open_round()
        moment = read_now() - timedelta(minutes=50)
        people = [
            ("p1", "Nguyễn Văn Ổn", self.school, 8), ("p2", "=cmd|' /C calc'!A0", self.group, 4),
            ("p3", "Lê Thị Ánh", self.school, None), ("canary", "Canary Không Được Lộ", self.other, 9),
        ]  # fmt: skip
        for login, name, unit_id, right in people:
            person = add_person(login, name=name, unit_id=unit_id)
            if right is not None:
                sit_attempt(person, self.round, right=right, started_at=moment)
        add_person("lead", roles=[Role.UNIT_LEAD], led_unit_id=self.school)
        add_person("boss", roles=[Role.ORGANISER])
        self.lead, self.boss, self.anyone = Visitor(app, "lead"), Visitor(app, "boss"), Visitor(app)

    def take(self, file_format: str = "xlsx", *, kind: str = "scores", unit_id: int | None = None) -> TestResponse:
        """The lead's list of the first school."""
        fields = {"kind": kind, "format": file_format, "round_id": self.round.id, "unit_id": unit_id or self.school}
        return self.lead.post("/unit/lists", fields)

    def take_all(self, file_format: str = "xlsx", **fields: object) -> TestResponse:
        """The organiser's list."""
        return self.boss.post(
            f"/organiser/rounds/{self.round.id}/lists", {"kind": "scores", "format": file_format, **fields}
        )

    def check(self, content: bytes, name: str, *, code: str = "") -> TestResponse:
        """Anyone's upload, in English."""
        token = self.anyone.read_token()
        self.anyone.client.set_cookie("language", "en")
        data = {"csrf_token": token, "code": code, "file": (BytesIO(content), name)}
        return self.anyone.ask("POST", "/verify/file", data=data, content_type="multipart/form-data")


@pytest.fixture
def scene(app: Flask) -> Scene:
    return Scene(app)


def read_rows(content: bytes) -> list[list[object]]:
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_a_lead_takes_the_people_of_the_own_units_in_every_form_and_nobody_else(scene: Scene) -> None:
    for file_format, start in (("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf"), ("pdf", b"%PDF"), ("docx", b"PK")):
        for kind in ("scores", "reminder", "participation"):
            answer = scene.take(file_format, kind=kind)
            assert answer.status_code == 200, (file_format, kind, answer.text)
            assert answer.data.startswith(start)
            if file_format == "csv":
                assert "Canary" not in answer.data.decode()
                assert "Mai Thanh" not in answer.data.decode()
    assert scene.take(unit_id=scene.other).status_code == 404
    assert scene.take(kind="ranking").status_code == 403
    assert scene.take("exe").status_code == 422
    entries = run_sql("SELECT details FROM audit_entries WHERE action = 'list_exported'")
    assert len(entries) == 12
    assert not CODE.search(entries[0].details)


def test_the_rows_are_sorted_typed_and_no_formula(scene: Scene) -> None:
    rows = read_rows(scene.take().data)
    named = [row for row in rows if isinstance(row[0], int)]
    assert [row[1] for row in named] == ["Lê Thị Ánh", "=cmd|' /C calc'!A0", "Nguyễn Văn Ổn"]
    assert [row[8] for row in named] == [None, 4.0, 8.0]
    cells = load_workbook(BytesIO(scene.take().data)).worksheets[0]
    assert {cell.data_type for row in cells.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert "'=cmd" in scene.take("csv").data.decode("utf-8-sig")


def test_the_organiser_takes_all_units_as_one_list_and_as_a_sheet_for_each(scene: Scene) -> None:
    assert sum(isinstance(row[0], int) for row in read_rows(scene.take_all().data)) == 5
    book = load_workbook(BytesIO(scene.take_all(shape="sheets").data))
    assert book.sheetnames == ["Tổ Ngữ văn", "Trường THPT Hoàng Diệu", "Trường THPT Mai Thanh Thế"]
    assert "genuine and unchanged" in scene.check(scene.take_all(shape="sheets").data, "a.xlsx").text
    assert scene.take_all("csv", kind="ranking").status_code == 200
    assert scene.take_all("pdf", shape="sheets").status_code == 422


def test_a_zip_is_made_in_the_background_and_each_file_in_it_proves_itself(scene: Scene) -> None:
    answer = scene.take_all("xlsx", shape="zip")
    assert answer.status_code == 303
    storage = scene.app.extensions["storage"]
    assert run_next_job(storage=storage, make_context=scene.app.app_context, read_now=read_now)
    result = scene.boss.get(f"{answer.location}/result")
    assert result.status_code == 200, scene.boss.get(answer.location).text
    with ZipFile(BytesIO(result.data)) as archive:
        names = archive.namelist()
        assert len(names) == 3
        assert "genuine and unchanged" in scene.check(archive.read(names[0]), names[0]).text


def test_many_sheets_are_made_in_the_background(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(organiser_lists, "MOST_SHEETS", 2)
    answer = scene.take_all("xlsx", shape="sheets")
    assert answer.status_code == 303
    storage = scene.app.extensions["storage"]
    assert run_next_job(storage=storage, make_context=scene.app.app_context, read_now=read_now)
    result = scene.boss.get(f"{answer.location}/result")
    assert len(load_workbook(BytesIO(result.data)).worksheets) == 3
    assert "genuine and unchanged" in scene.check(result.data, "a.xlsx").text
    assert scene.take_all("pdf", shape="sheets").status_code == 422


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_a_file_as_it_was_issued_is_genuine_and_newer_results_are_told(scene: Scene, file_format: str) -> None:
    content = scene.take(file_format).data
    page = scene.check(content, f"a.{file_format}").text
    assert "genuine and unchanged" in page
    assert "Newer results" not in page
    assert "Nguyễn Văn" not in page
    rotate_keys(now=read_now())
    assert "genuine and unchanged" in scene.check(content, f"a.{file_format}").text
    sit_attempt(add_person("late", unit_id=scene.group), scene.round, right=9, started_at=read_now())
    assert "Newer results" in scene.check(content, f"a.{file_format}").text


def test_an_altered_workbook_is_told_by_row_and_column(scene: Scene) -> None:
    content = scene.take().data
    book = load_workbook(BytesIO(content))
    sheet = book.worksheets[0]
    # A picture can be saved once only.
    sheet._images.clear()
    first = next(cell for row in sheet.iter_rows() for cell in row if cell.value == 1).row
    untouched = BytesIO()
    book.save(untouched)
    assert "genuine and unchanged" in scene.check(untouched.getvalue(), "a.xlsx").text
    sheet.cell(first + 1, 9, 9.5)
    changed = BytesIO()
    book.save(changed)
    page = scene.check(changed.getvalue(), "a.xlsx").text
    assert "The file was altered" in page
    assert re.search(r"Row 2 was altered in the column “[^”]+” \(row \d+ of the file\)", page)
    assert "9.5" not in page
    sheet.delete_rows(first + 1)
    shorter = BytesIO()
    book.save(shorter)
    assert "Row 2 is missing" in scene.check(shorter.getvalue(), "a.xlsx").text


def test_a_workbook_that_shows_what_it_does_not_hold_or_has_a_sheet_more_is_altered(scene: Scene) -> None:
    content = scene.take().data

    def alter(change: str) -> str:
        book = load_workbook(BytesIO(content))
        sheet = book.worksheets[0]
        sheet._images.clear()
        if change == "sheet":
            book.create_sheet("Thêm")["A1"] = "Ai Đó"
        elif change == "format":
            next(cell for row in sheet.iter_rows() for cell in row if cell.value == 8).number_format = '"9"'
        else:
            sheet["Z1"] = "=1+1"
        stream = BytesIO()
        book.save(stream)
        return scene.check(stream.getvalue(), "a.xlsx").text

    assert "none of the lists" in alter("sheet")
    for change in ("format", "formula"):
        assert "may show what is not stored" in alter(change)


def test_an_altered_footer_and_an_added_row_are_found(scene: Scene) -> None:
    text = scene.take("csv").data.decode("utf-8-sig")
    lines = text.split("\r\n")
    lines.insert(2, lines[1].replace("1,", "2,", 1).replace("Ánh", "Lạ"))
    assert "Row 3 of the file was added" in scene.check("\r\n".join(lines).encode(), "a.csv").text
    footer = text.replace("50%", "75%")
    assert footer != text
    assert "The text above or below the table was altered" in scene.check(footer.encode(), "a.csv").text


def test_a_pdf_is_compared_byte_by_byte(scene: Scene) -> None:
    content = scene.take("pdf").data
    assert "genuine and unchanged" in scene.check(content, "a.pdf").text
    code = run_sql("SELECT code FROM issued_lists")[0].code
    assert "cannot be compared" in scene.check(content + b" ", "a.pdf", code=code).text
    assert scene.check(content + b" ", "a.pdf").status_code == 404


def test_the_public_page_of_a_code_shows_sums_and_no_row(scene: Scene) -> None:
    scene.take("pdf")
    code = run_sql("SELECT code FROM issued_lists")[0].code
    page = scene.anyone.get(f"/verify/{code.lower()}")
    assert page.status_code == 200
    assert "Trường THPT Hoàng Diệu" in page.text
    assert "Ánh" not in page.text
    assert scene.anyone.get(f"/verify?code={code}").status_code == 302


def test_a_record_that_was_changed_in_the_database_is_not_believed(scene: Scene) -> None:
    scene.take("pdf")
    run_sql("UPDATE issued_lists SET totals = REPLACE(totals, '\"passed\":1', '\"passed\":2') RETURNING id")
    code = run_sql("SELECT code FROM issued_lists")[0].code
    scene.anyone.client.set_cookie("language", "en")
    assert "The record of this list is damaged" in scene.anyone.get(f"/verify/{code}").text


def test_codes_are_not_guessed_and_uploads_are_limited(scene: Scene) -> None:
    for _ in range(30):
        assert scene.anyone.get("/verify/0000-0000-0000-0000-0000").status_code == 404
    answer = scene.anyone.get("/verify/0000-0000-0000-0000-0000")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert scene.check(b"x", "a.csv").status_code == 429


def test_a_list_of_one_and_of_thirty_cost_the_same_number_of_statements(scene: Scene) -> None:
    counts = []
    for extra in (0, 30):
        for number in range(extra):
            add_person(f"more{number}", unit_id=scene.school)
        scene.take()
        with count_statements(db.engine) as statements:
            assert scene.take().status_code == 200
        counts.append(len(statements.work))
    assert counts[0] == counts[1]
