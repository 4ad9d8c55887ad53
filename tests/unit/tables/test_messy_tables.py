"""Tables as people send them: titles above, two rows of headings, merged cells, hidden rows, formulas, wrong sheets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from question_bank.readers.report import Severity
from quiz_app.services.tables import Column, Table, read_table
from tests.effort import takes_at_most

COLUMNS = (
    Column("code", ("Mã cán bộ", "Mã CB", "Staff code"), is_required=True),
    Column("name", ("Họ và tên", "Full name"), is_required=True),
    Column("born", ("Ngày sinh", "Date of birth")),
    Column("phone", ("Số điện thoại", "Phone")),
)
HEADINGS = ["Mã cán bộ", "Họ và tên", "Ngày sinh", "Số điện thoại"]


def make_xlsx(fill: Callable[[Any], None]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        fill(workbook)
    return buffer.getvalue()


def make_table(*rows: list[Any], headings: list[str] | None = None) -> bytes:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("DS")
        for number, row in enumerate([headings or HEADINGS, *rows]):
            sheet.write_row(number, 0, row)

    return make_xlsx(fill)


def read(content: bytes, name: str = "ds.xlsx") -> Table:
    return read_table(content, name, COLUMNS)


def list_problems(table: Table, severity: Severity = Severity.ERROR) -> list[str]:
    return [problem.describe() for problem in table.problems if problem.severity is severity]


def test_a_plain_table_is_read_without_a_word() -> None:
    table = read(make_table(["007", "Nguyễn Văn A", "05/09/1985", "0912"], ["8", "B", "", 912345678]))
    assert table.problems == ()
    assert [(row.number, dict(row.values)) for row in table.rows] == [
        (2, {"code": "007", "name": "Nguyễn Văn A", "born": "05/09/1985", "phone": "0912"}),
        (3, {"code": "8", "name": "B", "born": "", "phone": "912345678"}),
    ]
    assert dict(table.columns) == {"code": "A", "name": "B", "born": "C", "phone": "D"}


def test_values_are_as_the_sheet_shows_them() -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        shown = [
            (7, "00000", "00007"),
            (912345678, "0000 000 000", "0912 345 678"),
            (0.3, "0%", "30%"),
            (0.125, "0.0%", "12.5%"),
            (79203001234, None, "79203001234"),
            (8.5, None, "8.5"),
            (1234567, "#,##0", "1234567"),
            (1.1 + 2.2, None, "3.3"),
            (1e18, None, "1000000000000000000"),
            (True, None, "TRUE"),
        ]
        for number, (value, code, _) in enumerate(shown, start=1):
            form = workbook.add_format({"num_format": code}) if code else None
            sheet.write(number, 0, value, form)
            sheet.write(number, 1, f"{shown[number - 1][2]}")
        sheet.write(11, 0, date(1985, 9, 5), workbook.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write(11, 1, "05/09/1985")

    table = read(make_xlsx(fill))
    assert len(table.rows) == 11
    assert [row.get_text("code") for row in table.rows] == [row.get_text("name") for row in table.rows]
    assert table.rows[-1].values["code"] == date(1985, 9, 5)


def test_two_rows_of_headings_under_a_title_with_merged_cells_and_a_row_of_numbers() -> None:
    def fill(workbook: Any) -> None:
        workbook.add_worksheet("Hướng dẫn").write(0, 0, "Đọc kỹ trước khi điền")
        sheet = workbook.add_worksheet("Danh sách")
        sheet.merge_range("A1:F1", "DANH SÁCH CÁN BỘ, CÔNG CHỨC")
        sheet.merge_range("A3:A4", "STT")
        sheet.merge_range("B3:C3", "Thông tin cá nhân")
        sheet.write_row("B4", ["Mã CB (*)", "HỌ VÀ  TÊN"])
        sheet.merge_range("D3:D4", "Ngày sinh (dd/mm/yyyy)")
        sheet.merge_range("E3:E4", "So dien thoai")
        sheet.write_row("A5", ["(1)", "(2)", "(3)", "(4)", "(5)"])
        sheet.write_row("A6", [1, "001", "Nguyễn Thị Hạnh", "1/2/1990", "0912"])

    table = read(make_xlsx(fill))
    assert table.sheet == "Danh sách"
    assert list_problems(table) == []
    assert [(row.number, row.get_text("code"), row.get_text("name")) for row in table.rows] == [
        (6, "001", "Nguyễn Thị Hạnh")
    ]
    assert table.headings["name"] == "HỌ VÀ TÊN"


def test_english_headings_in_another_order_and_columns_nobody_asked_for() -> None:
    table = read(make_table(["A", "x", "7"], headings=["Full name", "Notes", "Staff code"]))
    assert [dict(row.values) for row in table.rows] == [{"name": "A", "code": "7"}]
    assert list_problems(table, Severity.WARNING) == [
        "DS, row 1 column B, Notes: the column “Notes” is not known and was not read"
    ]


def test_empty_columns_by_the_hundred_do_no_harm() -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        yellow = workbook.add_format({"bg_color": "yellow"})
        for row in range(30):
            for column in range(200):
                sheet.write_blank(row, column, None, yellow)
        for place, heading in zip((0, 60, 120, 199), HEADINGS, strict=True):
            sheet.write(0, place, heading)
            sheet.write(1, place, "1")

    table = read(make_xlsx(fill))
    assert table.problems == ()
    assert dict(table.columns) == {"code": "A", "name": "BI", "born": "DQ", "phone": "GR"}
    assert len(table.rows) == 1


def test_cells_merged_downwards_count_for_each_of_their_rows_and_that_is_said() -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("DS")
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["1", "A"])
        sheet.write_row(2, 0, ["2", "B"])
        sheet.merge_range("D2:D3", "0912")

    table = read(make_xlsx(fill))
    assert [row.get_text("phone") for row in table.rows] == ["0912", "0912"]
    assert list_problems(table, Severity.WARNING) == [
        "DS, row 2 column D, Số điện thoại: the merged cells were read as “0912” in each of their rows"
    ]


def test_a_hidden_row_is_read_and_said() -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("DS")
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["1", "A"])
        sheet.write_row(2, 0, ["2", "B"])
        sheet.set_row(2, None, None, {"hidden": True})

    table = read(make_xlsx(fill))
    assert [(row.number, row.is_hidden) for row in table.rows] == [(2, False), (3, True)]
    assert len(list_problems(table, Severity.WARNING)) == 1
    assert "row 3" in list_problems(table, Severity.WARNING)[0]


def test_formulas_give_their_value_and_those_without_one_are_errors_at_their_cell() -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("DS")
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_formula("A2", '="00"&"7"', None, "007")
        sheet.write("B2", "A")
        sheet.write_formula("A3", "=A9", None, "")
        sheet.write("B3", "B")
        sheet.write("A4", "9")
        sheet.write_formula("B4", "=VLOOKUP(1,Z:Z,1)", None, "#N/A")

    table = read(make_xlsx(fill))
    assert table.rows[0].get_text("code") == "007"
    assert list_problems(table) == [
        "DS, row 3 column A, Mã cán bộ: the formula has no value; open the file in a spreadsheet program and save it "
        "again",
        "DS, row 4 column B, Họ và tên: the formula gives the error #N/A",
    ]


def test_titles_sums_and_signatures_are_passed_over_and_said() -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("DS")
        sheet.write_row(0, 0, HEADINGS)
        sheet.merge_range("A2:D2", "I. KHỐI TRƯỜNG HỌC")
        sheet.write_row(2, 0, ["1", "Phan Văn Mục"])
        sheet.write_row(3, 0, ["Tổng cộng: 1 người"])
        sheet.write_row(5, 1, ["Sóc Trăng, ngày 5 tháng 10 năm 2022"])
        sheet.write_row(6, 1, ["NGƯỜI LẬP BIỂU", "", "HIỆU TRƯỞNG"])
        sheet.write_row(9, 1, ["Trần Thị B", "", "Lê C"])

    table = read(make_xlsx(fill))
    assert [row.get_text("name") for row in table.rows] == ["Phan Văn Mục"]
    assert list_problems(table) == []
    assert len(list_problems(table, Severity.WARNING)) == 5


def test_a_person_without_a_code_is_an_error_and_not_a_signature() -> None:
    table = read(make_table(["", "Hiệu Trưởng Văn A", "1/1/1980", "0912"], ["", "C", "", ""], ["", "Phan D", "", ""]))
    assert list_problems(table) == [f"DS, row {row} column A, Mã cán bộ: the cell is empty" for row in (2, 3, 4)]


def test_a_missing_column_and_one_that_stands_twice_are_named() -> None:
    table = read(make_table(["1", "x", "y"], headings=["Mã cán bộ", "Ngày sinh", "Ngày sinh"]))
    assert list_problems(table) == [
        "DS, row 1, Họ và tên: the column “Họ và tên” is missing",
        "DS, row 1 column C, Ngày sinh: the column “Ngày sinh” stands twice",
    ]
    assert table.rows == ()


def test_two_sheets_with_the_same_table_are_not_chosen_between() -> None:
    def fill(workbook: Any, *, second_hidden: bool = False) -> None:
        for name in ("Phòng A", "Phòng B"):
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, HEADINGS)
            sheet.write_row(1, 0, ["1", name])
            if second_hidden and name == "Phòng B":
                sheet.hide()

    assert list_problems(read(make_xlsx(fill))) == [
        "Phòng B, row 1, : the sheet “Phòng B” has the same headings; leave only the one to import"
    ]
    table = read(make_xlsx(lambda workbook: fill(workbook, second_hidden=True)))
    assert [row.get_text("name") for row in table.rows] == ["Phòng A"]


@pytest.mark.parametrize("empty", [make_table(), make_table(["", "", "", ""])])
def test_a_table_without_rows_says_so(empty: bytes) -> None:
    assert list_problems(read(empty)) == ["DS, row 1, : there is no row below the headings"]


def test_no_table_at_all_names_the_headings_that_are_needed() -> None:
    (problem,) = read(make_table(["x"], headings=["Something else", "y"])).problems
    assert problem.describe() == "file, ds.xlsx: no sheet has the headings that are needed: Mã cán bộ, Họ và tên"


def test_names_that_look_like_formulas_and_invisible_letters() -> None:
    rows = [["1", "=1+1"], ["2", "@SUM(A1)"], ["3", "Nguyễn\u00a0Văn\u200b  A\n"], ["4", "Nguye\u0302\u0303n"]]

    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        for number, row in enumerate(rows, start=1):
            for place, text in enumerate(row):
                sheet.write_string(number, place, text)

    assert [row.get_text("name") for row in read(make_xlsx(fill)).rows] == [
        "=1+1",
        "@SUM(A1)",
        "Nguyễn Văn A",
        "Nguyễn",
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimited_text(delimiter: str, encoding: str) -> None:
    text = "\r\n".join(delimiter.join(row) for row in [HEADINGS, ["007", '"A ""x"""', "", "0912"]])
    table = read(text.encode(encoding), "ds.csv")
    assert [dict(row.values) for row in table.rows] == [{"code": "007", "name": 'A "x"', "born": "", "phone": "0912"}]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "ds.xlsx"),
        (b"MZ\x90\x00", "ds.xlsx"),
        (b"<html></html>", "ds.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "ds.xls"),
        (b"PK\x03\x04 broken", "ds.xlsx"),
        (b'a,b\n"never closed', "ds.csv"),
        ("Mã".encode("utf-16-le"), "ds.csv"),
        (b"\xff" * 100, "ds.csv"),
    ],
)
def test_what_is_no_table_is_refused_with_one_problem_of_the_file(content: bytes, name: str) -> None:
    table = read(content, name)
    assert table.has_errors
    assert len(table.problems) == 1
    assert table.rows == ()


def rewrite(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            part = source.read(entry)
            target.writestr(entry.filename, change(part) if entry.filename == name else part)
    return buffer.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "change",
    [
        lambda part: part.replace(b'r="A2"', b'r="XFD1048576"').replace(b'<row r="2"', b'<row r="1048576"'),
        lambda part: part.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1),
        lambda part: part[: len(part) // 2],
        lambda part: part + b" " * 30_000_000,
        lambda part: part.replace(b'r="A2"', b'r="-2"'),
    ],
    ids=["a cell in the far corner", "a document type", "cut off", "a bomb", "a cell that no sheet has"],
)
def test_hostile_sheets_are_refused_quickly(change: Callable[[bytes], bytes]) -> None:
    content = rewrite(make_table(["1", "A"]), SHEET, change)
    with takes_at_most(seconds=3):
        table = read(content)
    assert table.has_errors


def test_every_truncation_is_answered() -> None:
    content = make_table(["1", "A"])
    for share in range(0, 100, 7):
        assert read(content[: len(content) * share // 100]).has_errors


def make_ods(rows: str) -> bytes:
    buffer = io.BytesIO()
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
            f'<table:table table:name="DS">{rows}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
        package.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return buffer.getvalue()


def make_ods_row(*texts: str, repeated: int = 1) -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


def test_a_file_of_libreoffice_is_read_in_a_process_of_its_own() -> None:
    table = read(make_ods(make_ods_row(*HEADINGS) + make_ods_row("007", "Nguyễn Văn A", "5/9/1985", "0912")), "ds.ods")
    assert table.problems == ()
    assert [row.get_text("code") for row in table.rows] == ["007"]


def test_a_file_that_unfolds_into_gigabytes_is_refused() -> None:
    rows = make_ods_row(*HEADINGS) + make_ods_row("1", "A", "", "") + make_ods_row("x" * 1000, repeated=900_000_000)
    table = read(make_ods(rows), "ds.ods")
    assert list_problems(table) == [
        "file, ds.ods: the file is damaged, protected by a password or too large; save it as .xlsx and upload that"
    ]
