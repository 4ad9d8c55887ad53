"""The one place where the time is read. Everything below takes ``now`` as an argument."""

from __future__ import annotations

from datetime import UTC, datetime


def read_now() -> datetime:
    """The moment, aware, in UTC, in whole milliseconds: the precision that is stored and compared."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
