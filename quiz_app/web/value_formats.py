"""How values look on a page, where no word is needed: instants, scores, numbers. Plain functions, for the hot pages.

Instants come in UTC and are shown in the zone of their contest, as dd/MM/yyyy HH:mm. ``language`` is "vi" or "en".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal

VIETNAMESE = "vi"


def format_instant(moment: datetime, zone: tzinfo) -> str:
    """``15/10/2022 22:00``."""
    return f"{format_day(moment, zone)} {format_hour(moment, zone)}"


def format_day(moment: datetime | date, zone: tzinfo) -> str:
    """``15/10/2022``, of an instant or a date."""
    local = moment.astimezone(zone) if isinstance(moment, datetime) else moment
    return f"{local.day:02d}/{local.month:02d}/{local.year}"


def format_hour(moment: datetime, zone: tzinfo) -> str:
    """``22:00``."""
    local = moment.astimezone(zone)
    return f"{local.hour:02d}:{local.minute:02d}"


def format_clock(moment: datetime, zone: tzinfo) -> str:
    """``22:00:05``, to the second: for deadlines within an attempt."""
    local = moment.astimezone(zone)
    return f"{local.hour:02d}:{local.minute:02d}:{local.second:02d}"


def format_zone(moment: datetime, zone: tzinfo) -> str:
    """The zone's distance from UTC at that moment: ``GMT+7``, ``GMT-3:30``."""
    offset = moment.astimezone(zone).utcoffset()
    minutes = 0 if offset is None else int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


def format_score(hundredths: int, language: str) -> str:
    """A score given in hundredths of a point, with one decimal at least: ``5,0``, ``8,5``, ``6,67``."""
    return _format_hundredths(hundredths, language, fewest=1)


def format_points(hundredths: int, language: str) -> str:
    """A number of points inside a sentence, with only the decimals that it has: ``6``, ``6,5``."""
    return _format_hundredths(hundredths, language, fewest=0)


def format_decimal(value: float, language: str) -> str:
    """A number with two decimals: ``0,87``."""
    return _format_hundredths(round(value * 100), language, fewest=2)


def format_percent(fraction: float, language: str) -> str:
    """A share of 0 to 1 in per cent, with one decimal where it has one: ``30%``, ``66,6%``.

    Rounded down, so that a share just below a quota never looks like having reached it.
    """
    tenths = int(fraction * 1000 + 1e-9)
    return _format_hundredths(tenths * 10, language, fewest=0) + "%"


def format_number(value: int, language: str) -> str:
    """A whole number with its thousands apart: ``1.000`` in Vietnamese, ``1,000`` in English."""
    text = f"{value:,}"
    return text.replace(",", ".") if language == VIETNAMESE else text


def format_numbers(values: Iterable[int | None], language: str) -> list[str]:
    """Whole numbers of a row, a dash where there is none."""
    return ["–" if value is None else format_number(value, language) for value in values]


def format_exact(value: Decimal, language: str) -> str:
    """A number with all of its decimals and no more: ``1.000,5``, ``0,125``."""
    whole, _, decimals = f"{value:f}".partition(".")
    sign = "-" if whole.startswith("-") else ""
    decimals = decimals.rstrip("0")
    separator = "," if language == VIETNAMESE else "."
    return sign + format_number(int(whole.lstrip("-")), language) + (separator + decimals if decimals else "")


def _format_hundredths(hundredths: int, language: str, *, fewest: int) -> str:
    sign = "-" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), 100)
    decimals = f"{rest:02d}".rstrip("0").ljust(fewest, "0")
    separator = "," if language == VIETNAMESE else "."
    return sign + format_number(whole, language) + (separator + decimals if decimals else "")


def format_stopwatch(milliseconds: int) -> str:
    """A time left: ``02:48``, ``1:02:48``. A begun second counts, so that 00:00 means that it is over."""
    minutes, seconds = divmod(-(-max(0, milliseconds) // 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def format_elapsed(milliseconds: int, language: str) -> str:
    """A time taken: ``02:48,312``, to the millisecond, because that is what decides between equal scores."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{format_stopwatch(seconds * 1000)}{',' if language == VIETNAMESE else '.'}{rest:03d}"


def format_file_size(size: int, language: str) -> str:
    """A number of bytes as people read it: ``640 B``, ``12,5 KB``, ``1,2 MB``; rounded up, thousands as 1024."""
    if size < 1024:
        return f"{size} B"
    unit, divisor = ("KB", 1024) if size < 1024 * 1024 else ("MB", 1024 * 1024)
    tenths = -(-size * 10 // divisor)
    return f"{_format_hundredths(tenths * 10, language, fewest=0)} {unit}"


def milliseconds_between(start: datetime, end: datetime) -> int:
    """From one instant to another, in milliseconds."""
    return int((end - start).total_seconds() * 1000)
