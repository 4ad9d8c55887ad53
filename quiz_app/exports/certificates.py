"""A certificate as a PDF: A4 across, one page, its letters embedded, its QR code drawn as shapes."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from quiz_app.exports.qr import make_qr_shape
from quiz_app.exports.typefaces import (
    BOLD,
    ITALIC,
    LEADING,
    REGULAR,
    FittedText,
    clean_text,
    drawing,
    fit_text,
    measure,
)

WIDTH, HEIGHT = landscape(A4)
CENTRE = WIDTH / 2
TEXT_WIDTH = WIDTH - 168
TOP, BOTTOM = HEIGHT - 46, 158
"""Where the text stands, in points from the lower edge; the code and the signature are below."""
INK, MUTED, BRAND = HexColor("#1b1f24"), HexColor("#566270"), HexColor("#a6192e")
QR_SIZE = 100
QR_LEFT, QR_BOTTOM = 48, 44
SIGNATURE_CENTRE, SIGNATURE_WIDTH = WIDTH - 200, 260


@dataclass(frozen=True, slots=True)
class CertificateWords:
    """Everything that stands on the paper, in the language of the reader (``language``: "vi" or "en")."""

    language: str
    national_title: str
    motto: str
    organiser: str
    heading: str
    certifies: str
    name: str
    unit: str | None
    achievement: str
    contest: str
    result: str
    notice: str | None
    date_line: str
    signed_by: str
    code_label: str
    code: str
    check_label: str
    check_address: str
    check_url: str
    """What the QR code leads to; ``check_address`` is where the code can be typed."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A text of the middle: its look, the most lines that it may take, and the space above it, in points."""

    text: str
    typeface: str
    size: float
    most_lines: int = 1
    space: float = 0
    colour: Color = INK
    is_underlined: bool = False
    shrinks_to: float = 0.9


def make_certificate_pdf(words: CertificateWords) -> bytes:
    """The PDF. The same words give the same bytes."""
    buffer = BytesIO()
    with drawing():
        # With a typeface of ours from the start: the default one would stand in the file without being embedded.
        canvas = Canvas(
            buffer,
            pagesize=(WIDTH, HEIGHT),
            pageCompression=1,
            invariant=1,
            initialFontName=REGULAR,  # type: ignore[arg-type]
            lang=words.language,
        )
        canvas.setTitle(f"{words.heading} – {clean_text(words.name)}")
        canvas.setAuthor(clean_text(words.organiser))
        canvas.setSubject(clean_text(words.contest))
        canvas.setCreator("")
        canvas.setProducer("")
        _draw_frame(canvas)
        _draw_middle(canvas, _list_blocks(words))
        _draw_code(canvas, words)
        _draw_signature(canvas, words)
        canvas.showPage()
        canvas.save()
    return buffer.getvalue()


def _list_blocks(words: CertificateWords) -> list[_Block]:
    blocks = [
        _Block(words.national_title, BOLD, 13),
        _Block(words.motto, BOLD, 14, is_underlined=True),
        _Block(words.organiser.upper(), BOLD, 14, most_lines=2, space=16),
        _Block(words.heading, BOLD, 38, space=12, colour=BRAND),
        _Block(words.certifies, ITALIC, 15, space=2),
        _Block(words.name, BOLD, 31, most_lines=2, space=4, shrinks_to=0.75),
    ]
    if words.unit:
        blocks.append(_Block(words.unit, REGULAR, 16, most_lines=3))
    blocks += [
        _Block(words.achievement, REGULAR, 16, most_lines=3, space=10),
        _Block(words.contest, BOLD, 19, most_lines=3),
        _Block(words.result, REGULAR, 16, most_lines=2, space=8),
    ]
    if words.notice:
        blocks.append(_Block(words.notice, ITALIC, 13, most_lines=2, space=4, colour=BRAND))
    return blocks


def _draw_frame(canvas: Canvas) -> None:
    canvas.setStrokeColor(BRAND)
    for inset, line_width in ((22, 2.4), (28, 0.7)):
        canvas.setLineWidth(line_width)
        canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)


def _draw_middle(canvas: Canvas, blocks: list[_Block]) -> None:
    """The blocks one below the other. Long texts make all of it smaller; what is left over goes between the blocks."""
    for scale in (1, 0.92, 0.85, 0.78, 0.72, 0.66, 0.6):
        fitted = [_fit(block, scale) for block in blocks]
        spare = TOP - BOTTOM - sum(text.height for text in fitted) - scale * sum(block.space for block in blocks)
        if spare >= 0:
            break
    # Not all of it: a short certificate should not fall apart.
    stretch = min(1.8, spare / sum(scale * block.space for block in blocks)) if spare > 0 else 0
    y = TOP
    for block, text in zip(blocks, fitted, strict=True):
        y -= block.space * scale * (1 + stretch)
        y = _draw_lines(canvas, text, centre=CENTRE, top=y, colour=block.colour)
        if block.is_underlined:
            half = measure(text.lines[-1], text.typeface, text.size) / 2
            canvas.setStrokeColor(INK)
            canvas.setLineWidth(0.8)
            canvas.line(CENTRE - half, y - 2, CENTRE + half, y - 2)


def _fit(block: _Block, scale: float) -> FittedText:
    return fit_text(
        block.text,
        typeface=block.typeface,
        size=block.size * scale,
        width=TEXT_WIDTH,
        most_lines=block.most_lines,
        shrinks_to=block.shrinks_to,
    )


def _draw_lines(canvas: Canvas, text: FittedText, *, centre: float, top: float, colour: Color) -> float:
    """Draw the lines below ``top``; where they end."""
    canvas.setFillColor(colour)
    canvas.setFont(text.typeface, text.size)
    for line in text.lines:
        canvas.drawCentredString(centre, top - text.size, line)
        top -= text.size * LEADING
    return top


def _draw_code(canvas: Canvas, words: CertificateWords) -> None:
    shape = make_qr_shape(words.check_url)
    canvas.saveState()
    canvas.translate(QR_LEFT, QR_BOTTOM + QR_SIZE)
    canvas.scale(QR_SIZE / shape.size, -QR_SIZE / shape.size)
    canvas.setFillColor(INK)
    # Whole modules in the code's own coordinates, written as they are: hundreds of numbers need no formatting.
    canvas.drawPath(PDFPathObject(["n", *(f"{x} {y} {width} 1 re" for x, y, width in shape.bars)]), stroke=0, fill=1)
    canvas.restoreState()
    left = QR_LEFT + QR_SIZE + 4
    top: float = QR_BOTTOM + QR_SIZE - 14
    for text, typeface, size, colour in (
        (words.code_label, REGULAR, 11, MUTED),
        (words.code, BOLD, 13, INK),
        (words.check_label, REGULAR, 11, MUTED),
        (words.check_address, REGULAR, 11, INK),
    ):
        fitted = fit_text(text, typeface=typeface, size=size, width=SIGNATURE_CENTRE - 140 - left, most_lines=2)
        canvas.setFillColor(colour)
        canvas.setFont(fitted.typeface, fitted.size)
        for line in fitted.lines:
            canvas.drawString(left, top - fitted.size, line)
            top -= fitted.size * LEADING


def _draw_signature(canvas: Canvas, words: CertificateWords) -> None:
    """The date line and who answers for it, with room for a stamp below."""
    y: float = QR_BOTTOM + QR_SIZE
    for text, typeface in ((words.date_line, ITALIC), (words.signed_by, BOLD)):
        fitted = fit_text(text, typeface=typeface, size=13, width=SIGNATURE_WIDTH, most_lines=1)
        y = _draw_lines(canvas, fitted, centre=SIGNATURE_CENTRE, top=y, colour=INK)
