"""The audit trail: who did what to what, when, from where. Rows are added in the transaction of the change they
tell of.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.extensions import Model
from quiz_app.origin import find_origin
from quiz_app.persistence.columns import Identifier, Instant, JsonText, to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Statement, Work

RARE = "action <> 'attempt_finished'"


class DbAuditEntry(Model):
    """One act. ``action`` is past tense (``contest_loaded``); ``actor_id`` is None where the system acted by rule.

    ``address`` and ``request_id`` say from where it was done, None for what commands, jobs and rules do. ``number``
    and ``hash`` are given later (``audit_sealing``); nothing else of a row ever changes, which triggers hold.
    """

    __tablename__ = "audit_entries"
    id: Mapped[Identifier]
    happened_at: Mapped[Instant]
    actor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    details: Mapped[JsonText]
    address: Mapped[str | None]
    request_id: Mapped[str | None]
    number: Mapped[int | None] = mapped_column(BigInteger)
    hash: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("(number IS NULL) = (hash IS NULL)", name="seal"),
        Index("ix_audit_entries_subject", "subject_type", "subject_id"),
        Index(
            "ix_audit_entries_number",
            "number",
            unique=True,
            postgresql_where=text("number IS NOT NULL"),
            sqlite_where=text("number IS NOT NULL"),
        ),
        Index("ix_audit_entries_actor_id", "actor_id", "id"),
        # Of every ten entries nine are finished attempts: what is looked for by action is among the others.
        Index("ix_audit_entries_action", "action", "id", postgresql_where=text(RARE), sqlite_where=text(RARE)),
        Index(
            "ix_audit_entries_unsealed",
            "id",
            postgresql_where=text("number IS NULL"),
            sqlite_where=text("number IS NULL"),
        ),
    )


class DbAuditChain(Model):
    """The end of the chain: number and hash of the entry that was sealed last. One row, which sealers lock."""

    __tablename__ = "audit_chain"
    id: Mapped[Identifier]
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]
    __table_args__ = (CheckConstraint("id = 1", name="single"),)


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
    origin = find_origin()
    return {
        "id": make_id(),
        "happened_at": to_ms(now),
        "actor_id": actor_id,
        "action": action,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "details": to_json(details),
        "address": origin.address if origin else None,
        "request_id": origin.request_id if origin else None,
        "number": None,
        "hash": None,
    }
