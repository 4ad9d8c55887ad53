"""QR codes as shapes, so that they print sharp at any size."""

from __future__ import annotations

from dataclasses import dataclass

import segno

QUIET_ZONE = 4
"""Modules of white around the code (ISO/IEC 18004)."""
MASK = 3
"""One for all: every reader takes any of the eight, and weighing them costs more than drawing the rest of the page."""


@dataclass(frozen=True, slots=True)
class QrShape:
    """Dark bars of a QR code in modules, ``(x, y, width)``, each one module high, from the upper left corner of the
    quiet zone; ``size`` is the whole width.
    """

    size: int
    bars: tuple[tuple[int, int, int], ...]


def make_qr_shape(text: str) -> QrShape:
    """The QR code of a text, readable with 15 % of it damaged (level M: a fold or a stamp on a printed page)."""
    matrix = segno.make_qr(text, error="m", boost_error=False, mask=MASK).matrix
    bars = []
    for y, row in enumerate(matrix):
        start: int | None = None
        for x, module in enumerate((*row, 0)):
            if module and start is None:
                start = x
            elif not module and start is not None:
                bars.append((start + QUIET_ZONE, y + QUIET_ZONE, x - start))
                start = None
    return QrShape(len(matrix) + 2 * QUIET_ZONE, tuple(bars))
