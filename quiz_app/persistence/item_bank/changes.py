"""Versions and states of items: what was there, and how it changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from question_bank.items import Item
from quiz_app.domain.contests import Round
from quiz_app.domain.items import TRANSITIONS, ItemState
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, from_ms, to_ms
from quiz_app.persistence.contests import contests_table, round_columns, rounds_table, to_round
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.item_columns import to_item
from quiz_app.persistence.session import Row, Statement, Work


def _describe_steps() -> str:
    """The table of transitions as a condition, grouped by the state that is left."""
    groups = []
    for state in ItemState:
        targets = [str(target) for source, target in TRANSITIONS if source is state]
        if len(targets) == 1:
            groups.append(f"(from_state = '{state}' AND to_state = '{targets[0]}')")
        elif targets:
            groups.append(f"(from_state = '{state}' AND to_state IN ({', '.join(map(repr, targets))}))")
    return " OR ".join(groups)


class DbItemStateChange(Model):
    """A step of an item. ``author_id`` is who made the version that it was taken with."""

    __tablename__ = "item_state_changes"
    id: Mapped[Identifier]
    item_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("items.id"))
    version_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("item_versions.id"))
    author_id: Mapped[int | None] = mapped_column(BigInteger)
    from_state: Mapped[str]
    to_state: Mapped[str]
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    __table_args__ = (
        CheckConstraint(_describe_steps(), name="step"),
        CheckConstraint("to_state <> 'reviewed' OR author_id IS NULL OR author_id <> made_by_id", name="second_person"),
        CheckConstraint("reason <> '' OR to_state IN ('reviewed', 'in_use')", name="reason"),
        Index("ix_item_state_changes_item_id", "item_id", "id"),
    )


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version of an item: who made it and when, and whether a paper shows it."""

    id: int
    number: int
    made_at: datetime
    author_name: str | None
    item: Item


@dataclass(frozen=True, slots=True)
class StateChange:
    """A step that was taken with an item."""

    number: int
    from_state: ItemState
    to_state: ItemState
    reason: str
    made_by_name: str
    made_at: datetime


_VERSIONS = Statement.from_sql(
    "SELECT items.code, items.topic, items.level, v.id, v.number, v.kind, v.stem, v.options, v.row_texts, v.key, "
    "v.explanation, v.source, v.created_at, accounts.name AS author_name FROM item_versions v "
    "JOIN items ON items.id = v.item_id LEFT JOIN accounts ON accounts.id = v.made_by_id "
    "WHERE v.item_id = :item_id ORDER BY v.number DESC"
)
_CHANGES = Statement.from_sql(
    "SELECT v.number, c.from_state, c.to_state, c.reason, c.made_at, accounts.name AS made_by_name "
    "FROM item_state_changes c JOIN item_versions v ON v.id = c.version_id "
    "JOIN accounts ON accounts.id = c.made_by_id WHERE c.item_id = :item_id ORDER BY c.id DESC"
)
_LOCK_BANK_SQL = "SELECT id, code, title, topics, version FROM item_banks WHERE id = :bank_id"
_LOCK_BANK = Statement.from_sqls(postgresql=f"{_LOCK_BANK_SQL} FOR UPDATE", sqlite=_LOCK_BANK_SQL)
_OPEN_ROUNDS = Statement(
    select(*round_columns)
    .join(contests_table, contests_table.c.id == rounds_table.c.contest_id)
    .where(
        rounds_table.c.bank_id == bindparam("bank_id"),
        rounds_table.c.opens_at <= bindparam("moment"),
        rounds_table.c.closes_at > bindparam("moment"),
    )
)
_ADD_CHANGE = Statement(insert(DbItemStateChange.__table__))
_SET_STATE = Statement.from_sql("UPDATE items SET state = :state WHERE id = :item_id")
_SET_CODE = Statement.from_sql("UPDATE items SET code = :code WHERE id = :item_id")


def lock_bank(work: Work, bank_id: int) -> Row | None:
    """The bank, held against other changes of it and its items until the transaction ends: always the first lock."""
    return work.find_one(_LOCK_BANK, bank_id=bank_id)


def list_open_rounds(work: Work, bank_id: int, now: datetime) -> list[Round]:
    """The rounds whose papers are drawn from the bank at this moment."""
    return [to_round(row) for row in work.list_all(_OPEN_ROUNDS, bank_id=bank_id, moment=to_ms(now))]


def list_versions(work: Work, item_id: int) -> list[StoredVersion]:
    """Every version of an item, the newest first. Topic and level are those of the item as it is now."""
    return [
        StoredVersion(row.id, row.number, from_ms(row.created_at), row.author_name, to_item(row))
        for row in work.list_all(_VERSIONS, item_id=item_id)
    ]


def list_state_changes(work: Work, item_id: int) -> list[StateChange]:
    """Every step of an item, the latest first."""
    return [
        StateChange(
            row.number,
            ItemState(row.from_state),
            ItemState(row.to_state),
            row.reason,
            row.made_by_name,
            from_ms(row.made_at),
        )
        for row in work.list_all(_CHANGES, item_id=item_id)
    ]


def add_state_change(
    work: Work,
    *,
    item_id: int,
    version_id: int,
    author_id: int | None,
    from_state: ItemState,
    to_state: ItemState,
    reason: str,
    made_by_id: int,
    now: datetime,
) -> None:
    """Put an item into another state, and keep who did so and why."""
    work.run(
        _ADD_CHANGE,
        id=make_id(),
        item_id=item_id,
        version_id=version_id,
        author_id=author_id,
        from_state=str(from_state),
        to_state=str(to_state),
        reason=reason,
        made_by_id=made_by_id,
        made_at=to_ms(now),
    )
    set_state(work, item_id=item_id, state=to_state)


def set_state(work: Work, *, item_id: int, state: ItemState) -> None:
    """Put an item into a state by rule: a new version is a draft."""
    work.run(_SET_STATE, item_id=item_id, state=str(state))


def set_code(work: Work, *, item_id: int, code: str) -> None:
    """Name an item anew."""
    work.run(_SET_CODE, item_id=item_id, code=code)
