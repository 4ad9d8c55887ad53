"""Slips to cut apart: one a person, with account and one-time code, ten on an A4 page, each unit from a new page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from quiz_app.exports.typefaces import BOLD, ITALIC, LEADING, REGULAR, clean_text, drawing, fit_text, measure

WIDTH, HEIGHT = A4
COLUMNS, ROWS = 2, 5
MARGIN = 28
HEADING_HEIGHT = 26
"""Points. Half a centimetre more than printers need at the edges."""
SLIP_WIDTH = (WIDTH - 2 * MARGIN) / COLUMNS
SLIP_HEIGHT = (HEIGHT - 2 * MARGIN - HEADING_HEIGHT) / ROWS
INK, MUTED, LINE = HexColor("#1b1f24"), HexColor("#566270"), HexColor("#9aa4ae")


@dataclass(frozen=True, slots=True)
class SlipWords:
    """Everything on one slip, in the language of the reader."""

    unit: str
    title: str
    name: str
    login_label: str
    login: str
    code_label: str
    code: str
    steps: str
    """What to do, with the address."""
    expiry: str


def make_slips_pdf(slips: Sequence[SlipWords], *, language: str, title: str, page_label: str) -> bytes:
    """The PDF. ``page_label`` has ``%(number)s`` and ``%(count)s`` for the page within its unit."""
    buffer = BytesIO()
    with drawing():
        canvas = Canvas(
            buffer,
            pagesize=A4,
            pageCompression=1,
            invariant=1,
            initialFontName=REGULAR,  # type: ignore[arg-type]
            lang=language,
        )
        canvas.setTitle(clean_text(title))
        canvas.setCreator("")
        canvas.setProducer("")
        for unit, group in groupby(slips, key=lambda slip: slip.unit):
            of_unit = list(group)
            pages = [of_unit[start : start + COLUMNS * ROWS] for start in range(0, len(of_unit), COLUMNS * ROWS)]
            for number, page in enumerate(pages, start=1):
                label = page_label % {"number": number, "count": len(pages)}
                _draw_page(canvas, page, unit=unit, label=label)
        canvas.save()
    return buffer.getvalue()


def _draw_page(canvas: Canvas, slips: Sequence[SlipWords], *, unit: str, label: str) -> None:
    top = HEIGHT - MARGIN
    canvas.setFillColor(INK)
    heading = fit_text(unit, typeface=BOLD, size=12, width=WIDTH - 2 * MARGIN - 90, most_lines=1)
    canvas.setFont(heading.typeface, heading.size)
    canvas.drawString(MARGIN, top - 12, heading.lines[0])
    canvas.setFont(REGULAR, 10)
    canvas.setFillColor(MUTED)
    canvas.drawRightString(WIDTH - MARGIN, top - 12, clean_text(label))
    for place, slip in enumerate(slips):
        row, column = divmod(place, COLUMNS)
        _draw_slip(canvas, slip, left=MARGIN + column * SLIP_WIDTH, top=top - HEADING_HEIGHT - row * SLIP_HEIGHT)
    canvas.showPage()


def _draw_slip(canvas: Canvas, slip: SlipWords, *, left: float, top: float) -> None:
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    canvas.setDash(3, 3)
    canvas.rect(left, top - SLIP_HEIGHT, SLIP_WIDTH, SLIP_HEIGHT)
    canvas.setDash()
    inner, x, y = SLIP_WIDTH - 28, left + 14, top - 12
    y = _draw_text(canvas, slip.title, REGULAR, 9, x, y, inner, lines=1, muted=True)
    y = _draw_text(canvas, slip.name, BOLD, 14, x, y - 2, inner, lines=2)
    y -= 5
    y = _draw_pair(canvas, slip.login_label, slip.login, x, y, inner, size=13)
    y = _draw_pair(canvas, slip.code_label, slip.code, x, y - 2, inner, size=15)
    y = _draw_text(canvas, slip.steps, REGULAR, 9.5, x, y - 5, inner, lines=3)
    _draw_text(canvas, slip.expiry, ITALIC, 9, x, y - 1, inner, lines=2, muted=True)


def _draw_pair(canvas: Canvas, label: str, value: str, x: float, y: float, width: float, *, size: float) -> float:
    """A label and what it names on one line, the value in large and apart."""
    label = clean_text(label)
    label_width = measure(label + " ", REGULAR, 10)
    fitted = fit_text(value, typeface=BOLD, size=size, width=width - label_width - 4, most_lines=1)
    canvas.setFillColor(MUTED)
    canvas.setFont(REGULAR, 10)
    canvas.drawString(x, y - size, label)
    canvas.setFillColor(INK)
    canvas.setFont(fitted.typeface, fitted.size)
    canvas.drawString(x + label_width + 4, y - size, fitted.lines[0])
    return y - size * LEADING


def _draw_text(
    canvas: Canvas, text: str, typeface: str, size: float, x: float, y: float, width: float, *, lines: int,
    muted: bool = False,
) -> float:  # fmt: skip
    fitted = fit_text(text, typeface=typeface, size=size, width=width, most_lines=lines)
    canvas.setFillColor(MUTED if muted else INK)
    canvas.setFont(fitted.typeface, fitted.size)
    for line in fitted.lines:
        canvas.drawString(x, y - fitted.size, line)
        y -= fitted.size * LEADING
    return y
