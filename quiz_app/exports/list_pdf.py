"""Official lists as PDF: A4, Times metrics, embedded letters, the table's headings on every page."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from quiz_app.exports.documents import (
    MARGIN_BOTTOM,
    MARGIN_LEFT,
    MARGIN_RIGHT,
    MARGIN_TOP,
    CellKind,
    DocumentProof,
    OfficialDocument,
    make_text,
)
from quiz_app.exports.qr import make_qr_shape
from quiz_app.exports.typefaces import BOLD, ITALIC, REGULAR, clean_text, drawing, measure, wrap_text

PDF = "application/pdf"
BODY, TABLE, LEADING = 13.0, 11.0, 1.24
PADDING = 2.2
SIGNATURE_HEIGHT = 74
QR_SIZE = 62
KEPT_ROWS = 2
"""Rows that stay with the signatures."""
_ALIGNMENT = {CellKind.ORDINAL: 0.5, CellKind.CENTRED: 0.5, CellKind.NUMBER: 1.0, CellKind.SCORE: 1.0}


def make_list_pdf(document: OfficialDocument) -> bytes:
    """The PDF. The same document gives the same bytes."""
    buffer = BytesIO()
    with drawing():
        page = _Page(buffer, document)
        page.draw()
    return buffer.getvalue()


class _Page:
    """A canvas with a place on it: ``y`` is where the next thing begins, in points from the lower edge."""

    def __init__(self, buffer: BytesIO, document: OfficialDocument) -> None:
        self.document = document
        size = landscape(A4) if document.is_landscape else A4
        self.height = size[1]
        self.left, self.right = MARGIN_LEFT * mm, size[0] - MARGIN_RIGHT * mm
        self.top, self.bottom = size[1] - MARGIN_TOP * mm, MARGIN_BOTTOM * mm
        self.canvas = Canvas(
            buffer,
            pagesize=size,
            pageCompression=1,
            invariant=1,
            initialFontName=REGULAR,  # type: ignore[arg-type]
            lang=document.language,
        )
        self.canvas.setTitle(clean_text(document.title))
        self.canvas.setAuthor(clean_text(document.issuer))
        self.canvas.setCreator("")
        self.canvas.setProducer("")
        self.number, self.y = 1, self.top
        total = sum(column.width for column in document.columns)
        width = self.right - self.left
        self.edges = [self.left]
        for column in document.columns:
            self.edges.append(self.edges[-1] + column.width / total * width)
        self.table_top = self.top

    def draw(self) -> None:
        """Everything, to the last page."""
        self._draw_head()
        self._draw_table()
        self._draw_end()
        self.canvas.showPage()
        self.canvas.save()

    def _draw_head(self) -> None:
        document = self.document
        width = self.right - self.left
        share = 0.42 if document.is_landscape else 0.44
        centres = (self.left + width * share / 2, self.right - width * (1 - share) / 2)
        rooms = (width * share - 8, width * (1 - share) - 4)
        top = self.y
        y = top
        if document.superior:
            y = self._draw_centred(document.superior.upper(), centres[0], y, rooms[0], REGULAR, 12)
        y = self._draw_centred(document.issuer.upper(), centres[0], y, rooms[0], BOLD, 12)
        # A line of a third to a half of the text's length below the issuing body.
        self.canvas.setLineWidth(0.7)
        length = min(rooms[0], measure(clean_text(document.issuer.upper()), BOLD, 12)) * 0.4
        self.canvas.line(centres[0] - length / 2, y - 2, centres[0] + length / 2, y - 2)
        left_end = self._draw_centred(document.number_line, centres[0], y - 7, rooms[0], REGULAR, BODY)
        y = self._draw_centred(document.national_title, centres[1], top, rooms[1], BOLD, 12)
        y = self._draw_centred(document.motto, centres[1], y, rooms[1], BOLD, 13)
        length = measure(clean_text(document.motto), BOLD, 13)
        self.canvas.line(centres[1] - length / 2, y - 2, centres[1] + length / 2, y - 2)
        right_end = self._draw_centred(document.date_line, centres[1], y - 7, rooms[1], ITALIC, BODY)
        self.y = min(left_end, right_end) - 16
        centre = (self.left + self.right) / 2
        self.y = self._draw_centred(document.title, centre, self.y, width, BOLD, 14)
        for text in document.subtitle:
            self.y = self._draw_centred(text, centre, self.y, width, REGULAR, BODY)
        self.y -= 10
        for text in document.preamble:
            if text.isupper():
                self.y = self._draw_centred(text, centre, self.y - 3, width, BOLD, BODY)
            else:
                self._draw_paragraph(text)
            self.y -= 3
        if document.preamble:
            self.y -= 6

    def _draw_centred(self, text: str, centre: float, top: float, width: float, face: str, size: float) -> float:
        self.canvas.setFont(face, size)
        for line in wrap_text(text, typeface=face, size=size, width=width):
            top -= size * LEADING
            self.canvas.drawCentredString(centre, top + size * 0.24, line)
        return top

    def _draw_table(self) -> None:
        document, language = self.document, self.document.language
        kinds = [column.kind for column in document.columns]
        self.table_top = self.y
        self._draw_headings()
        rooms = [right - left - 2 * PADDING for left, right in zip(self.edges, self.edges[1:], strict=False)]
        last = len(document.rows) - KEPT_ROWS
        for number, row in enumerate(document.rows):
            cells = [
                wrap_text(make_text(cell, kind, language), typeface=REGULAR, size=TABLE, width=room)
                for cell, kind, room in zip(row, kinds, rooms, strict=True)
            ]
            if (
                number == last
                and last > 0
                and self.y - KEPT_ROWS * _measure_row(cells) - self._measure_end() < self.bottom
            ):
                # Nobody signs a page without a row of the list on it.
                self._turn_table()
            self._draw_row(cells, [_ALIGNMENT.get(kind, 0.0) for kind in kinds], REGULAR)
        self._close_table()
        if not document.rows:
            self.y -= 4
            self._draw_paragraph(document.empty_text)

    def _draw_headings(self) -> None:
        cells = [
            wrap_text(column.heading, typeface=BOLD, size=TABLE, width=right - left - 2 * PADDING)
            for column, left, right in zip(self.document.columns, self.edges, self.edges[1:], strict=False)
        ]
        self.canvas.setLineWidth(0.5)
        self.canvas.line(self.left, self.y, self.right, self.y)
        self._draw_row(cells, [0.5] * len(cells), BOLD, is_heading=True)

    def _draw_row(
        self, cells: Sequence[Sequence[str]], aligned: Sequence[float], face: str, *, is_heading: bool = False
    ) -> None:
        most = max(map(len, cells))
        height = _measure_row(cells)
        if not is_heading and self.y - height < self.bottom:
            self._turn_table()
        text = self.canvas.beginText()
        text.setFont(face, TABLE)
        for lines, share, left, right in zip(cells, aligned, self.edges, self.edges[1:], strict=False):
            y = self.y - PADDING - (most - len(lines)) * TABLE * LEADING / 2
            for line in lines:
                y -= TABLE * LEADING
                if line:
                    room = right - left - 2 * PADDING - (measure(line, face, TABLE) if share else 0)
                    text.setTextOrigin(left + PADDING + share * room, y + TABLE * 0.26)
                    text.textOut(line)
        self.canvas.drawText(text)
        self.y -= height
        self.canvas.line(self.left, self.y, self.right, self.y)

    def _turn_table(self) -> None:
        self._close_table()
        self._turn_page()
        self.table_top = self.y
        self._draw_headings()

    def _close_table(self) -> None:
        self.canvas.setLineWidth(0.5)
        for edge in self.edges:
            self.canvas.line(edge, self.table_top, edge, self.y)

    def _turn_page(self) -> None:
        self.canvas.showPage()
        self.number += 1
        self.y = self.top
        self.canvas.setFont(REGULAR, BODY)
        # In the middle of the top margin; not on the first page.
        self.canvas.drawCentredString((self.left + self.right) / 2, self.height - 12 * mm, str(self.number))
        self.canvas.setLineWidth(0.5)

    def _draw_paragraph(self, text: str) -> None:
        for line in wrap_text(text, typeface=REGULAR, size=BODY, width=self.right - self.left):
            if self.y - BODY * LEADING < self.bottom:
                self._turn_page()
            self.y -= BODY * LEADING
            self.canvas.setFont(REGULAR, BODY)
            self.canvas.drawString(self.left, self.y + BODY * 0.24, line)

    def _draw_end(self) -> None:
        """What stands below the table, kept together as far as a page goes."""
        document = self.document
        if self.y - self._measure_end() < self.bottom:
            self._turn_page()
        self.y -= 8
        for text in document.footer:
            self._draw_paragraph(text)
        if document.signatures:
            self.y -= 10
            self._draw_signatures()
        if document.proof is not None:
            self._draw_proof(document.proof)

    def _measure_end(self) -> float:
        lines = 1 + sum(
            len(wrap_text(text, typeface=REGULAR, size=BODY, width=self.right - self.left))
            for text in self.document.footer
        )
        height = lines * BODY * LEADING + (SIGNATURE_HEIGHT + 10 if self.document.signatures else 0)
        return height + (QR_SIZE + 10 if self.document.proof is not None else 0)

    def _draw_signatures(self) -> None:
        width, count = self.right - self.left, max(2, len(self.document.signatures))
        first = count - len(self.document.signatures)
        for place, signature in enumerate(self.document.signatures, start=first):
            centre = self.left + width * (place + 0.5) / count
            y = self._draw_centred(signature.title, centre, self.y, width / count - 8, BOLD, BODY)
            self._draw_centred(signature.hint, centre, y, width / count - 8, ITALIC, 12)
        self.y -= SIGNATURE_HEIGHT

    def _draw_proof(self, proof: DocumentProof) -> None:
        shape = make_qr_shape(proof.url)
        bottom = self.y - QR_SIZE
        self.canvas.saveState()
        self.canvas.translate(self.left - 6, bottom + QR_SIZE)
        self.canvas.scale(QR_SIZE / shape.size, -QR_SIZE / shape.size)
        path = PDFPathObject(["n", *(f"{x} {y} {width} 1 re" for x, y, width in shape.bars)])
        self.canvas.drawPath(path, stroke=0, fill=1)
        self.canvas.restoreState()
        y = bottom + QR_SIZE - 20
        left = self.left + QR_SIZE
        code, check = f"{proof.code_label}: {proof.code}", f"{proof.check_label}: {proof.address}"
        for text, face in ((code, BOLD), (check, REGULAR)):
            for line in wrap_text(text, typeface=face, size=TABLE, width=self.right - left):
                self.canvas.setFont(face, TABLE)
                self.canvas.drawString(left, y, line)
                y -= TABLE * LEADING
        self.y = bottom


def _measure_row(cells: Sequence[Sequence[str]]) -> float:
    return max(map(len, cells)) * TABLE * LEADING + 2 * PADDING
