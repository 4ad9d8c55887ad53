"""Marks for essays of practice rounds: given by a person, shown to whoever wrote, counted nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.errors import InvalidInput, Refusal

LONGEST_REMARK = 2000
"""Characters; the database holds the same."""
_POINTS = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?")


class EssayMarkChanged(Refusal):
    """Somebody else has marked the essay since the page was opened."""


@dataclass(frozen=True, slots=True)
class EssayMark:
    """What an essay got, in hundredths of a point, of how many. ``version`` rises when the mark is changed."""

    hundredths: int
    scale_hundredths: int
    remark: str
    marked_at: datetime
    version: int


def read_points(text: str, scale_hundredths: int) -> int:
    """A number of points, ``7``, ``7,5`` or ``7.25``, in hundredths. Raises InvalidInput, also beyond the scale."""
    found = _POINTS.fullmatch(text.strip())
    if found is None:
        raise InvalidInput("Give the mark as a number with at most two decimals. Nothing was saved.")
    hundredths = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if hundredths > scale_hundredths:
        raise InvalidInput("The mark is higher than the highest one of this round. Nothing was saved.")
    return hundredths


def check_remark(remark: str) -> str:
    """The remark without spaces around it. Raises InvalidInput where it is too long."""
    remark = remark.strip()
    if len(remark) > LONGEST_REMARK:
        raise InvalidInput("The remark has at most 2,000 characters. Nothing was saved.")
    return remark
