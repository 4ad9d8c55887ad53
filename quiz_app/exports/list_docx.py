"""Official lists as Word documents, to be edited before they are signed. Rows are written as XML: python-docx takes
half a second for a hundred of them.
"""

from __future__ import annotations

from html import escape
from io import BytesIO
from typing import Any

import segno
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from quiz_app.exports.documents import (
    MARGIN_BOTTOM,
    MARGIN_LEFT,
    MARGIN_RIGHT,
    MARGIN_TOP,
    PAGE_MM,
    CellKind,
    DocumentProof,
    OfficialDocument,
    make_text,
)
from quiz_app.exports.qr import MASK
from quiz_app.exports.typefaces import clean_text

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPEFACE = "Times New Roman"
_TWIPS = 56.6929
"""Twentieths of a point in a millimetre."""
_CELL_LOOK = '<w:sz w:val="22"/>'
_ALIGNMENT = {CellKind.ORDINAL: "center", CellKind.CENTRED: "center", CellKind.NUMBER: "right", CellKind.SCORE: "right"}


def make_list_docx(document: OfficialDocument) -> bytes:
    """The document."""
    word = Document()
    _set_up(word, document)
    body = word.element.body
    end = body[-1]
    share = 0.42 if document.is_landscape else 0.44
    left, right = document.width_mm * share, document.width_mm * (1 - share)
    head = [
        [(document.superior.upper(), False, False, 12)] if document.superior else [],
        [(document.issuer.upper(), True, False, 12), ("――――――", False, False, 8)],
        [(document.number_line, False, False, 13)],
    ]
    nation = [
        (document.national_title, True, False, 12), (document.motto, True, False, 13),
        ("―――――――――――――――――", False, False, 8), (document.date_line, False, True, 13),
    ]  # fmt: skip
    end.addprevious(_make_layout([[line for group in head for line in group], nation], (left, right)))
    _add_before(end, _paragraph("", size=6))
    _add_before(end, _paragraph(document.title, bold=True, size=14, align="center"))
    for text in document.subtitle:
        _add_before(end, _paragraph(text, align="center"))
    _add_before(end, _paragraph("", size=6))
    for text in document.preamble:
        is_heading = text.isupper()
        _add_before(end, _paragraph(text, bold=is_heading, align="center" if is_heading else "both"))
    if document.preamble:
        _add_before(end, _paragraph("", size=6))
    end.addprevious(_make_table(document))
    if not document.rows:
        _add_before(end, _paragraph(document.empty_text))
    _add_before(end, _paragraph("", size=6))
    for text in document.footer:
        _add_before(end, _paragraph(text))
    _add_before(end, _paragraph("", size=6))
    signatures = [
        [(signature.title, True, False, 13), (signature.hint, False, True, 12), *[("", False, False, 13)] * 4]
        for signature in document.signatures
    ]
    if signatures:
        columns = [[], *signatures] if len(signatures) == 1 else signatures
        end.addprevious(_make_layout(columns, [document.width_mm / len(columns)] * len(columns)))
    if document.proof is not None:
        _add_proof(word, document, document.proof)
    buffer = BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def _set_up(word: Any, document: OfficialDocument) -> None:
    section = word.sections[0]
    short, long = PAGE_MM
    if document.is_landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        short, long = long, short
    section.page_width, section.page_height = Mm(short), Mm(long)
    section.top_margin, section.bottom_margin = Mm(MARGIN_TOP), Mm(MARGIN_BOTTOM)
    section.left_margin, section.right_margin = Mm(MARGIN_LEFT), Mm(MARGIN_RIGHT)
    section.header_distance = Mm(10)
    # The number stands from page 2 on: the first page has a header of its own, which is empty.
    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = parse_xml(
        f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:rPr><w:sz w:val="26"/></w:rPr><w:t>2</w:t></w:r>'
        "</w:fldSimple>"
    )
    paragraph._p.append(field)
    style = word.styles["Normal"]
    style.font.name, style.font.size = TYPEFACE, Pt(13)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), TYPEFACE)
    style.element.rPr.rFonts.set(qn("w:cs"), TYPEFACE)
    style.paragraph_format.space_after = Pt(0)
    properties = word.core_properties
    properties.title, properties.author = clean_text(document.title), clean_text(document.issuer)
    properties.comments, properties.language = "", document.language


def _add_before(end: Any, xml: str) -> None:
    end.addprevious(parse_xml(xml.replace("<w:p>", f"<w:p {nsdecls('w')}>", 1)))


def _paragraph(text: str, *, bold: bool = False, italic: bool = False, size: float = 13, align: str = "left") -> str:
    look = f'{"<w:b/>" if bold else ""}{"<w:i/>" if italic else ""}<w:sz w:val="{round(size * 2)}"/>'
    return (
        f'<w:p><w:pPr><w:spacing w:after="0"/><w:jc w:val="{align}"/><w:rPr>{look}</w:rPr></w:pPr>'
        f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(clean_text(text), quote=False)}</w:t></w:r></w:p>'
    )


def _make_layout(columns: Any, widths: Any) -> Any:
    """Columns of centred lines side by side, without borders."""
    cells = ""
    for lines, width in zip(columns, widths, strict=True):
        inner = "".join(
            _paragraph(text, bold=bold, italic=italic, size=size, align="center") for text, bold, italic, size in lines
        )
        cells += (
            f'<w:tc><w:tcPr><w:tcW w:w="{round(width * _TWIPS)}" w:type="dxa"/></w:tcPr>'
            f"{inner or _paragraph('')}</w:tc>"
        )
    grid = "".join(f'<w:gridCol w:w="{round(width * _TWIPS)}"/>' for width in widths)
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{round(sum(widths) * _TWIPS)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr></w:tbl>"
    )


def _make_table(document: OfficialDocument) -> Any:
    total = sum(column.width for column in document.columns)
    widths = [round(column.width / total * document.width_mm * _TWIPS) for column in document.columns]
    kinds = [column.kind for column in document.columns]
    opening = [
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>' for width in widths
    ]
    alignment = [_ALIGNMENT.get(kind, "left") for kind in kinds]
    heading = "".join(
        opening[place] + _paragraph(column.heading, bold=True, size=11, align="center") + "</w:tc>"
        for place, column in enumerate(document.columns)
    )
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heading}</w:tr>"]
    for row in document.rows:
        texts = [clean_text(make_text(cell, kind, document.language)) for cell, kind in zip(row, kinds, strict=True)]
        cells = [
            f'{opening[place]}<w:p><w:pPr><w:jc w:val="{alignment[place]}"/></w:pPr><w:r><w:rPr>{_CELL_LOOK}</w:rPr>'
            f"<w:t>{escape(text, quote=False)}</w:t></w:r></w:p></w:tc>"
            for place, text in enumerate(texts)
        ]
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>")
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{borders}'
        '</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/>'
        f'<w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _add_proof(word: Any, document: OfficialDocument, proof: DocumentProof) -> None:
    image = BytesIO()
    segno.make_qr(proof.url, error="m", boost_error=False, mask=MASK).save(image, kind="png", scale=6)
    image.seek(0)
    paragraph = word.add_paragraph()
    paragraph.paragraph_format.keep_together = True
    paragraph.add_run().add_picture(image, width=Mm(22))
    run = paragraph.add_run("  " + clean_text(document.proof_line))
    run.font.size = Pt(11)
