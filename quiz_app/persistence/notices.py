"""What people are told on their home page until they dismiss it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.extensions import Model
from quiz_app.persistence.columns import (
    Identifier,
    Instant,
    JsonText,
    OptionalInstant,
    from_json,
    from_ms,
    to_json,
    to_ms,
)
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Statement, Work

MOST_SHOWN = 20


class DbNotice(Model):
    """Something that happened to a person's results. ``kind`` says what, ``facts`` how."""

    __tablename__ = "notices"
    id: Mapped[Identifier]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rounds.id"))
    kind: Mapped[str]
    facts: Mapped[JsonText]
    made_at: Mapped[Instant]
    seen_at: Mapped[OptionalInstant]
    __table_args__ = (
        Index(
            "ix_notices_unseen",
            "account_id",
            postgresql_where=text("seen_at IS NULL"),
            sqlite_where=text("seen_at IS NULL"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that has not been dismissed."""

    id: int
    round_id: int
    round_title: str
    kind: str
    facts: dict[str, Any]
    made_at: datetime


_ADD_SQL = (
    "INSERT INTO notices (id, account_id, round_id, kind, facts, made_at, seen_at) "
    "SELECT {columns}, :round_id, :kind, {facts}, :made_at, NULL FROM {rows}"
)
# Many at once: after a key is put right they are as many as people.
_ADD = Statement.from_sqls(
    postgresql=_ADD_SQL.format(
        columns="id, account", facts="facts",
        rows="json_to_recordset(CAST(:rows AS json)) AS new(id bigint, account bigint, facts text)",
    ).replace(":kind", "CAST(:kind AS text)").replace(":round_id", "CAST(:round_id AS bigint)")
    .replace(":made_at", "CAST(:made_at AS bigint)"),
    sqlite=_ADD_SQL.format(
        columns="json_extract(value, '$.id'), json_extract(value, '$.account')",
        facts="json_extract(value, '$.facts')",
        rows="json_each(:rows)",
    ),
)  # fmt: skip
_UNSEEN = Statement.from_sql(
    "SELECT notices.id, notices.round_id, rounds.title, notices.kind, notices.facts, notices.made_at "
    "FROM notices JOIN rounds ON rounds.id = notices.round_id "
    "WHERE notices.account_id = :account_id AND notices.seen_at IS NULL ORDER BY notices.id DESC LIMIT :most"
)
_DISMISS = Statement.from_sql(
    "UPDATE notices SET seen_at = :moment WHERE id = :notice_id AND account_id = :account_id AND seen_at IS NULL"
)


def add_notices(
    work: Work, *, round_id: int, kind: str, notices: Sequence[tuple[int, dict[str, Any]]], now: datetime
) -> None:
    """A notice for each (account id, facts)."""
    rows = [{"id": make_id(), "account": account_id, "facts": to_json(facts)} for account_id, facts in notices]
    if rows:
        work.run(_ADD, round_id=round_id, kind=kind, made_at=to_ms(now), rows=to_json(rows))


def list_unseen(work: Work, account_id: int) -> list[Notice]:
    """What the person has not dismissed, the newest first."""
    return [
        Notice(row.id, row.round_id, row.title, row.kind, from_json(row.facts), from_ms(row.made_at))
        for row in work.list_all(_UNSEEN, account_id=account_id, most=MOST_SHOWN)
    ]


def dismiss(work: Work, *, notice_id: int, account_id: int, now: datetime) -> None:
    """The person has seen it; another's stays."""
    work.run(_DISMISS, notice_id=notice_id, account_id=account_id, moment=to_ms(now))
