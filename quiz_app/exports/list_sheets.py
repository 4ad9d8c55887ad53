"""Official lists as workbooks (a sheet for each) and as csv. Texts are never formulas or links; codes stay texts."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from io import BytesIO, StringIO
from typing import Any

import segno
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from quiz_app.domain.issued_lists import FileFormat
from quiz_app.exports.documents import (
    MARGIN_BOTTOM,
    MARGIN_LEFT,
    MARGIN_RIGHT,
    MARGIN_TOP,
    Cell,
    CellKind,
    OfficialDocument,
    SheetFrame,
    make_frame,
    make_text,
)
from quiz_app.exports.qr import MASK
from quiz_app.exports.sheets import XLSX

__all__ = ["XLSX", "make_list_csv", "make_list_workbook"]

MM_IN = 1 / 25.4
LINE_HEIGHT = 15.5
"""Points of a line of a cell."""
MM_A_LETTER = 2.0
"""Width of a letter in a column of a sheet."""
_UNSAFE_NAME = re.compile(r"[\[\]:*?/\\']")
# The language of the format makes a decimal comma where the program does not follow its own settings.
_SCORE_FORMATS = {"vi": "[$-42A]0.0#", "en": "0.0#"}
_GUARDED = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])


def make_list_workbook(documents: Sequence[OfficialDocument]) -> bytes:
    """A workbook with a sheet for each list. Rows leave the memory as they are written."""
    buffer = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as workbook:
        looks = _make_looks(workbook)
        taken: set[str] = set()
        for document in documents:
            sheet = workbook.add_worksheet(_name_sheet(document.sheet_name, taken))
            _write_sheet(workbook, sheet, document, looks)
    return buffer.getvalue()


def make_list_csv(document: OfficialDocument) -> bytes:
    """The table with its headings first, what stands below it after it; UTF-8 with the mark that Excel looks for."""
    frame = make_frame(document, FileFormat.CSV)
    kinds = [column.kind for column in document.columns]
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_guard(column.heading) for column in document.columns])
    writer.writerows(
        [_guard(make_text(cell, kind, document.language)) for cell, kind in zip(row, kinds, strict=True)]
        for row in document.rows
    )
    for _, _, text, _ in frame.below:
        writer.writerow([_guard(text), *[""] * (len(document.columns) - 1)])
    return buffer.getvalue().encode("utf-8-sig")


def _write_sheet(workbook: Any, sheet: Any, document: OfficialDocument, looks: dict[str, Any]) -> None:
    frame = make_frame(document, FileFormat.XLSX)
    _set_up_page(sheet, document, frame)
    kinds = [column.kind for column in document.columns]
    row_looks = [looks[f"cell_{kind}"] for kind in kinds]
    score_look = _make_score_look(workbook, looks, document.language)
    for place, kind in enumerate(kinds):
        if kind is CellKind.SCORE:
            row_looks[place] = score_look
    _write_entries(sheet, document, frame.above, looks)
    room = [column.width * _find_scale(document) / MM_A_LETTER for column in document.columns]
    _set_height(sheet, frame.heading, [column.heading for column in document.columns], room)
    for place, column in enumerate(document.columns):
        sheet.write_string(frame.heading, place, column.heading, looks["heading"])
    _write_rows(sheet, document, frame.heading + 1, row_looks, room)
    _write_entries(sheet, document, frame.below, looks)
    proof = document.proof
    if proof is None:
        return
    image = BytesIO()
    segno.make_qr(proof.url, error="m", boost_error=False, mask=MASK).save(image, kind="png", scale=3)
    sheet.insert_image(
        frame.below[-1][0] + 1, 0, "qr.png", {"image_data": image, "description": proof.code, "y_offset": 4}
    )


def _write_rows(
    sheet: Any, document: OfficialDocument, first: int, looks: Sequence[Any], room: Sequence[float]
) -> None:
    """The rows as XML, straight to where XlsxWriter collects its own: cell by cell it takes three times as long, and
    30,000 people have 360,000 cells. Texts are inline texts: nothing of them can be a formula or a link.
    """
    if not document.rows:
        return
    # What stands above leaves the memory first.
    sheet._write_single_row(first)
    shapes = [
        (f'<c r="{xl_col_to_name(place)}', f'" s="{look._get_xf_index()}"', column.kind is CellKind.SCORE)
        for place, (column, look) in enumerate(zip(document.columns, looks, strict=True))
    ]
    limits = [share * 0.85 for share in room]
    for number, row in enumerate(document.rows, start=first + 1):
        lines = 1
        parts = []
        for (before, after, is_score), cell, limit in zip(shapes, row, limits, strict=True):
            if cell is None or cell == "":
                parts.append(f"{before}{number}{after}/>")
            elif isinstance(cell, int):
                parts.append(f"{before}{number}{after}><v>{cell / 100 if is_score else cell}</v></c>")
            else:
                text = escape(cell if cell.isprintable() else cell.translate(_CONTROL), quote=False)
                parts.append(f'{before}{number}{after} t="inlineStr"><is><t{_keep_space(text)}>{text}</t></is></c>')
                if len(cell) > limit:
                    lines = max(lines, _count_lines(cell, limit / 0.85))
        height = f' ht="{LINE_HEIGHT * lines}" customHeight="1"' if lines > 1 else ""
        sheet.fh.write(f'<row r="{number}"{height}>{"".join(parts)}</row>')
    last = first + len(document.rows) - 1
    sheet.previous_row = last
    sheet.dim_rowmax = max(sheet.dim_rowmax or 0, last)


def _write_entries(
    sheet: Any, document: OfficialDocument, entries: Sequence[tuple[int, int, str, str]], looks: dict[str, Any]
) -> None:
    last, right = len(document.columns) - 1, document.right_column
    for row, column, text, look in entries:
        sheet.write_string(row, column, text.translate(_CONTROL), looks[look])
        if look == "plain":
            continue
        # Centred across empty cells, not merged: a merged cell breaks sorting and reading.
        end = last if column or look in ("title", "centred") else right - 1
        for empty in range(column + 1, end + 1):
            sheet.write_blank(row, empty, None, looks[look])


def _set_up_page(sheet: Any, document: OfficialDocument, frame: SheetFrame) -> None:
    sheet.set_paper(9)
    if document.is_landscape:
        sheet.set_landscape()
    sheet.set_margins(
        left=MARGIN_LEFT * MM_IN, right=MARGIN_RIGHT * MM_IN, top=MARGIN_TOP * MM_IN, bottom=MARGIN_BOTTOM * MM_IN
    )
    _number_from_second_page(sheet)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(frame.heading)
    for place, column in enumerate(document.columns):
        sheet.set_column(place, place, column.width * _find_scale(document) / MM_A_LETTER)
    sheet.freeze_panes(frame.heading + 1, 0)
    if document.rows:
        sheet.autofilter(frame.heading, 0, frame.heading + len(document.rows), len(document.columns) - 1)


def _find_scale(document: OfficialDocument) -> float:
    return document.width_mm / sum(column.width for column in document.columns)


def _set_height(sheet: Any, number: int, cells: Sequence[Cell], room: Sequence[float]) -> None:
    """As high as its longest cell needs. Programs do not all do that by themselves; before the row is written, since
    it leaves the memory with the next one.
    """
    most = 1
    for place, cell in enumerate(cells):
        if isinstance(cell, str) and len(cell) > room[place] * 0.85:
            most = max(most, _count_lines(cell, room[place]))
    if most > 1:
        sheet.set_row(number, LINE_HEIGHT * most)


def _keep_space(text: str) -> str:
    """Only where it matters: a sheet of 30,000 people must stay below what readers unpack."""
    return ' xml:space="preserve"' if text != text.strip() else ""


@lru_cache(maxsize=8192)
def _count_lines(text: str, room: float) -> int:
    lines, used = 1, 0.0
    for word in text.split():
        if used and used + 1 + len(word) > room:
            lines, used = lines + 1, 0.0
        lines += int(len(word) // (room + 1))
        used += len(word) + 1
    return lines


def _number_from_second_page(sheet: Any) -> None:
    """Page numbers from page 2 on, centred at the top, 13 points. XlsxWriter knows no header of the first page, so
    the element is written here.
    """
    sheet.set_header('&C&"Times New Roman,Regular"&13&P', {"margin": 10 * MM_IN})

    def write() -> None:
        sheet._xml_start_tag("headerFooter", [("differentFirst", "1")])
        sheet._write_odd_header()
        sheet._xml_end_tag("headerFooter")

    sheet._write_header_footer = write


def _make_looks(workbook: Any) -> dict[str, Any]:
    base = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter"}
    across = base | {"align": "center_across"}
    cell = base | {"border": 1, "text_wrap": True, "font_size": 11, "num_format": "@"}
    return {
        "plain": workbook.add_format(base),
        "half": workbook.add_format(across),
        "half_bold": workbook.add_format(across | {"bold": True}),
        "half_italic": workbook.add_format(across | {"italic": True}),
        "title": workbook.add_format(across | {"bold": True, "font_size": 14}),
        "centred": workbook.add_format(across),
        "heading": workbook.add_format(cell | {"bold": True, "align": "center"}),
        "cell_text": workbook.add_format(cell),
        "cell_centred": workbook.add_format(cell | {"align": "center"}),
        "cell_ordinal": workbook.add_format(cell | {"align": "center", "num_format": "0"}),
        "cell_number": workbook.add_format(cell | {"align": "right", "num_format": "0"}),
        "cell_score": None,
    }


def _make_score_look(workbook: Any, looks: dict[str, Any], language: str) -> Any:
    name = f"score_{language}"
    if name not in looks:
        looks[name] = workbook.add_format(
            {
                "font_name": "Times New Roman", "font_size": 11, "valign": "vcenter", "border": 1, "align": "right",
                "num_format": _SCORE_FORMATS.get(language, "0.0#"),
            }
        )  # fmt: skip
    return looks[name]


def _name_sheet(wanted: str, taken: set[str]) -> str:
    """Excel allows 31 signs, none of []:*?/\\', and no name twice, whatever its case."""
    base = _UNSAFE_NAME.sub("", wanted).strip() or "1"
    name, number = base[:31].strip(), 1
    while name.casefold() in taken or name.casefold() == "history":
        number += 1
        name = f"{base[: 31 - len(str(number)) - 1].strip()} {number}"
    taken.add(name.casefold())
    return name


def _guard(text: str) -> str:
    text = text.translate(_CONTROL)
    return f"'{text}" if text.startswith(_GUARDED) else text
