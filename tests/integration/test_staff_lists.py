"""Staff lists from the file to the accounts: previewed, confirmed, all or nothing, and imported again."""

from __future__ import annotations

import itertools
import logging
import time
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.jobs import JobState
from quiz_app.domain.people import Person, Role
from quiz_app.domain.roles import UnknownAccount
from quiz_app.persistence.session import Statement
from quiz_app.services import staff_lists
from quiz_app.services.addresses import set_own_email
from quiz_app.services.jobs import find_job
from quiz_app.services.roles import grant_role
from quiz_app.services.staff_lists import StaffListChanged, applying, staging
from quiz_app.storage import FolderStorage
from tests.factories import add_person, add_unit, run_sql
from tests.integration.staff import KEYS, TODAY, add_staff_list, import_list, make_list, run_jobs
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor

CITIZEN = "094085001234"
AN = ("CB001", "Nguyễn Văn An", "28/02/1985", "Giáo viên", "A", "0912345678", "an@x.vn", CITIZEN)
BINH = ("CB002", "Trần Thị Bình", "1990", "", "Trường B", "0912345679", "", "094090001235")


@pytest.fixture
def organiser(app: Flask) -> Person:
    add_unit("A", name="Trường A")
    add_unit("B", name="Trường B")
    return add_person("to-chuc", roles=[Role.ORGANISER])


def read_accounts() -> dict[str, dict[str, object]]:
    rows = run_sql(
        "SELECT login, accounts.name, birth, job_title, phone, email, citizen_hash, citizen_tail, is_active, "
        "password_hash, units.code AS unit FROM accounts LEFT JOIN units ON units.id = unit_id "
        "WHERE login <> 'to-chuc' ORDER BY login"
    )
    return {row.login: row._asdict() for row in rows}


def test_a_list_is_read_shown_and_imported(app: Flask, organiser: Person, tmp_path: Path) -> None:
    import_id = add_staff_list(organiser, make_list(AN, BINH))
    assert read_accounts() == {}
    preview = staff_lists.view_list(actor=organiser, import_id=import_id)
    assert (preview.counts["new"], preview.error_count, preview.is_ready) == (2, 0, True)
    assert [line.name for line in preview.samples["new"]] == ["Nguyễn Văn An", "Trần Thị Bình"]
    job_id = staff_lists.confirm_list(actor=organiser, import_id=import_id, closes_missing=False, now=read_now())
    run_jobs(app, tmp_path)
    assert find_job(person=organiser, job_id=job_id).state is JobState.DONE
    accounts = read_accounts()
    assert list(accounts) == ["cb001", "cb002"]
    assert accounts["cb001"] == {
        "login": "cb001", "name": "Nguyễn Văn An", "birth": "1985-02-28", "job_title": "Giáo viên",
        "phone": "0912345678", "email": "an@x.vn", "citizen_hash": KEYS.hash_citizen_number(CITIZEN),
        "citizen_tail": "234", "is_active": accounts["cb001"]["is_active"], "password_hash": "", "unit": "A",
    }  # fmt: skip
    assert accounts["cb002"]["unit"] == "B"
    assert accounts["cb002"]["birth"] == "1990"
    grants = run_sql("SELECT role FROM role_grants WHERE role <> 'organiser'")
    assert [grant.role for grant in grants] == ["participant", "participant"]
    done = staff_lists.view_list(actor=organiser, import_id=import_id)
    assert done.staff_import.state == "applied"
    assert not done.samples


def test_a_citizens_number_is_stored_nowhere_and_shown_nowhere(
    app: Flask, organiser: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        visitor = Visitor(app, "to-chuc")
        wrong = make_list(AN, ("CB009", CITIZEN, "", "", "A", "", "", "09408500123X"), (*BINH[:4], CITIZEN, *BINH[5:]))
        for text in (wrong, make_list(AN, BINH)):
            content = text.encode()
            answer = visitor.ask(
                "POST",
                "/organiser/staff-lists",
                data={"file": (BytesIO(content), "ds.csv"), "csrf_token": visitor.read_token()},
            )
            assert answer.status_code == 303
            page = visitor.get(answer.location)
            assert page.status_code == 200
            assert CITIZEN not in page.text
            assert CITIZEN[3:] not in page.text
            problems = visitor.get(f"{answer.location}/problems.xlsx")
            values = list(openpyxl.load_workbook(BytesIO(problems.data)).active.values)
            assert CITIZEN not in repr(values)
        import_list(app, tmp_path, organiser, make_list(AN, BINH))
    tables = ["accounts", "staff_imports", "audit_entries", "jobs"]
    stored = "".join(repr([tuple(row) for row in run_sql(f"SELECT * FROM {table}")]) for table in tables)
    assert CITIZEN not in stored
    assert CITIZEN not in caplog.text
    assert "0912345678" not in caplog.text
    ((account_id,),) = run_sql("SELECT id FROM accounts WHERE login = 'cb001'")
    page = visitor.get(f"/organiser/people/{account_id}")
    assert "234" in page.text
    assert CITIZEN[3:] not in page.text


def test_with_one_wrong_row_nothing_can_be_confirmed_and_every_problem_has_its_place(
    app: Flask, organiser: Person
) -> None:
    import_id = add_staff_list(
        organiser,
        make_list(
            AN,
            ("CB003", "Lê Chi", "31/02/1985", "", "Trường Bê", "123", "không"),
            ("CB001", "Người Khác", "", "", "A"),
            ("=CB4", "=Phạm Dũng", "", "", "A"),
        ),
    )
    preview = staff_lists.view_list(actor=organiser, import_id=import_id)
    assert not preview.is_ready
    places = [(problem.place.number, problem.place.column, problem.field) for problem in preview.shown_problems]
    assert places == [
        (3, "F", "Điện thoại"), (3, "E", "Đơn vị"), (3, "C", "Ngày sinh"), (3, "G", "Email"), (4, "A", "Mã cán bộ"),
    ]  # fmt: skip
    unit = preview.shown_problems[1]
    assert unit.values["near"].startswith("Trường B (B)")
    with pytest.raises(StaffListChanged):
        staff_lists.confirm_list(actor=organiser, import_id=import_id, closes_missing=False, now=read_now())
    assert read_accounts() == {}


def test_importing_again_updates_moves_closes_and_leaves_the_rest(
    app: Flask, organiser: Person, tmp_path: Path
) -> None:
    chi = ("CB003", "Lê Chi", "", "", "A")
    dung = ("CB004", "Phạm Dũng", "", "", "A")
    import_list(app, tmp_path, organiser, make_list(AN, BINH, chi, dung))
    run_sql("UPDATE accounts SET password_hash = 'kept' WHERE login = 'cb001' RETURNING id")
    again = make_list(
        ("CB001", "Nguyễn Văn An", "", "Hiệu trưởng", "B"),
        BINH,
        ("CB003", "Lê Chi", "", "", "A", "", "", "", "đã nghỉ hưu"),
        ("CB005", "+Mới Vào", "", "", "A"),
    )
    preview = staff_lists.view_list(actor=organiser, import_id=add_staff_list(organiser, again))
    assert dict(preview.counts) == {"new": 1, "left": 1, "moved": 1, "changed": 0, "unchanged": 1, "missing": 1}
    import_list(app, tmp_path, organiser, again)
    accounts = read_accounts()
    assert (accounts["cb001"]["unit"], accounts["cb001"]["job_title"]) == ("B", "Hiệu trưởng")
    assert (accounts["cb001"]["phone"], accounts["cb001"]["password_hash"]) == ("0912345678", "kept")
    assert [login for login, account in accounts.items() if not account["is_active"]] == ["cb003"]
    assert accounts["cb005"]["name"] == "+Mới Vào"
    job = import_list(app, tmp_path, organiser, make_list(BINH, ("CB003", "Lê Chi", "", "", "A")), closes_missing=True)
    assert job.state is JobState.DONE
    accounts = read_accounts()
    assert [login for login, account in accounts.items() if not account["is_active"]] == ["cb001", "cb004", "cb005"]
    actions = [row.action for row in run_sql("SELECT action FROM audit_entries WHERE subject_type = 'account'")]
    assert actions.count("account_closed") == 4
    assert actions.count("account_reopened") == 1
    assert actions.count("account_edited") == 1


def test_accounts_that_changed_since_the_preview_stop_the_import(app: Flask, organiser: Person, tmp_path: Path) -> None:
    import_id = add_staff_list(organiser, make_list(AN, BINH))
    job_id = staff_lists.confirm_list(actor=organiser, import_id=import_id, closes_missing=False, now=read_now())
    add_person("cb002", name="Người Chen Vào")
    run_jobs(app, tmp_path)
    job = find_job(person=organiser, job_id=job_id)
    assert job.state is JobState.FAILED
    assert list(read_accounts()) == ["cb002"]
    # It can be looked at and dropped, and a new list read.
    staff_lists.discard_list(actor=organiser, import_id=import_id, now=read_now())


def slow_down_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on: who applies a list has read the accounts, and takes some time before they are written."""
    plan_changes = applying.plan_changes
    calls = itertools.count()

    def plan_slowly(*arguments: Any) -> Any:
        plan = plan_changes(*arguments)
        if next(calls) == 0:
            time.sleep(0.8)
        return plan

    monkeypatch.setattr(applying, "plan_changes", plan_slowly)


def find_person(organiser: Person, login: str) -> Person:
    """The account of a list as the person who signed in to it."""
    ((account_id,),) = run_sql("SELECT id FROM accounts WHERE login = :login", login=login)
    return replace(organiser, id=account_id, roles=frozenset({Role.PARTICIPANT}))


def test_an_address_saved_while_a_list_is_applied_is_kept(
    app: Flask, organiser: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_list(app, tmp_path, organiser, make_list(AN, BINH))
    person = find_person(organiser, "cb002")
    import_id = add_staff_list(organiser, make_list((*BINH[:3], "Kế toán", *BINH[4:])))
    job_id = staff_lists.confirm_list(actor=organiser, import_id=import_id, closes_missing=False, now=read_now())

    slow_down_plan(monkeypatch)

    def save_address() -> None:
        time.sleep(0.3)
        set_own_email(person=person, email="binh@tinh.test", now=read_now())

    run_together(app, [lambda: run_jobs(app, tmp_path), save_address])
    assert find_job(person=organiser, job_id=job_id).state is JobState.DONE
    account = read_accounts()["cb002"]
    assert (account["job_title"], account["email"]) == ("Kế toán", "binh@tinh.test")


def test_who_becomes_an_organiser_while_a_list_is_applied_is_not_closed_by_it(
    app: Flask, organiser: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_list(app, tmp_path, organiser, make_list(AN, BINH))
    administrator = add_person("quan-tri", roles=[Role.ADMINISTRATOR])
    import_id = add_staff_list(organiser, make_list((*BINH, "đã nghỉ")))
    job_id = staff_lists.confirm_list(actor=organiser, import_id=import_id, closes_missing=False, now=read_now())

    slow_down_plan(monkeypatch)

    def grant() -> str:
        time.sleep(0.3)
        return grant_role(actor=administrator, login="cb002", role=Role.ORGANISER, unit_code=None, now=read_now())

    _, granted = run_together(app, [lambda: run_jobs(app, tmp_path), grant])
    is_open = bool(read_accounts()["cb002"]["is_active"])
    state = find_job(person=organiser, job_id=job_id).state
    # On SQLite the one who comes second waits, and is told that the account is closed.
    assert (state, is_open, isinstance(granted, UnknownAccount)) in {
        (JobState.FAILED, True, False),
        (JobState.DONE, False, True),
    }


def test_a_fault_in_the_middle_leaves_nothing_behind(
    app: Flask, organiser: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Statement.prepare
    calls = []

    def fail_late(self: Statement, *arguments: object, **values: object) -> object:
        prepared = run(self, *arguments, **values)  # type: ignore[arg-type]
        if "UPDATE staff_imports SET state = 'applied'" in prepared[0]:
            calls.append(prepared[0])
            raise RuntimeError("lost")
        return prepared

    import_id = add_staff_list(organiser, make_list(AN, BINH))
    job_id = staff_lists.confirm_list(actor=organiser, import_id=import_id, closes_missing=False, now=read_now())
    monkeypatch.setattr(Statement, "prepare", fail_late)
    run_jobs(app, tmp_path)
    monkeypatch.undo()
    assert calls
    assert find_job(person=organiser, job_id=job_id).state is JobState.FAILED
    assert read_accounts() == {}
    second = staff_lists.confirm_list(actor=organiser, import_id=import_id, closes_missing=False, now=read_now())
    run_jobs(app, tmp_path)
    assert find_job(person=organiser, job_id=second).state is JobState.DONE
    assert len(read_accounts()) == 2


@pytest.fixture
def slow_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever confirms keeps the transaction open for a while, so that the other waits in the middle of a statement."""
    add_entry = staging.audit.add_entry

    def add_entry_slowly(*arguments: Any, **values: Any) -> None:
        add_entry(*arguments, **values)
        time.sleep(0.3)

    monkeypatch.setattr(staging.audit, "add_entry", add_entry_slowly)


@pytest.mark.usefixtures("slow_ends")
def test_of_two_who_confirm_at_once_one_imports(app: Flask, organiser: Person, tmp_path: Path) -> None:
    other = add_person("to-chuc-2", roles=[Role.ORGANISER])
    import_id = add_staff_list(organiser, make_list(AN, BINH))
    outcomes = run_together(
        app,
        [
            lambda actor=actor: staff_lists.confirm_list(
                actor=actor, import_id=import_id, closes_missing=False, now=read_now()
            )
            for actor in (organiser, other)
        ],
    )
    assert sum(isinstance(outcome, StaffListChanged) for outcome in outcomes) == 1
    run_jobs(app, tmp_path)
    assert len([login for login in read_accounts() if login.startswith("cb")]) == 2


@pytest.mark.usefixtures("slow_ends")
def test_a_list_that_is_confirmed_and_dropped_at_once_is_one_of_the_two(app: Flask, organiser: Person) -> None:
    import_id = add_staff_list(organiser, make_list(AN, BINH))
    outcomes = run_together(
        app,
        [
            lambda: staff_lists.confirm_list(
                actor=organiser, import_id=import_id, closes_missing=False, now=read_now()
            ),
            lambda: staff_lists.discard_list(actor=organiser, import_id=import_id, now=read_now()),
        ],
    )
    assert sum(isinstance(outcome, StaffListChanged) for outcome in outcomes) == 1
    [row] = run_sql("SELECT state, job_id IS NULL AS is_without_job FROM staff_imports")
    assert (row.state, bool(row.is_without_job)) in {("confirmed", False), ("discarded", True)}


def test_names_in_three_columns_and_one_unit_for_all(app: Flask, organiser: Person, tmp_path: Path) -> None:
    ((unit_id,),) = run_sql("SELECT id FROM units WHERE code = 'B'")
    text = "STT,Họ và tên đệm,Tên,SĐT,Năm sinh\n1,Nguyễn Văn,An,912345678,1985\n2,Trần Thị,Bình,0912345679,"
    import_id = add_staff_list(organiser, text, default_unit_id=unit_id)
    preview = staff_lists.view_list(actor=organiser, import_id=import_id)
    assert preview.error_count == 0, [problem.describe() for problem in preview.shown_problems]
    staff_lists.confirm_list(actor=organiser, import_id=import_id, closes_missing=False, now=read_now())
    run_jobs(app, tmp_path)
    accounts = read_accounts()
    assert {login: account["name"] for login, account in accounts.items()} == {
        "0912345678": "Nguyễn Văn An", "0912345679": "Trần Thị Bình",
    }  # fmt: skip
    assert {account["unit"] for account in accounts.values()} == {"B"}


def test_only_organisers_import(app: Flask, organiser: Person) -> None:
    lead = add_person("phu-trach", roles=[Role.UNIT_LEAD], led_unit_id=add_unit("C"))
    with pytest.raises(NotAllowed):
        add_staff_list(lead, make_list(AN))
    import_id = add_staff_list(organiser, make_list(AN))
    with pytest.raises(NotAllowed):
        staff_lists.view_list(actor=lead, import_id=import_id)
    with pytest.raises(NotAllowed):
        staff_lists.confirm_list(actor=lead, import_id=import_id, closes_missing=False, now=read_now())
    with pytest.raises(NotFound):
        staff_lists.view_list(actor=organiser, import_id=1)


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"PK\x03\x04 broken", "Tên gì đó\nx".encode(), b"%PDF-1.4"])
def test_a_file_that_is_no_list_is_told_so(app: Flask, organiser: Person, content: bytes) -> None:
    visitor = Visitor(app, "to-chuc")
    answer = visitor.ask(
        "POST",
        "/organiser/staff-lists",
        data={"file": (BytesIO(content), "ds.xlsx"), "csrf_token": visitor.read_token()},
    )
    assert answer.status_code == 303
    page = visitor.get(answer.location)
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert "/confirm" not in page.text


def test_a_large_list_is_taken_from_organisers_only(app: Flask, organiser: Person) -> None:
    rows = [(f"X{n:05d}", f"Nguyễn Văn An {n}", "", "", "A") for n in range(4000)]
    content = make_list(*rows).encode()
    assert len(content) > 64 * 1024
    add_person("nguoi-thi")
    for login, status in (("to-chuc", 303), ("nguoi-thi", 413)):
        visitor = Visitor(app, login)
        answer = visitor.ask(
            "POST",
            "/organiser/staff-lists",
            data={"file": (BytesIO(content), "ds.csv"), "csrf_token": visitor.read_token()},
        )
        assert answer.status_code == status


def make_office_workbook() -> bytes:
    """A list as an office sends it: a cover first, a letter head, two rows of headings, merged units, a hidden row,
    numbers that have lost their zeros, 200 empty columns, and signatures below.
    """
    workbook = openpyxl.Workbook()
    workbook.active.title = "Bìa"  # type: ignore[union-attr]
    workbook.active["A1"] = "DANH SÁCH NĂM 2022"  # type: ignore[index]
    sheet = workbook.create_sheet("Danh sách")
    sheet["A1"], sheet["A3"] = "SỞ GIÁO DỤC VÀ ĐÀO TẠO", "DANH SÁCH CÔNG CHỨC, VIÊN CHỨC"
    sheet.merge_cells("A3:H3")
    sheet.append([])
    sheet.append(["STT", "Họ và tên", "Ngày sinh", None, "Đơn vị công tác", "SĐT", "Số CCCD", "Chức vụ"])
    sheet.append([None, None, "Nam", "Nữ", None, None, None, None])
    sheet.merge_cells("C5:D5")
    sheet.append([1, "Nguyễn Văn An", date(1985, 2, 28), None, "Trường A", 912345678, 94085001234, "Giáo viên"])
    sheet.append([2, "Trần Thị Bình", None, "1/9/1990", None, "0912 345 679", "094090001235", "=Trưởng nhóm"])
    sheet.append([3, "Lê Chi", None, 1992, "b", "+84912345680", None, None])
    sheet["H8"].data_type = "s"
    sheet.merge_cells("E7:E8")
    sheet.row_dimensions[8].hidden = True
    sheet.cell(row=7, column=200).value = " "
    sheet["B12"], sheet["G12"] = "Người lập biểu", "Thủ trưởng đơn vị"
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def test_a_list_as_an_office_sends_it(app: Flask, organiser: Person, tmp_path: Path) -> None:
    import_id = staff_lists.preview_list(
        actor=organiser,
        content=make_office_workbook(),
        file_name="Danh sách.xlsx",
        default_unit_id=None,
        keys=KEYS,
        now=read_now(),
        today=TODAY,
    )
    preview = staff_lists.view_list(actor=organiser, import_id=import_id)
    assert preview.error_count == 0, [problem.describe() for problem in preview.shown_problems]
    # The hidden row, the merged cells and the signatures that were passed over are told.
    assert preview.doubt_count == 3
    staff_lists.confirm_list(actor=organiser, import_id=import_id, closes_missing=False, now=read_now())
    run_jobs(app, tmp_path)
    accounts = read_accounts()
    found = [(account["name"], account["birth"], account["unit"], login) for login, account in accounts.items()]
    assert found == [
        ("Nguyễn Văn An", "1985-02-28", "A", "0912345678"),
        ("Trần Thị Bình", "1990-09-01", "A", "0912345679"),
        ("Lê Chi", "1992", "B", "0912345680"),
    ]
    assert accounts["0912345678"]["citizen_hash"] == KEYS.hash_citizen_number(CITIZEN)
    assert accounts["0912345679"]["job_title"] == "=Trưởng nhóm"


def test_a_large_list_is_read_in_the_background(
    app: Flask, organiser: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff_lists, "SMALL_LIST", 10)
    storage = app.extensions["storage"] = FolderStorage(tmp_path)
    visitor = Visitor(app, "to-chuc")
    content = make_list(AN, BINH).encode("utf-8-sig")

    def upload(content: bytes) -> str:
        fields = {"csrf_token": visitor.read_token(), "unit_id": "", "file": (BytesIO(content), "danh-sach.csv")}
        answer = visitor.ask("POST", "/organiser/staff-lists", data=fields, content_type="multipart/form-data")
        assert answer.status_code == 303
        assert "/jobs/" in answer.location
        return answer.location

    location = upload(content)
    assert run_sql("SELECT id FROM staff_imports") == []
    assert visitor.get(location).status_code == 200, "while it waits"
    run_jobs(app, tmp_path)
    ((import_id,),) = run_sql("SELECT id FROM staff_imports")
    assert list(storage.list_files("uploads/")) == []
    page = visitor.get(location).text
    assert f"/organiser/staff-lists/{import_id}" in page
    assert visitor.post(f"/organiser/staff-lists/{import_id}/confirm").status_code == 303
    run_jobs(app, tmp_path)
    assert list(read_accounts()) == ["cb001", "cb002"]
    # A file that is gone is told, and nothing is kept.
    location = upload(content + b"\n")
    for file in list(storage.list_files("uploads/")):
        storage.delete_file(file.key)
    run_jobs(app, tmp_path)
    assert len(run_sql("SELECT id FROM staff_imports")) == 1
    page = visitor.get(location)
    assert page.status_code == 200
    assert "/organiser/staff-lists/" not in page.text.partition("<main")[2]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04" + b"x" * 40, "Tệp bị hỏng"),
        (make_list(AN, (*BINH[:2], "31/02/1990", *BINH[3:])).encode("utf-8-sig"), "dòng 3"),
    ],
    ids=["no table at all", "a wrong row"],
)
def test_a_large_list_that_cannot_be_read_says_why_and_where(
    app: Flask, organiser: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, told: str
) -> None:
    monkeypatch.setattr(staff_lists, "SMALL_LIST", 10)
    app.extensions["storage"] = FolderStorage(tmp_path)
    visitor = Visitor(app, "to-chuc")
    fields = {"csrf_token": visitor.read_token(), "unit_id": "", "file": (BytesIO(content), "danh-sach.csv")}
    location = visitor.ask("POST", "/organiser/staff-lists", data=fields, content_type="multipart/form-data").location
    run_jobs(app, tmp_path)
    page = visitor.get(location).text.partition("<main")[2]
    assert told in page, page
