"""The audit trail: who did what to what, when, from where. Rows are added in the transaction of the change they
tell of.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, insert
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, JsonText, to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Statement, Work


class DbAuditEntry(Model):
    """One act. ``action`` is past tense (``contest_loaded``); ``actor_id`` is None where the system acted by rule."""

    __tablename__ = "audit_entries"
    id: Mapped[Identifier]
    happened_at: Mapped[Instant]
    actor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    details: Mapped[JsonText]
    __table_args__ = (Index("ix_audit_entries_subject", "subject_type", "subject_id"),)


_ADD = Statement(insert(DbAuditEntry.__table__))


def add_entry(
    work: Work,
    *,
    now: datetime,
    actor_id: int | None,
    action: str,
    subject: tuple[str, int | None],
    details: dict[str, Any] | None = None,
) -> None:
    """Add an entry; it is kept or lost together with the change itself."""
    subject_type, subject_id = subject
    work.run(_ADD, **_make_row(now, actor_id, action, subject_type, subject_id, details or {}))


def add_entries(
    work: Work,
    *,
    now: datetime,
    actor_id: int | None,
    action: str,
    subject_type: str,
    entries: list[tuple[int, dict[str, Any]]],
) -> None:
    """Add an entry for each (subject id, details)."""
    work.run_many(
        _ADD,
        [_make_row(now, actor_id, action, subject_type, subject_id, details) for subject_id, details in entries],
    )


def _make_row(
    now: datetime,
    actor_id: int | None,
    action: str,
    subject_type: str,
    subject_id: int | None,
    details: dict[str, Any],
) -> dict[str, Any]:
    return {
        "id": make_id(),
        "happened_at": to_ms(now),
        "actor_id": actor_id,
        "action": action,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "details": to_json(details),
    }
