"""Values in words of the request's language: durations, instants inside a sentence, levels, attempt regimes."""

from __future__ import annotations

from datetime import datetime, tzinfo

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
