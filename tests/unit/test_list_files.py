"""Lists as files: read again by other programs' libraries, and by the reader that checks them."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from quiz_app.domain.issued_lists import FileFormat
from quiz_app.domain.list_comparison import compare_lines
from quiz_app.domain.list_seals import seal_lines
from quiz_app.exports.documents import (
    Cell,
    CellKind,
    DocumentColumn,
    DocumentProof,
    OfficialDocument,
    Signature,
    list_lines,
    make_text,
)
from quiz_app.exports.list_docx import make_list_docx
from quiz_app.exports.list_pdf import make_list_pdf
from quiz_app.exports.list_sheets import make_list_csv, make_list_workbook
from quiz_app.services.tables.workbooks import open_sheets

CODE = "7K3QM9F2TZ4BXW8A0C1D"
COLUMNS = (
    DocumentColumn("STT", CellKind.ORDINAL, 10), DocumentColumn("Họ và tên", CellKind.TEXT, 40),
    DocumentColumn("Điện thoại", CellKind.CENTRED, 25), DocumentColumn("Số lần thi", CellKind.NUMBER, 15),
    DocumentColumn("Điểm", CellKind.SCORE, 15),
)  # fmt: skip
NAMES = ["Nguyễn Văn Ổn", "=HYPERLINK(1)", "+84", "-1", "@x", "A & <b>", "Lê\tThị\x07 Ánh"]


def make_official(names: list[str] = NAMES, **changes: object) -> OfficialDocument:
    rows: list[list[Cell]] = [[number, name, "0912345678", 3, 850] for number, name in enumerate(names, start=1)]
    rows += [[len(rows) + 1, "Trần Văn Bình", None, None, None]] if names else []
    document = OfficialDocument(
        language="vi", national_title="CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", motto="Độc lập - Tự do - Hạnh phúc",
        superior="Sở Giáo dục", issuer="Trường A", number_line="Số: …/DS", date_line="ngày 15 tháng 10 năm 2022",
        title="DANH SÁCH", subtitle=("Phần thi kiến thức",), columns=COLUMNS, rows=rows, empty_text="Không có ai.",
        footer=("Tổng số: 7; tỷ lệ: 30,5%.",), signatures=(Signature("NGƯỜI LẬP BIỂU", "(Ký)"),),
        proof=DocumentProof("7K3Q-M9F2-TZ4B-XW8A-0C1D", "Mã", "Kiểm tra tại", "http://a.vn/verify", "http://a.vn/v"),
        sheet_name="Trường A: [1]",
    )  # fmt: skip
    return replace(document, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("file_format", [FileFormat.XLSX, FileFormat.CSV])
@pytest.mark.parametrize("names", [NAMES, []])
def test_what_is_read_back_is_what_was_sealed(file_format: FileFormat, names: list[str]) -> None:
    document = make_official(names)
    content = make_list_csv(document) if file_format is FileFormat.CSV else make_list_workbook([document])
    (sheet,) = open_sheets(content, f"a.{file_format}")
    lines = [(number, [str(cell) for cell in row]) for number, row in enumerate(sheet.rows, start=1) if any(row)]
    assert compare_lines(CODE, seal_lines(CODE, list_lines(document, file_format)), lines) == []


def test_a_workbook_keeps_codes_as_text_scores_as_numbers_and_texts_as_no_formula() -> None:
    book = load_workbook(BytesIO(make_list_workbook([make_official(), make_official()])))
    assert book.sheetnames == ["Trường A 1", "Trường A 1 2"]
    sheet = book.worksheets[0]
    rows = [row for row in sheet.iter_rows() if isinstance(row[0].value, int)]
    assert [row[1].value for row in rows[:5]] == NAMES[:5]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert rows[0][2].value == "0912345678"
    assert (rows[0][4].value, rows[0][4].number_format) == (8.5, "[$-42A]0.0#")
    assert sheet.page_setup.paperSize in (9, "9")
    assert sheet.print_title_rows is not None
    assert sheet.oddHeader.center.text == "&P"
    assert sheet.HeaderFooter.differentFirst
    assert b"<f>" not in ZipFile(BytesIO(make_list_workbook([make_official()]))).read("xl/worksheets/sheet1.xml")


def test_csv_has_the_mark_of_utf_8_and_guards_against_formulas() -> None:
    content = make_list_csv(make_official())
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:6]] == ["Nguyễn Văn Ổn", "'=HYPERLINK(1)", "'+84", "'-1", "'@x"]
    assert rows[1][4] == "8,5"


def test_a_pdf_numbers_its_pages_from_the_second_repeats_headings_and_keeps_rows_with_signatures() -> None:
    content = make_list_pdf(make_official([f"Nguyễn Văn {number}" for number in range(120)]))
    assert content == make_list_pdf(make_official([f"Nguyễn Văn {number}" for number in range(120)]))
    pages = [page.extract_text(extraction_mode="layout") for page in PdfReader(BytesIO(content)).pages]
    assert len(pages) > 2
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in pages[0]
    assert all("Họ và tên" in page for page in pages)
    assert not re.match(r"\s*1\s*\n", pages[0])
    assert [page.split()[0] for page in pages[1:]] == [str(number) for number in range(2, len(pages) + 1)]
    assert "NGƯỜI LẬP BIỂU" in pages[-1]
    assert "Trần Văn Bình" in pages[-1]


def test_a_word_document_has_margins_repeated_headings_and_every_row() -> None:
    word = Document(BytesIO(make_list_docx(make_official())))
    section = word.sections[0]
    assert [round(side.mm) for side in (section.top_margin, section.bottom_margin)] == [20, 20]
    assert [round(side.mm) for side in (section.left_margin, section.right_margin)] == [30, 15]
    assert section.different_first_page_header_footer
    table = word.tables[1]
    assert len(table.rows) == 1 + len(NAMES) + 1
    assert table.rows[1].cells[4].text == "8,5"
    assert "w:tblHeader" in table.rows[0]._tr.xml


@pytest.mark.parametrize(("hundredths", "text"), [(850, "8,5"), (1000, "10,0"), (667, "6,67"), (5, "0,05"), (0, "0,0")])
def test_scores_have_a_comma_and_one_decimal_at_least(hundredths: int, text: str) -> None:
    assert make_text(hundredths, CellKind.SCORE, "vi") == text
