"""Days and numbers as people write them in cells."""

from __future__ import annotations

import re
from datetime import date, timedelta

from quiz_app.services.tables.values import Value

_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_COMPACT = re.compile(r"(\d{2})(\d{2})(\d{4})")
_SERIAL = re.compile(r"\d{4,5}")
_EPOCH = date(1899, 12, 30)
"""Day 0 of spreadsheets, whose 1900 has a 29th of February (ECMA-376, 18.17.4.1)."""
_FIRST_SERIAL, _LAST_SERIAL = 3654, 73_050
"""1 January 1910 and 31 December 2099: a number outside of these is no day of a person's life."""


def find_date(value: Value, *, century_of: int = 2030) -> date | None:
    """The day that a cell names: a day, 05/09/1985, 5-9-1985, 5.9.85, 1985-09-05, 05091985, or the number of a day
    where the cell lost its format. Day before month. None for anything else, 31/02 included.

    A year of two digits is the latest one up to ``century_of``.
    """
    if isinstance(value, date):
        return value
    text = value.strip()
    try:
        if match := _YEAR_FIRST.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DAY_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
            year = int(match[3])
            if len(match[3]) == 2:
                year += century_of // 100 * 100
                year -= 100 if year > century_of else 0
            return date(year, int(match[2]), int(match[1]))
    except ValueError:
        return None
    if _SERIAL.fullmatch(text) and _FIRST_SERIAL <= int(text) <= _LAST_SERIAL:
        return _EPOCH + timedelta(days=int(text))
    return None


def find_integer(value: Value) -> int | None:
    """A whole number, with or without separators of thousands (1.234, 1,234, 1 234); None for anything else."""
    text = value if isinstance(value, str) else ""
    if re.fullmatch(r"-?\d{1,3}([., ]\d{3})+", text):
        text = re.sub(r"[., ]", "", text)
    return int(text) if re.fullmatch(r"-?\d{1,12}", text) else None
