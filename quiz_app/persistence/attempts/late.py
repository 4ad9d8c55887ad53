"""Responses that came after the end of their attempt: kept as evidence, never scored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.attempts import ResponseChange
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Instant, JsonText, to_json, to_ms
from quiz_app.persistence.session import Statement, Work

MOST_LATE_RESPONSES = 200
"""Of one attempt: as many as the longest paper has slots, and no more, whatever is sent."""


class DbLateResponse(Model):
    """A response that was refused because its attempt had ended. ``choice`` is JSON, in positions shown."""

    __tablename__ = "late_responses"
    attempt_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("attempts.id"), primary_key=True, autoincrement=False
    )
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    choice: Mapped[JsonText]
    received_at: Mapped[Instant]
    __table_args__ = (CheckConstraint("slot >= 0 AND sequence >= 0", name="position"),)


_ADD = Statement.from_sql(
    """
    INSERT INTO late_responses (attempt_id, slot, sequence, account_id, choice, received_at)
    SELECT attempts.id, :slot, :sequence, account_id, :choice, :received_at
    FROM attempts
    WHERE id = :attempt_id AND account_id = :account_id
      AND (SELECT COUNT(*) FROM late_responses WHERE attempt_id = :attempt_id) < :most
    ON CONFLICT (attempt_id, slot, sequence) DO NOTHING
    """
)
_LIST_KEYS = Statement.from_sql("SELECT slot, sequence FROM late_responses WHERE attempt_id = :attempt_id")


def add_late_responses(
    work: Work, *, attempt_id: int, account_id: int, changes: Sequence[ResponseChange], now: datetime
) -> int:
    """Keep what is new among these, as long as there is room; how many of them are on record then.

    The attempt's row is locked by the caller.
    """
    if not changes:
        return 0
    for change in changes:
        work.run(
            _ADD,
            attempt_id=attempt_id,
            account_id=account_id,
            slot=change.slot,
            sequence=change.sequence,
            choice=to_json(change.choice),
            received_at=to_ms(now),
            most=MOST_LATE_RESPONSES,
        )
    kept = {(row.slot, row.sequence) for row in work.list_all(_LIST_KEYS, attempt_id=attempt_id)}
    return sum((change.slot, change.sequence) in kept for change in changes)
