"""Column types that PostgreSQL and SQLite store and compare alike, and the conversions that belong to them.

Instants are whole milliseconds since 1970-01-01T00:00Z in a BIGINT: exact to the millisecond on both databases, with no
time zone to lose. JSON is kept as text, except where a statement reaches inside it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import mapped_column

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Identifier = Annotated[int, mapped_column(BigInteger, primary_key=True, autoincrement=False)]
"""A primary key made by ``ids.make_id``."""
Instant = Annotated[int, mapped_column(BigInteger)]
"""Milliseconds since the epoch, UTC."""
OptionalInstant = Annotated[int | None, mapped_column(BigInteger)]
JsonText = Annotated[str, mapped_column(Text)]
"""JSON that only Python reads."""

QueryableJson = Text().with_variant(JSONB(), "postgresql")
"""JSON that statements read: JSONB on PostgreSQL, text with the json functions on SQLite."""


def to_ms(instant: datetime) -> int:
    """Whole milliseconds since the epoch (rounded down) of an aware instant."""
    return (instant - EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """The aware UTC instant."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def find_from_ms(milliseconds: int | None) -> datetime | None:
    """The aware UTC instant, or None."""
    return None if milliseconds is None else from_ms(milliseconds)


def to_json(value: Any) -> str:
    """Compact JSON with readable Vietnamese."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(value: Any) -> Any:
    """The value of a JSON column, whether the driver has parsed it (PostgreSQL) or not (SQLite)."""
    return json.loads(value) if isinstance(value, str) else value
