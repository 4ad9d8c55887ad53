"""Import and export of units: what is new, changed and wrong is shown first; all is stored, or nothing."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter
from flask import Flask

from quiz_app.domain.errors import NotFound, UnitsChanged
from quiz_app.domain.people import Person, Role
from quiz_app.domain.units import Unit
from quiz_app.persistence.session import Work
from quiz_app.services.accounts import move_account
from quiz_app.services.units import changing, importing, kinds
from quiz_app.services.units.changing import UnitFields
from quiz_app.services.units.planning import RowState
from tests.factories import MIDDLE, add_person, add_unit, run_sql
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor

HEADINGS = ["Mã đơn vị", "Tên đơn vị", "Loại đơn vị", "Khối", "Mã đơn vị cấp trên", "Tổng số công chức, viên chức"]


@pytest.fixture
def organiser(app: Flask) -> Person:
    person = add_person("bantochuc", roles=[Role.ORGANISER])
    kinds.put_kind(organiser=person, code="", name="Trường học", now=MIDDLE)
    kinds.put_kind(organiser=person, code="", name="Sở, ban, ngành", now=MIDDLE)
    return person


def make_file(*rows: list[Any], headings: list[str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet("Đơn vị")
        for number, row in enumerate([headings or HEADINGS, *rows]):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def upload(organiser: Person, content: bytes) -> importing.UnitPreview:
    read = importing.upload_units(organiser=organiser, content=content, file_name="don-vi.xlsx", now=MIDDLE)
    assert read.import_id is not None, read.problems
    return importing.preview_units(organiser=organiser, import_id=read.import_id)


def confirm(organiser: Person, preview: importing.UnitPreview) -> importing.ImportedUnits:
    return importing.confirm_units(organiser=organiser, import_id=preview.id, digest=preview.plan.digest, now=MIDDLE)


def read_units() -> list[Any]:
    return run_sql("SELECT code, name, kind, block, parent_id, staff_number FROM units ORDER BY code")


def list_states(preview: importing.UnitPreview) -> list[tuple[int, str]]:
    return [(row.number, str(row.state)) for row in preview.plan.rows]


def test_new_changed_and_unchanged_rows_are_told_apart_and_stored_together(organiser: Person) -> None:
    top = add_unit("SGD", name="Sở Giáo dục", kind="so-ban-nganh", staff_number=46)
    add_unit("THPT", name="Trường Trần Đề", kind="truong-hoc", parent_id=top, staff_number=60)
    add_unit("KHAC", kind="truong-hoc")
    preview = upload(
        organiser,
        make_file(
            ["SGD", "Sở Giáo dục", "Sở, ban, ngành", "", "", 46],
            # A unit above that stands further down.
            ["TO", "Tổ Văn", "truong hoc", "Khối 1", "THCS", ""],
            ["THCS", "Trường THCS", "Trường học", "Khối 1", "SGD", "1.234"],
            ["thpt", "Trường THPT Trần Đề", "Trường học", "", "SGD", 62],
        ),
    )
    assert list_states(preview) == [(2, "unchanged"), (3, "new"), (4, "new"), (5, "changed")]
    changed = preview.plan.rows[3]
    assert dict(changed.before) == {"code": "THPT", "name": "Trường Trần Đề", "staff_number": 60}
    assert dict(changed.after) == {"code": "thpt", "name": "Trường THPT Trần Đề", "staff_number": 62}
    assert preview.plan.untouched_count == 1
    before = read_units()
    assert confirm(organiser, preview) == importing.ImportedUnits(added=2, changed=1)
    units = {row.code: row for row in read_units()}
    assert len(units) == len(before) + 2
    ids = {row.code: row.id for row in run_sql("SELECT code, id FROM units")}
    assert units["TO"].parent_id == ids["THCS"]
    assert units["THCS"].parent_id == top
    assert (units["THCS"].staff_number, units["thpt"].staff_number) == (1234, 62)
    history = run_sql("SELECT change, reason FROM unit_changes ORDER BY id")
    assert sorted(row.change for row in history) == ["added", "added", "renamed"]
    assert {row.reason for row in history} == {"don-vi.xlsx"}
    assert run_sql("SELECT * FROM unit_imports") == []


NOT_PEOPLE = "“%(text)s” is not a number of people from 0 to 1,000,000"


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (["SGD", "Trùng", "Trường học", "", "", ""], "code", "row %(row)s has the same code"),
        (["DONG", "Cũ", "Trường học", "", "", ""], "code", "the unit with this code is closed; open it again first"),
        (["X", "Tên", "Phi thuyền", "", "", ""], "kind", "there is no kind of unit “%(text)s”; add it first"),
        (["X", "Tên", "", "", "", ""], "kind", "the kind of the unit is missing"),
        (["X", "Tên", "Trường học", "", "KHONG-CO", ""], "parent", "there is no unit “%(text)s”, here or in the file"),
        (["X", "Tên", "Trường học", "", "X", ""], "parent", "“%(text)s” stands below this unit: a circle"),
        (["X", "Tên", "Trường học", "", "DONG", ""], "parent", "the unit above, “%(text)s”, is closed"),
        (["X", "Tên", "Trường học", "", "", -5], "staff_number", NOT_PEOPLE),
        (["X", "Tên", "Trường học", "", "", "sáu"], "staff_number", NOT_PEOPLE),
        (["X", "Tên", "Trường học", "", "", 2.5], "staff_number", NOT_PEOPLE),
        (["X" * 61, "Tên", "Trường học", "", "", ""], "code", "the text has more than %(most)s characters"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_and_keeps_the_whole_list_out(
    organiser: Person, row: list[Any], column: str, message: str
) -> None:
    add_unit("SGD", kind="so-ban-nganh")
    closed = add_unit("DONG", kind="truong-hoc")
    changing.close_unit(organiser=organiser, unit_id=closed, reason="QĐ", now=MIDDLE)
    preview = upload(organiser, make_file(["SGD", "Sở", "Sở, ban, ngành"], ["MOI", "Mới", "Trường học"], row))
    wrong = [row for row in preview.plan.rows if row.state is RowState.WRONG]
    assert [(each.number, [(p.column, p.message) for p in each.problems]) for each in wrong] == [
        (4, [(column, message)])
    ]
    before = read_units()
    with pytest.raises(UnitsChanged):
        confirm(organiser, preview)
    assert read_units() == before


def test_a_circle_of_two_rows_is_seen_in_both(organiser: Person) -> None:
    preview = upload(organiser, make_file(["A", "A", "Trường học", "", "B"], ["B", "B", "Trường học", "", "A"]))
    assert [row.problems[0].column for row in preview.plan.rows] == ["parent", "parent"]


def test_columns_that_are_missing_leave_what_is_stored_and_empty_cells_empty_it(organiser: Person) -> None:
    top = add_unit("TOP", kind="truong-hoc")
    add_unit("A", name="A", kind="truong-hoc", block="Khối 1", parent_id=top, staff_number=7)
    preview = upload(organiser, make_file(["A", "B"], headings=["Mã", "Tên đơn vị"]))
    assert dict(preview.plan.rows[0].after) == {"name": "B"}
    preview = upload(organiser, make_file(["A", "A", "Trường học", "", "", ""]))
    assert dict(preview.plan.rows[0].after) == {"block": None, "parent": None, "staff_number": None}


def test_what_changed_since_the_preview_is_not_overwritten_unseen(organiser: Person) -> None:
    unit_id = add_unit("A", name="Cũ", kind="truong-hoc")
    preview = upload(organiser, make_file(["A", "Mới", "Trường học"]))
    fields = UnitFields("A", "Khác", "truong-hoc")
    changing.edit_unit(organiser=organiser, unit_id=unit_id, fields=fields, reason="QĐ", now=MIDDLE)
    with pytest.raises(UnitsChanged):
        confirm(organiser, preview)
    again = importing.preview_units(organiser=organiser, import_id=preview.id)
    assert (
        dict(again.plan.rows[0].before) == {"name": "Khác", "staff_number": None}
        or again.plan.rows[0].before["name"] == "Khác"
    )
    confirm(organiser, again)
    assert [row.name for row in read_units()] == ["Mới"]
    with pytest.raises(NotFound):
        confirm(organiser, again)


def test_people_are_put_into_units_while_a_list_of_units_is_stored(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit_ids = [add_unit(f"D{number}", kind="truong-hoc") for number in range(3)]
    person = add_person(unit_id=unit_ids[0])
    # The other way round than they lie in the table.
    names = [[f"D{number}", f"Tên mới {number}", "Trường học", "", "", ""] for number in (2, 1, 0)]
    preview = upload(organiser, make_file(*names))
    set_units = importing.unit_store.set_units

    def set_in_two_halves(work: Work, units: Sequence[Unit]) -> None:
        set_units(work, units[:1])
        time.sleep(0.6)
        set_units(work, units[1:])

    monkeypatch.setattr(importing.unit_store, "set_units", set_in_two_halves)

    def move() -> None:
        time.sleep(0.2)
        move_account(actor=organiser, account_id=person.id, unit_id=unit_ids[1], now=MIDDLE)

    assert run_together(app, [lambda: confirm(organiser, preview), move]) == [importing.ImportedUnits(0, 3), None]
    assert [row.name for row in read_units()] == ["Tên mới 0", "Tên mới 1", "Tên mới 2"]
    assert run_sql("SELECT unit_id FROM accounts WHERE id = :id", id=person.id) == [(unit_ids[1],)]


def test_an_import_is_seen_and_confirmed_only_by_who_uploaded_it(organiser: Person) -> None:
    preview = upload(organiser, make_file(["A", "Mới", "Trường học"]))
    other = add_person("khac", roles=[Role.ORGANISER])
    with pytest.raises(NotFound):
        importing.preview_units(organiser=other, import_id=preview.id)
    with pytest.raises(NotFound):
        confirm(other, preview)


def test_from_upload_to_store_with_forms_alone(app: Flask, organiser: Person) -> None:
    visitor = Visitor(app, organiser.login)
    rows = [[f"U{number:04}", f"Đơn vị {number}", "Trường học", "Khối 1", "", number] for number in range(1, 1001)]
    content = make_file(*rows)
    answer = visitor.post("/organiser/units/import", {"file": (io.BytesIO(content), "don-vi.xlsx")})
    assert answer.status_code == 303
    page = visitor.get(answer.location)
    assert page.status_code == 200
    assert re.findall(r"<dd>([\d.]+)</dd>", page.text) == ["1.000", "0", "0", "0"]
    digest = page.text.partition('name="digest" value="')[2].partition('"')[0]
    assert visitor.post(answer.location, {"digest": "0" * 64}).status_code == 303
    assert read_units() == []
    assert visitor.post(answer.location, {"digest": digest}).status_code == 303
    assert len(read_units()) == 1000
    export = visitor.get("/organiser/units.xlsx")
    assert export.status_code == 200
    again = upload(organiser, export.data)
    assert again.warnings == ()
    assert {row.state for row in again.plan.rows} == {RowState.UNCHANGED}
    assert len(again.plan.rows) == 1000


def test_a_file_that_cannot_be_read_says_where_on_the_page(app: Flask, organiser: Person) -> None:
    visitor = Visitor(app, organiser.login)
    visitor.client.set_cookie("language", "en")
    content = make_file(["A", "", "Trường học"], ["", "B", "Trường học"])
    answer = visitor.post("/organiser/units/import", {"file": (io.BytesIO(content), "<b>.xlsx")})
    assert answer.status_code == 422
    assert "Đơn vị, row 2, column B" in answer.text
    assert "Đơn vị, row 3, column A" in answer.text
    assert "<b>.xlsx" not in answer.text
    assert visitor.post("/organiser/units/import", {}).status_code == 422


def test_a_large_file_is_taken_from_organisers_and_from_nobody_else(app: Flask, organiser: Person) -> None:
    add_person("thisinh")
    large = b"x" * 300_000
    assert (
        Visitor(app, organiser.login)
        .post("/organiser/units/import", {"file": (io.BytesIO(large), "a.xlsx")})
        .status_code
        == 422
    )
    for visitor in (Visitor(app, "thisinh"), Visitor(app)):
        answer = visitor.post("/organiser/units/import", {"file": (io.BytesIO(large), "a.xlsx")})
        assert answer.status_code == 413


def test_the_export_gives_back_every_unit_with_leading_zeros_and_signs_of_formulas(
    app: Flask, organiser: Person
) -> None:
    top = add_unit("001", name="=1+1", kind="so-ban-nganh", block="+Khối", staff_number=None)
    add_unit("002", name="@Trường, “A”", kind="truong-hoc", parent_id=top, staff_number=0)
    preview = upload(organiser, Visitor(app, organiser.login).get("/organiser/units.xlsx").data)
    assert list_states(preview) == [(2, "unchanged"), (3, "unchanged")]
    assert not preview.plan.may_be_confirmed
