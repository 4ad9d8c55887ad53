"""The one place where the time is read. Everything below takes ``now`` as an argument.

Where several web servers share a database, the database's clock is the one that counts: all of them then judge a
deadline alike, whatever their own clocks say. A process learns how the database's clock stands to its own counter
(``follow``, called every few seconds by ``jobs.clock_keeper``) and goes on counting from there, so that a moment is
still taken on arrival, without asking anybody. A process that follows nobody goes by the machine's clock.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

_lead: float | None = None
"""Seconds since 1970 less the seconds of ``time.monotonic``, by the clock that is followed."""


def read_now() -> datetime:
    """The moment, aware, in UTC, in whole milliseconds: the precision that is stored and compared."""
    moment = datetime.now(UTC) if _lead is None else datetime.fromtimestamp(_lead + time.monotonic(), UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def follow(lead_seconds: float | None) -> None:
    """Go by a clock that is ahead of ``time.monotonic`` by so much; None: by the machine's own."""
    global _lead  # noqa: PLW0603 - one clock for the process
    _lead = lead_seconds


def find_lead() -> float | None:
    """What is followed: seconds ahead of ``time.monotonic``; None for the machine's own clock."""
    return _lead
