"""Exceptions from the rules of a round: a later close for a unit or a person, and more time for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from quiz_app.domain.contests import Round
from quiz_app.domain.errors import InvalidInput

LONGEST_EXTENSION = timedelta(days=60)
"""After the closing moment of the round: a slip of the pen in the year is refused."""
MOST_EXTRA_PERCENT = 300


def make_personal_round(round_: Round, *, extended_close: datetime | None, extra_percent: int) -> Round:
    """The round as it holds for one person: who may start until when, and how long an attempt lasts, follow from it.

    An extension never shortens the window, and the deadline of an attempt is never after the close that holds for it.
    """
    if extended_close is not None and extended_close > round_.closes_at:
        round_ = replace(round_, closes_at=extended_close)
    if extra_percent:
        limit = round_.settings.time_limit_seconds * (100 + extra_percent) // 100
        round_ = replace(round_, settings=replace(round_.settings, time_limit_seconds=limit))
    return round_


def ensure_may_extend(round_: Round, closes_at: datetime, now: datetime) -> None:
    """Raise InvalidInput for a close that lies in the past, extends nothing, or is more than 60 days later."""
    if closes_at <= now:
        raise InvalidInput("The new closing moment lies in the past.")
    if closes_at <= round_.closes_at:
        raise InvalidInput("The new closing moment is not after the one that holds already.")
    if closes_at > round_.closes_at + LONGEST_EXTENSION:
        raise InvalidInput("The new closing moment is more than 60 days after the one that holds. Check the date.")


def find_close_without(
    closes_at: datetime, others: Iterable[datetime], closed_before: datetime | None, now: datetime
) -> datetime:
    """The close of a round when an extension for all is taken back: the latest of the ``others`` for all that still
    hold, else the one before all of them (``closed_before``); no earlier than now, so that nobody learns afterwards
    that a window in which they sat was none.

    Raises InvalidInput where the close before is not known, and for a round that is over already.
    """
    if closes_at <= now:
        raise InvalidInput("The extension has run out: there is nothing to take back.")
    found = max(others, default=closed_before)
    if found is None:
        raise InvalidInput("The closing moment before this extension is not on record. Extend the window anew instead.")
    return max(found, now)


def ensure_extra_percent(percent: int) -> None:
    """Raise InvalidInput unless it is nothing (0) to four times the time limit in all."""
    if not 0 <= percent <= MOST_EXTRA_PERCENT:
        raise InvalidInput("Extra time is a number from 0 to 300 percent of the time limit.")
