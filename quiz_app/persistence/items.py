"""Item banks, items and their versions. A version is never edited once it is stored: a change makes another version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from question_bank.assembly import PoolItem, to_pool_item
from question_bank.items import Item
from question_bank.readers.bank_folder import Topic
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, JsonText, from_json, to_json
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.item_columns import to_item, to_version_values
from quiz_app.persistence.session import Row, Statement, Work


class DbItemBank(Model):
    """A bank. ``version`` rises with every change, so that a process knows whether the pool it holds is current."""

    __tablename__ = "item_banks"
    id: Mapped[Identifier]
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    topics: Mapped[JsonText]
    version: Mapped[int]


class DbItem(Model):
    """An item as something that goes on existing while its versions change."""

    __tablename__ = "items"
    id: Mapped[Identifier]
    bank_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("item_banks.id"))
    code: Mapped[str]
    topic: Mapped[str]
    level: Mapped[str]
    state: Mapped[str]
    __table_args__ = (
        UniqueConstraint("bank_id", "code"),
        CheckConstraint("state IN ('draft', 'reviewed', 'in_use', 'retired')", name="state"),
    )


class DbItemVersion(Model):
    """The item as it stands from this version on: what papers refer to."""

    __tablename__ = "item_versions"
    id: Mapped[Identifier]
    item_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("items.id"))
    number: Mapped[int]
    kind: Mapped[str]
    stem: Mapped[str]
    options: Mapped[JsonText]
    row_texts: Mapped[JsonText]
    key: Mapped[JsonText]
    explanation: Mapped[str]
    source: Mapped[JsonText]
    created_at: Mapped[Instant]
    __table_args__ = (UniqueConstraint("item_id", "number"), CheckConstraint("number >= 1", name="number"))


_banks, _items, _versions = DbItemBank.__table__, DbItem.__table__, DbItemVersion.__table__
_latest = (
    select(func.max(_versions.c.number)).where(_versions.c.item_id == _items.c.id).correlate(_items).scalar_subquery()
)
_FIND_BANK = Statement(select(_banks).where(_banks.c.code == bindparam("bank_code")))
_GET_BANK = Statement(select(_banks).where(_banks.c.id == bindparam("bank_id")))
_ADD_BANK = Statement(insert(_banks))
_TOUCH_BANK = Statement(
    update(_banks)
    .where(_banks.c.id == bindparam("bank_id"))
    .values(version=_banks.c.version + 1, title=bindparam("new_title"), topics=bindparam("new_topics"))
)
_ADD_ITEM = Statement(insert(_items))
_SET_ITEM = Statement(
    update(_items)
    .where(_items.c.id == bindparam("item_id"))
    .values(topic=bindparam("new_topic"), level=bindparam("new_level"))
)
_ADD_VERSION = Statement(insert(_versions))
_CURRENT = Statement(
    select(
        _items.c.id.label("item_id"), _items.c.code, _items.c.topic, _items.c.level, _items.c.state,
        _versions.c.id, _versions.c.number, _versions.c.kind, _versions.c.stem, _versions.c.options,
        _versions.c.row_texts, _versions.c.key, _versions.c.explanation, _versions.c.source,
    )
    .select_from(_items.join(_versions, _versions.c.item_id == _items.c.id))
    .where(_items.c.bank_id == bindparam("bank_id"), _versions.c.number == _latest)
    .order_by(_items.c.code)
)  # fmt: skip
_VERSION = Statement(
    select(
        _items.c.code, _items.c.topic, _items.c.level,
        _versions.c.id, _versions.c.kind, _versions.c.stem, _versions.c.options,
        _versions.c.row_texts, _versions.c.key, _versions.c.explanation, _versions.c.source,
    )
    .select_from(_items.join(_versions, _versions.c.item_id == _items.c.id))
    .where(_versions.c.id == bindparam("version_id"))
)  # fmt: skip


def find_bank(work: Work, code: str) -> Row | None:
    """The bank's row (id, code, title, topics, version), or None."""
    return work.find_one(_FIND_BANK, bank_code=code)


def get_bank_row(work: Work, bank_id: int) -> Row | None:
    """The bank's row by id."""
    return work.find_one(_GET_BANK, bank_id=bank_id)


def read_topics(row: Row) -> tuple[Topic, ...]:
    """The topics of a bank's row, in order."""
    return tuple(Topic(code, name) for code, name in from_json(row.topics))


def add_bank(work: Work, *, code: str, title: str, topics: Sequence[Topic]) -> int:
    """Insert an empty bank; its id."""
    bank_id = make_id()
    work.run(_ADD_BANK, id=bank_id, code=code, title=title, topics=_topics_to_json(topics), version=1)
    return bank_id


def touch_bank(work: Work, *, bank_id: int, title: str, topics: Sequence[Topic]) -> None:
    """Store title and topics, and tell every process that the bank has changed."""
    work.run(_TOUCH_BANK, bank_id=bank_id, new_title=title, new_topics=_topics_to_json(topics))


def list_current(work: Work, bank_id: int) -> dict[str, tuple[int, int, str, Item]]:
    """The newest version of each item: by code, (item id, version number, state, item)."""
    return {
        row.code: (row.item_id, row.number, row.state, to_item(row)) for row in work.list_all(_CURRENT, bank_id=bank_id)
    }


def list_pool(work: Work, bank_id: int) -> list[PoolItem]:
    """What papers of this bank may be drawn from: the newest version of each item in use."""
    return [
        to_pool_item(row.id, to_item(row)) for row in work.list_all(_CURRENT, bank_id=bank_id) if row.state == "in_use"
    ]


def map_current_items(work: Work, bank_id: int) -> dict[int, Item]:
    """The newest version of each item, by version id."""
    return {row.id: to_item(row) for row in work.list_all(_CURRENT, bank_id=bank_id)}


def find_version(work: Work, version_id: int) -> Item | None:
    """An item version with its key."""
    row = work.find_one(_VERSION, version_id=version_id)
    return None if row is None else to_item(row)


def add_items(work: Work, *, bank_id: int, items: Sequence[Item], now_ms: int) -> None:
    """Insert items that are new to the bank, each with version 1, in use."""
    item_rows, version_rows = [], []
    for item in items:
        item_id = make_id()
        item_rows.append(
            {"id": item_id, "bank_id": bank_id, "code": item.code, "topic": item.topic, "level": str(item.level),
             "state": "in_use"}
        )  # fmt: skip
        version_rows.append(_to_version_row(item_id, 1, item, now_ms))
    work.run_many(_ADD_ITEM, item_rows)
    work.run_many(_ADD_VERSION, version_rows)


def add_version(work: Work, *, item_id: int, number: int, item: Item, now_ms: int) -> None:
    """Insert the next version of an item."""
    work.run(_SET_ITEM, item_id=item_id, new_topic=item.topic, new_level=str(item.level))
    work.run(_ADD_VERSION, **_to_version_row(item_id, number, item, now_ms))


def _to_version_row(item_id: int, number: int, item: Item, now_ms: int) -> dict[str, Any]:
    return {
        "id": make_id(),
        "item_id": item_id,
        "number": number,
        **to_version_values(item),
        "created_at": now_ms,
    }


def _topics_to_json(topics: Sequence[Topic]) -> str:
    return to_json([[topic.code, topic.name] for topic in topics])
