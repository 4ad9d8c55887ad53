"""Date-and-time fields of forms."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from quiz_app.domain.errors import InvalidInput


def read_moment(text: str, zone: ZoneInfo, *, otherwise: str) -> datetime:
    """The moment of a date-and-time field, in the zone of the contest. Raises InvalidInput with ``otherwise``."""
    try:
        local = datetime.fromisoformat(text)
        if local.tzinfo is None and "T" in text:
            return local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidInput(otherwise)
