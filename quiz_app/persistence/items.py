"""Item banks, items and their versions. A version is never edited once it is stored: a change makes another version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from question_bank.assembly import PoolItem, to_pool_item
from question_bank.formatted_text import to_plain
from question_bank.items import Item, ItemKind
from question_bank.readers.bank_folder import Topic
from quiz_app.domain.names import make_search_text
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
    kind: Mapped[str] = mapped_column(server_default="single_choice")
    """Of the newest version, as the two texts below: what lists are filtered by."""
    search_text: Mapped[str] = mapped_column(Text, server_default=text("''"))
    source_text: Mapped[str] = mapped_column(Text, server_default=text("''"))
    __table_args__ = (
        UniqueConstraint("bank_id", "code"),
        CheckConstraint("state IN ('draft', 'reviewed', 'in_use', 'retired')", name="state"),
        CheckConstraint(f"kind IN ({', '.join(repr(str(kind)) for kind in ItemKind)})", name="kind"),
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
    made_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    """The author; None where the version came from a file that the operator loaded."""
    __table_args__ = (UniqueConstraint("item_id", "number"), CheckConstraint("number >= 1", name="number"))


_banks, _items, _versions = DbItemBank.__table__, DbItem.__table__, DbItemVersion.__table__
_latest = (
    select(func.max(_versions.c.number)).where(_versions.c.item_id == _items.c.id).correlate(_items).scalar_subquery()
)
_FIND_BANK = Statement(select(_banks).where(_banks.c.code == bindparam("bank_code")))
_GET_BANK = Statement(select(_banks).where(_banks.c.id == bindparam("bank_id")))
_LIST_TOPICS = Statement.from_sql("SELECT DISTINCT topic FROM items WHERE bank_id = :bank_id")
_GET_BANK_VERSION = Statement.from_sql("SELECT version FROM item_banks WHERE id = :bank_id")
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
    .values(
        topic=bindparam("new_topic"),
        level=bindparam("new_level"),
        kind=bindparam("new_kind"),
        search_text=bindparam("new_search_text"),
        source_text=bindparam("new_source_text"),
    )
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


def get_version(work: Work, bank_id: int) -> int:
    """The bank's version as of now."""
    row = work.find_one(_GET_BANK_VERSION, bank_id=bank_id)
    return 0 if row is None else int(row.version)


def read_topics(row: Row) -> tuple[Topic, ...]:
    """The topics of a bank's row, in order."""
    return tuple(Topic(code, name) for code, name in from_json(row.topics))


def list_used_topics(work: Work, bank_id: int) -> frozenset[str]:
    """Codes of the topics that items of the bank have, in whatever state they are."""
    return frozenset(row.topic for row in work.list_all(_LIST_TOPICS, bank_id=bank_id))


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


def add_items(
    work: Work,
    *,
    bank_id: int,
    items: Sequence[Item],
    now_ms: int,
    state: str = "in_use",
    author_id: int | None = None,
) -> list[int]:
    """Insert items that are new to the bank, each with version 1; their ids, in the same order."""
    item_rows, version_rows, item_ids = [], [], []
    for item in items:
        item_id = make_id()
        item_ids.append(item_id)
        item_rows.append(
            {"id": item_id, "bank_id": bank_id, "code": item.code, "topic": item.topic, "level": str(item.level),
             "state": state, "kind": str(item.kind), "search_text": make_item_search(item),
             "source_text": make_source_search(item)}
        )  # fmt: skip
        version_rows.append(_to_version_row(item_id, 1, item, now_ms, author_id))
    work.run_many(_ADD_ITEM, item_rows)
    work.run_many(_ADD_VERSION, version_rows)
    return item_ids


def add_version(work: Work, *, item_id: int, number: int, item: Item, now_ms: int, author_id: int | None = None) -> int:
    """Insert the next version of an item; its id. The item's state and code stay as they are."""
    work.run(
        _SET_ITEM,
        item_id=item_id,
        new_topic=item.topic,
        new_level=str(item.level),
        new_kind=str(item.kind),
        new_search_text=make_item_search(item),
        new_source_text=make_source_search(item),
    )
    row = _to_version_row(item_id, number, item, now_ms, author_id)
    work.run(_ADD_VERSION, **row)
    return int(row["id"])


def make_item_search(item: Item) -> str:
    """What an item is found by: its code and the words of its stem, options and rows, without accents."""
    texts = (item.stem, *(option.text for option in item.options), *item.rows)
    return make_search_text(item.code, *(to_plain(text) for text in texts))


def make_source_search(item: Item) -> str:
    """The words of an item's source, without accents."""
    return make_search_text(item.source.document, item.source.article)


def _to_version_row(item_id: int, number: int, item: Item, now_ms: int, author_id: int | None) -> dict[str, Any]:
    return {
        "id": make_id(),
        "item_id": item_id,
        "number": number,
        **to_version_values(item),
        "created_at": now_ms,
        "made_by_id": author_id,
    }


def _topics_to_json(topics: Sequence[Topic]) -> str:
    return to_json([[topic.code, topic.name] for topic in topics])
