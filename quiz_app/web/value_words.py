"""Values in words of the request's language: durations, instants inside a sentence, levels, attempt regimes."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from question_bank.items import Level
from quiz_app.domain.contests import AttemptRegime, RegimeKind
from quiz_app.web.translate import gettext, ngettext
from quiz_app.web.value_formats import format_clock, format_day, format_hour


def describe_instant(moment: datetime, zone: tzinfo) -> str:
    """The instant inside a sentence: ``22:00 ngày 15/10/2022``."""
    return gettext("%(hour)s on %(day)s", hour=format_hour(moment, zone), day=format_day(moment, zone))


def describe_second(moment: datetime, zone: tzinfo) -> str:
    """The same to the second: ``22:00:05 ngày 15/10/2022``."""
    return gettext("%(hour)s on %(day)s", hour=format_clock(moment, zone), day=format_day(moment, zone))


def describe_official_date(day: date) -> str:
    """The day below an official paper: ``ngày 05 tháng 02 năm 2022``."""
    return gettext("Date: %(day)s/%(month)s/%(year)s", **_name_parts(day))


def describe_place_and_date(day: date) -> str:
    """The same after a place that is written in by hand."""
    return gettext("…………, %(day)s/%(month)s/%(year)s", **_name_parts(day))


def _name_parts(day: date) -> dict[str, str | int]:
    # Days below 10 and months below 3 with a nought before them: Nghị định 30/2020/NĐ-CP, Phụ lục I.
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return {"day": f"{day.day:02d}", "month": month, "year": day.year}


def describe_duration(milliseconds: int) -> str:
    """``02 phút 48 giây``; parts of a second are left off."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return gettext("%(hours)02d h %(minutes)02d min %(seconds)02d s", hours=hours, minutes=minutes, seconds=seconds)
    if minutes:
        return gettext("%(minutes)02d min %(seconds)02d s", minutes=minutes, seconds=seconds)
    return gettext("%(seconds)02d s", seconds=seconds)


def describe_time_limit(milliseconds: int) -> str:
    """A limit: ``5 phút``, with seconds only where it has some."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    if seconds:
        return describe_duration(milliseconds)
    return ngettext("%(num)d minute", "%(num)d minutes", minutes)


def describe_time_left(milliseconds: int) -> str:
    """How long something is still open, in its two largest units: ``12 ngày 04 giờ``, ``10 phút 05 giây``."""
    minutes, seconds = divmod(max(0, milliseconds) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return ngettext("%(num)d day %(hours)02d h", "%(num)d days %(hours)02d h", days, hours=hours)
    if hours:
        return gettext("%(hours)02d h %(minutes)02d min", hours=hours, minutes=minutes)
    return gettext("%(minutes)02d min %(seconds)02d s", minutes=minutes, seconds=seconds)


def describe_level(level: Level | str | None) -> str:
    """The level in the words of a Vietnamese exam matrix; None is a cell of the matrix that leaves it open."""
    if level == Level.RECOGNISE:
        return gettext("recognise")
    if level == Level.UNDERSTAND:
        return gettext("understand")
    return gettext("apply") if level == Level.APPLY else gettext("any level")


def describe_regime(regime: AttemptRegime) -> str:
    """How often a person may sit the round."""
    if regime.kind is RegimeKind.LIMITED:
        return ngettext("at most %(num)d attempt", "at most %(num)d attempts", regime.limit)
    if regime.kind is RegimeKind.PER_WEEK:
        return ngettext("at most %(num)d attempt a week", "at most %(num)d attempts a week", regime.limit)
    return gettext("any number of attempts")
