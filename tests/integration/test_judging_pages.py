"""The pages of judging: a judge's sheet with and without script, what organisers see, and what pages cost."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader

from quiz_app.clock import read_now
from quiz_app.domain.errors import InvalidInput, NotAllowed
from quiz_app.domain.initiatives.entries import ScanState
from quiz_app.domain.judging.judgements import JudgingChanged
from quiz_app.extensions import db
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.session import Statement, transaction
from quiz_app.services.entry_files.contents import make_key
from quiz_app.services.judging import assigning, releasing
from tests.factories import MIDDLE, run_sql
from tests.integration.test_judging import Court
from tests.integration.visitor import Visitor
from tests.statements import count_statements


class PageCourt(Court):
    """A court whose round is open by the real clock, with browsers."""

    def __init__(self, app: Flask, **changes: Any) -> None:
        super().__init__(**changes)
        end = (read_now() + timedelta(days=30)).timestamp() * 1000
        run_sql(
            "UPDATE initiative_rounds SET judging_closes_at = :end WHERE id = :id RETURNING id",
            end=int(end), id=self.round.id,
        )  # fmt: skip
        self.base = f"/organiser/initiatives/{self.round.id}/judging"
        self.staff = Visitor(app, self.organiser.login)
        self.desks = [Visitor(app, judge.login) for judge in self.judges]

    def sheet_path(self, judge: int, entry: int) -> str:
        return f"/judge/sheets/{self.find_sheet(self.judges[judge], self.entries[entry])}"


@pytest.fixture
def court(app: Flask) -> PageCourt:
    return PageCourt(app)


def make_fields(sequence: int, novelty: str, effect: str, remark: str = "Rõ") -> dict[str, Any]:
    return {
        "sequence": str(sequence), "mark-novelty": novelty, "mark-effect": effect, "remark-novelty": remark,
        "remark-effect": remark, "opinion": "",
    }  # fmt: skip


def test_a_sheet_without_script(court: PageCourt) -> None:
    court.give(court.entries[0], court.judges[0])
    court.give(court.entries[1], court.judges[0])
    desk, path = court.desks[0], court.sheet_path(0, 0)
    home = desk.get("/judge/").text
    assert path in home
    assert "Người giao-vien" not in home
    answer = desk.post(path, make_fields(1, "61", "20"))
    assert answer.status_code == 422
    assert 'value="61"' in answer.text, "what was typed comes back"
    assert 'aria-invalid="true"' in answer.text
    assert desk.post(path, make_fields(2, "30,5", "20")).status_code == 303
    assert 'value="30,5"' in desk.get(path).text
    stale = desk.post(path, make_fields(2, "10", "10"))
    assert stale.status_code == 409
    assert desk.post(f"{path}/confirm", make_fields(3, "30,5", "")).status_code == 422
    done = desk.post(f"{path}/confirm", make_fields(3, "30,5", "20"))
    assert (done.status_code, done.location) == (303, court.sheet_path(0, 1)), "on to the next sheet"
    shown = desk.get(path).text
    assert "50,5" in shown
    assert 'name="mark-novelty"' not in shown
    assert desk.post(path, make_fields(4, "1", "1")).status_code == 409


def test_a_sheet_with_script(court: PageCourt) -> None:
    court.give(court.entries[0], court.judges[0])
    desk, path = court.desks[0], court.sheet_path(0, 0)
    body = {"sequence": 1, "marks": {"novelty": "30", "effect": "41"}, "remarks": {"novelty": "x"}, "opinion": "y"}
    answer = desk.post_json(path, body)
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["sequence"], answer.json["total"], list(answer.json["problems"])) == (2, "30", ["effect"])
    assert re.fullmatch(r"\d\d:\d\d:\d\d", answer.json["saved_at"])
    refused = desk.post_json(path, body | {"marks": {"novelty": "1"}})
    assert (refused.status_code, refused.json and refused.json["error"]["code"]) == (409, "sheet_changed")
    for wrong in (
        {}, [], {"sequence": "1", "marks": {}, "remarks": {}, "opinion": ""}, body | {"marks": [1]},
        body | {"marks": {"novelty": 3}}, body | {"opinion": None}, body | {"sequence": True}, '{"a":' * 5000,
    ):  # fmt: skip
        assert desk.post_json(path, wrong).status_code == 422, wrong


def test_judges_find_nothing_but_their_own(court: PageCourt) -> None:
    court.give(court.entries[0], court.judges[0])
    path = court.sheet_path(0, 0)
    for desk in (court.desks[1], court.staff):
        for tail in ("", "/files/1"):
            assert desk.get(path + tail).status_code in (403, 404)
        for tail in ("", "/confirm"):
            assert desk.post(path + tail, make_fields(1, "1", "1")).status_code in (403, 404)
    for page in ("", "/entries", "/ranking", "/panels", "/conflicts", "/matrix.xlsx"):
        assert court.desks[0].get(court.base + page).status_code == 403
    assert run_sql("SELECT sequence FROM judgements") == [(1,)]


def test_conflict_and_abstention_by_the_judge(court: PageCourt) -> None:
    for entry_id in court.entries:
        court.give(entry_id, court.judges[0])
    desk = court.desks[0]
    assert desk.post(f"{court.sheet_path(0, 0)}/conflict", {"reason": ""}).status_code == 422
    assert desk.post(f"{court.sheet_path(0, 0)}/conflict", {"reason": "Em ruột"}).status_code == 303
    assert desk.post(f"{court.sheet_path(0, 1)}/abstain", {"reason": "Khác chuyên môn"}).status_code == 303
    assert "mark-novelty" not in desk.get(court.sheet_path(0, 0)).text
    fields = {"round_id": court.round.id, "unit_id": court.units[1], "reason": "Bạn học"}
    assert desk.post("/judge/conflicts", fields).status_code == 303
    assert "Bạn học" in desk.get("/judge/conflicts").text
    shown = court.staff.get(f"{court.base}/conflicts").text
    assert "Em ruột" in shown
    assert "Bạn học" in shown


def test_organisers_run_a_round(court: PageCourt) -> None:
    staff, base = court.staff, court.base
    assert staff.post(f"{base}/assign").status_code == 303
    upload = {"file": (BytesIO(b"so sang kien,giam khao\n1,ai-do\n"), "a.csv")}
    token = staff.read_token()
    answer = staff.ask("POST", f"{base}/table", data={**upload, "csrf_token": token})
    assert answer.status_code == 422
    assert "ai-do" in answer.text
    assert "pairs" not in answer.text
    rows = "\n".join(f"{number},{judge.login}" for number in (1, 2) for judge in court.judges)
    upload = {"file": (BytesIO(f"Số sáng kiến,Giám khảo\n{rows}\n".encode()), "a.csv")}
    answer = staff.ask("POST", f"{base}/table", data={**upload, "csrf_token": token})
    assert answer.status_code == 200
    match = re.search(r'<textarea name="pairs" hidden>([^<]*)</textarea>', answer.text)
    assert match is not None
    assert staff.post(f"{base}/table/confirm", {"pairs": match[1]}).status_code == 303
    assert staff.post(f"{base}/table/confirm", {"pairs": "1 a b"}).status_code == 422
    assert run_sql("SELECT COUNT(*) AS n FROM judgements") == [(6,)]
    for judge in court.judges:
        court.confirm(judge, court.entries[0], "50", "30")
    for path in ("", "/entries", "/entries?flag=sheets_open&page=9", "/entries?flag=x", "/ranking", "/panels",
                 "/conflicts", "/table", "/table.xlsx"):  # fmt: skip
        assert staff.get(base + path).status_code == 200, path
    sheet_id = court.find_sheet(court.judges[0], court.entries[0])
    assert staff.get(f"/organiser/judging/entries/{court.entries[0]}").status_code == 200
    assert staff.post(f"/organiser/judging/sheets/{sheet_id}", {"action": "reopen", "reason": "Sai"}).status_code == 303
    assert staff.post(f"/organiser/judging/sheets/{sheet_id}", {"action": "boast", "reason": "x"}).status_code == 422
    court.confirm(court.judges[0], court.entries[0], "49", "30")
    moments = f"{base}/moments"
    assert staff.post(moments, {"action": "extend", "closes_at": "2020-01-01T07:00", "reason": "x"}).status_code == 422
    assert staff.post(moments, {"action": "extend", "closes_at": "2099-01-01T07:00", "reason": "x"}).status_code == 303
    assert staff.post(moments, {"action": "lock"}).status_code == 303
    page = staff.get(f"{base}/ranking").text
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert seen is not None
    assert f'value="{court.entries[0]}" checked' in page
    fields = {"seen": seen[1], "entry": court.entries[0], "reason": ""}
    assert staff.post(f"{base}/ranking", {**fields, "entry": ""}).status_code == 422
    assert staff.post(f"{base}/ranking", fields).status_code == 303
    assert staff.post(f"{base}/ranking", fields).status_code == 409, "the page is no longer what is stored"
    assert run_sql("SELECT COUNT(*) AS n FROM entries WHERE state = 'shortlisted'") == [(1,)]
    refused = staff.post(f"{base}/panels", {"name": "", "member": [court.judges[1].id]})
    assert refused.status_code == 422
    assert f'value="{court.judges[1].id}" checked' in refused.text, "what was typed comes back"


def test_the_score_matrix(court: PageCourt) -> None:
    court.give(court.entries[0], *court.judges[:2])
    court.confirm(court.judges[0], court.entries[0], "50", "30,5")
    court.confirm(court.judges[1], court.entries[0], "40", "30")
    run_sql("UPDATE entries SET title = '=1+1' WHERE id = :id RETURNING id", id=court.entries[0])
    answer = court.staff.get(f"{court.base}/matrix.xlsx")
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1][0] == "1"
    assert rows[1][2] == "=1+1"
    assert sheet.cell(2, 3).data_type == "s", "no formula"
    assert rows[1][5:10] == ["80,5", "70", "45", "30,25", "75,25"]
    assert len(rows) == 3


def test_pages_cost_the_same_for_one_and_for_thirty(app: Flask) -> None:
    court = PageCourt(app, entry_count=1)
    court.assign()
    desk = court.desks[[j.id for j in court.judges].index(run_sql("SELECT judge_id FROM judgements LIMIT 1")[0][0])]
    paths = {
        "judge": (desk, "/judge/"),
        **{page: (court.staff, court.base + page) for page in ("", "/entries", "/ranking", "/panels", "/conflicts")},
    }

    def count() -> dict[str, int]:
        counts = {}
        for name, (visitor, path) in paths.items():
            visitor.get(path)
            with count_statements(db.engine) as statements:
                assert visitor.get(path).status_code == 200
            counts[name] = len(statements.work)
        return counts

    few = count()
    for number in range(1, 30):
        court.add_entry(number)
    assigning.assign_automatically(organiser=court.organiser, round_id=court.round.id, seed=3, now=read_now())
    assert count() == few
    assert max(few.values()) <= 9


def test_kept_standings_follow_every_change(court: PageCourt) -> None:
    def read() -> str:
        text = court.staff.get(f"{court.base}/entries").text
        return text[text.index("<tbody") : text.index("</tbody>")]

    shown = [read()]
    court.give(court.entries[0], court.judges[0])
    shown.append(read())
    court.confirm(court.judges[0], court.entries[0], "50", "30")
    shown.append(read())
    sheet = f"/organiser/judging/sheets/{court.find_sheet(court.judges[0], court.entries[0])}"
    for action in ("reopen", "take_back"):
        court.staff.post(sheet, {"action": action, "reason": "Sai"})
        shown.append(read())
    court.give(court.entries[0], court.judges[0])
    shown.append(read())
    assert len(set(shown)) == 3
    assert shown[3] == shown[1] == shown[5]
    assert shown[4] == shown[0]


def attach(app: Flask, entry_id: int, name: str, kind: str, content: bytes) -> int:
    """A file that belongs to the handed-in version; its id."""
    digest = hashlib.sha256(content).hexdigest()
    app.extensions["storage"].write_file(make_key(digest), content)
    with transaction() as work:
        file_id = files_store.add_file(
            work, entry_id=entry_id, field="papers", name=name, kind=kind, size=len(content), digest=digest,
            scan=ScanState.NOT_CONFIGURED, added_by_id=run_sql("SELECT id FROM accounts LIMIT 1")[0][0], now=MIDDLE,
        )  # fmt: skip
        work.run(
            Statement.from_sql("INSERT INTO entry_version_files (entry_id, number, file_id) VALUES (:entry, 1, :file)"),
            entry=entry_id, file=file_id,
        )  # fmt: skip
    return file_id


def make_docx(text: str) -> bytes:
    document = Document()
    document.core_properties.author = "Nguyễn Thị Hạnh"
    document.add_paragraph(text)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_files_of_a_blind_round_are_texts_without_names(app: Flask, court: PageCourt) -> None:
    entry_id = court.entries[0]
    word = attach(app, entry_id, "Hạnh - Trường THPT Số 1.docx", "docx", make_docx("Do cô nguyễn thị hạnh viết <b>"))
    picture = attach(app, entry_id, "Hạnh.png", "png", b"\x89PNG nothing")
    scan = attach(app, entry_id, "Hạnh 2.png", "png", b"\x89PNG other")
    release = partial(releasing.release_file, file_id=scan, is_released=True, now=MIDDLE)
    with pytest.raises(InvalidInput):
        release(organiser=court.organiser, reason=" ")
    with pytest.raises(NotAllowed):
        release(organiser=court.judges[0], reason="Không có tên")
    assert (
        court.staff.post(
            f"/organiser/judging/files/{scan}", {"action": "release", "reason": "Không có tên"}
        ).status_code
        == 303
    )
    with pytest.raises(JudgingChanged):
        release(organiser=court.organiser, reason="Không có tên")
    other = attach(app, court.entries[1], "Bình.docx", "docx", make_docx("Khác"))
    court.give(entry_id, court.judges[0])
    desk, path = court.desks[0], court.sheet_path(0, 0)
    page = desk.get(path).text
    assert f"{path}/files/{word}" in page
    assert "Hạnh" not in page
    answer = desk.get(f"{path}/files/{word}")
    assert answer.mimetype == "text/html"
    assert "Do cô […] viết &lt;b&gt;" in answer.text
    assert "hạnh" not in answer.text.casefold()
    answer = desk.get(f"{path}/files/{picture}")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert b"PNG nothing" not in answer.data
    answer = desk.get(f"{path}/files/{scan}")
    assert answer.data == b"\x89PNG other"
    assert "Hạnh" not in unquote(answer.headers["Content-Disposition"])
    release(organiser=court.organiser, is_released=False, reason="Có tên ở góc ảnh")
    assert b"PNG other" not in desk.get(f"{path}/files/{scan}").data
    assert desk.get(f"{path}/files/{other}").status_code == 404
    assert desk.get(f"/entry-files/{word}").status_code == 404, "no way around the copy"
    run_sql("UPDATE entry_files SET scan = 'infected' WHERE id = :id RETURNING id", id=word)
    assert desk.get(f"{path}/files/{word}").status_code >= 400
    conflict = desk.post(f"{path}/conflict", {"reason": "Em ruột"})
    assert conflict.status_code == 303
    assert desk.get(f"{path}/files/{picture}").status_code == 404


def test_files_of_an_open_round_are_served_as_they_are(app: Flask) -> None:
    court = PageCourt(app, is_blind=False)
    content = make_docx("Nội dung")
    file_id = attach(app, court.entries[0], "Hạnh.docx", "docx", content)
    court.give(court.entries[0], court.judges[0])
    answer = court.desks[0].get(f"{court.sheet_path(0, 0)}/files/{file_id}")
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "Trường THPT Số 1" in court.desks[0].get(court.sheet_path(0, 0)).text


def test_a_judges_paper_to_be_signed(court: PageCourt) -> None:
    court.give(court.entries[0], *court.judges[:2])
    court.give(court.entries[1], court.judges[0])
    desk = court.desks[0]
    own = f"/judge/rounds/{court.round.id}/sheet"
    assert desk.get(own).status_code == 422, "nothing is confirmed yet"
    court.confirm(court.judges[0], court.entries[0], "50", "30,5")
    court.confirm(court.judges[1], court.entries[0], "40", "31")
    answer = desk.get(own)
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    assert answer.mimetype == "application/pdf"
    for words in ("PHIẾU TỔNG HỢP ĐIỂM", "80,5", court.judges[0].name):
        assert words in text, text
    assert "71,0" not in text, "another judge's marks"
    assert "Nguyễn" not in text
    word = Document(BytesIO(desk.get(f"{own}?format=docx").data))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert "80,5" in cells
    assert desk.get(f"{own}?format=exe").status_code == 404
    staff = f"{court.base}/judges/{court.judges[0].id}/sheet"
    assert court.staff.get(staff).mimetype == "application/pdf"
    assert court.staff.get(f"{court.base}/judges/{court.organiser.id}/sheet").status_code == 404
    assert court.desks[1].get(staff).status_code == 403
    assert court.desks[2].get(own).status_code == 404
