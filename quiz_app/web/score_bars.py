"""The bars of past scores: filled where the cut score is reached, hollow below it. A result has twenty of them, which
cost more in a template than all the rest of the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from markupsafe import Markup

from quiz_app.domain.contests import RoundSettings

LOWEST = 1.5
"""The height of a bar for no points at all, so that the attempt is seen."""
FILL, EMPTY = "#a6192e", "#ffffff"


class HasScore(Protocol):
    """An attempt, as far as its bar needs."""

    @property
    def score_hundredths(self) -> int:
        """The score in hundredths of a point."""


def draw_bars(
    lines: Iterable[HasScore],
    settings: RoundSettings,
    *,
    left: float,
    step: float,
    inset: float,
    width: float,
    base: float,
    height: float,
) -> Markup:
    """A ``rect`` for each line, ``step`` apart from ``left``, standing on ``base``; ``height`` is the whole scale."""
    scale, cut = settings.scale_hundredths, settings.cut_score_hundredths
    bars = []
    for number, line in enumerate(lines):
        score = line.score_hundredths
        tall = max(height * score / scale, LOWEST) if scale else LOWEST
        bars.append(
            f'<rect x="{round(left + step * number + inset + 0.5, 1)}" y="{round(base - tall, 1)}" '
            f'width="{round(width - 1, 1)}" height="{round(tall, 1)}" stroke="{FILL}" '
            f'fill="{FILL if score >= cut else EMPTY}"/>'
        )
    return Markup("".join(bars))  # noqa: S704 - numbers, and the constants above
