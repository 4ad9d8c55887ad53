"""Workbooks and csv: text stays text, whatever it begins with."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from quiz_app.exports.sheets import SheetColumn, make_csv, make_workbook
from quiz_app.exports.slips import SlipWords, make_slips_pdf

DANGEROUS = ["=1+1", "+84912345678", "-Lê Chi", "@SUM(A1)", "\t=1", "00123", "1e5", "http://x.vn"]


def test_a_workbook_holds_texts_as_they_are() -> None:
    content = make_workbook(
        "Danh sách [1]", [SheetColumn("Mã"), SheetColumn("Tên", "ghi chú")], [(text, "Ả\x07") for text in DANGEROUS]
    )
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert sheet is not None
    assert sheet.title == "Danh sách 1"
    assert [cell.value for cell in sheet["A"]] == ["Mã", *DANGEROUS]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert {cell.number_format for cell in sheet["A"]} == {"@"}
    assert sheet["B2"].value == "Ả"


def test_csv_guards_what_could_be_a_formula() -> None:
    text = make_csv(["Tên"], [(text,) for text in DANGEROUS]).decode("utf-8")
    assert text.startswith("\ufeffTên\r\n")
    for line in text.splitlines()[1:]:
        assert line.strip('"')[0] not in "=+-@\t"
    assert "00123" in text.splitlines()


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (10, 1), (11, 2), (35, 4)])
def test_slips_stand_ten_on_a_page(count: int, pages: int) -> None:
    pypdf = pytest.importorskip("pypdf")
    slips = [
        SlipWords("Trường THPT Trần Đề", "Hội thi", f"Nguyễn Thị Hạnh {n}", "Tài khoản", f"cb{n}", "Mã",
                  f"K7MP-3XQD-H9{n:02d}", "Mở trang", "Đến 31/10/2022")
        for n in range(count)
    ]  # fmt: skip
    content = make_slips_pdf(slips, language="vi", title="Phiếu", page_label="trang %(number)s/%(count)s")
    reader = pypdf.PdfReader(BytesIO(content))
    assert len(reader.pages) == pages
    text = "".join(page.extract_text() for page in reader.pages)
    for n in range(count):
        assert f"K7MP-3XQD-H9{n:02d}" in text
    assert f"trang {pages}/{pages}" in text
