"""The items of a bank as lists show them: searched without accents, filtered, in pages.

A statement is made once for each combination of filters; a page costs one, however many items the bank has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from question_bank.items import Item
from question_bank.keys import Key, VoidKey
from quiz_app.domain.items import ItemFilter
from quiz_app.domain.names import split_query
from quiz_app.persistence.columns import from_json
from quiz_app.persistence.item_columns import to_item, to_key
from quiz_app.persistence.session import Row, Statement, Work

_NEWEST = (
    "FROM items JOIN item_versions v ON v.item_id = items.id "
    "AND v.number = (SELECT max(number) FROM item_versions latest WHERE latest.item_id = items.id)"
)
_COLUMNS = (
    "items.id AS item_id, items.code, items.topic, items.level, items.state, v.id, v.number, v.kind, v.stem, "
    "v.options, v.row_texts, v.key, v.explanation, v.source, v.created_at, v.made_by_id, "
    "(SELECT c.key FROM key_corrections c WHERE c.version_id = v.id ORDER BY c.number DESC LIMIT 1) AS key_in_force"
)
CURRENT_ITEMS = f"SELECT {_COLUMNS} {_NEWEST}"  # noqa: S608
"""Items with their newest versions, before any condition."""


@dataclass(frozen=True, slots=True)
class BankItem:
    """An item with its newest version, as lists and exports need it: with the key in force.

    ``written_key`` is the key that the version was stored with, where a correction took its place.
    """

    item_id: int
    version_id: int
    number: int
    state: str
    author_id: int | None
    item: Item
    written_key: Key | None = None

    @property
    def is_void(self) -> bool:
        """Whether everybody gets the point, so that no new paper has it."""
        return isinstance(self.item.key, VoidKey)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which conditions a statement has."""

    words: int
    sources: int
    columns: tuple[str, ...]


def list_items(work: Work, bank_id: int, chosen: ItemFilter, *, offset: int, most: int) -> list[BankItem]:
    """The items of a page, by code."""
    shape, values = _plan(bank_id, chosen)
    return [to_bank_item(row) for row in work.list_all(_make_list(shape), **values, offset=offset, most=most)]


def count_items(work: Work, bank_id: int, chosen: ItemFilter) -> int:
    """How many items the filter leaves."""
    shape, values = _plan(bank_id, chosen)
    row = work.find_one(_make_count(shape), **values)
    return 0 if row is None else int(row.number)


_COUNTS = Statement.from_sql(
    "SELECT topic, level, state, count(*) AS number FROM items WHERE bank_id = :bank_id GROUP BY topic, level, state"
)
_BANKS = Statement.from_sql(
    "SELECT b.id, b.code, b.title, (SELECT count(*) FROM items WHERE items.bank_id = b.id) AS number, "
    "(SELECT count(*) FROM items WHERE items.bank_id = b.id AND state = 'in_use') AS in_use, "
    "(SELECT count(*) FROM items WHERE items.bank_id = b.id AND state = 'draft') AS drafts "
    "FROM item_banks b ORDER BY b.title, b.id"
)
_ALL = Statement.from_sql(f"SELECT {_COLUMNS} {_NEWEST} WHERE items.bank_id = :bank_id ORDER BY items.code")  # noqa: S608
_ONE_SQL = f"SELECT {_COLUMNS}, items.bank_id {_NEWEST} WHERE items.id = :item_id"  # noqa: S608
_ONE = Statement.from_sql(_ONE_SQL)
_LOCK = Statement.from_sqls(
    postgresql="SELECT id FROM items WHERE id = :item_id FOR UPDATE",
    sqlite="SELECT id FROM items WHERE id = :item_id",
)
_CODES = Statement.from_sql("SELECT id, code, state FROM items WHERE bank_id = :bank_id")


def list_banks(work: Work) -> list[Row]:
    """Every bank: id, code, title, number of items, of those in use, of drafts."""
    return work.list_all(_BANKS)


def count_by_cell(work: Work, bank_id: int) -> dict[tuple[str, str, str], int]:
    """How many items of each topic, level and state."""
    rows = work.list_all(_COUNTS, bank_id=bank_id)
    return {(row.topic, row.level, row.state): row.number for row in rows}


def list_all_items(work: Work, bank_id: int) -> list[BankItem]:
    """Every item of a bank, by code."""
    return [to_bank_item(row) for row in work.list_all(_ALL, bank_id=bank_id)]


def find_item(work: Work, item_id: int, *, locks: bool = False) -> tuple[int, BankItem] | None:
    """The bank's id and the item; ``locks`` keeps others from changing it until the transaction ends."""
    if locks and work.find_one(_LOCK, item_id=item_id) is None:
        return None
    # Read once it is locked, so that a version which another transaction has just added is seen.
    row = work.find_one(_ONE, item_id=item_id)
    return None if row is None else (row.bank_id, to_bank_item(row))


def map_codes(work: Work, bank_id: int) -> dict[str, tuple[int, str]]:
    """Id and state of each item by code."""
    return {row.code: (row.id, row.state) for row in work.list_all(_CODES, bank_id=bank_id)}


def to_bank_item(row: Row) -> BankItem:
    """The item of a row with the columns of this module."""
    item, written = to_item(row), None
    if row.key_in_force is not None:
        written = item.key
        item = replace(item, key=to_key(item.kind, from_json(row.key_in_force)))
    return BankItem(row.item_id, row.id, row.number, row.state, row.made_by_id, item, written)


def _plan(bank_id: int, chosen: ItemFilter) -> tuple[_Shape, Mapping[str, Any]]:
    words, sources = split_query(chosen.words), split_query(chosen.source)
    equal = {name: getattr(chosen, name) for name in ("topic", "level", "kind", "state") if getattr(chosen, name)}
    values: dict[str, Any] = {"bank_id": bank_id, **equal}
    values |= {f"word_{'abcdef'[place]}": f"% {word}%" for place, word in enumerate(words)}
    values |= {f"source_{'abcdef'[place]}": f"% {word}%" for place, word in enumerate(sources)}
    return _Shape(len(words), len(sources), tuple(equal)), values


def _list_conditions(shape: _Shape) -> str:
    conditions: Sequence[str] = [
        "items.bank_id = :bank_id",
        *(f"items.{column} = :{column}" for column in shape.columns),
        *(f"items.search_text LIKE :word_{'abcdef'[place]}" for place in range(shape.words)),
        *(f"items.source_text LIKE :source_{'abcdef'[place]}" for place in range(shape.sources)),
    ]
    return " AND ".join(conditions)


@cache
def _make_list(shape: _Shape) -> Statement:
    return Statement.from_sql(
        f"SELECT {_COLUMNS} {_NEWEST} WHERE {_list_conditions(shape)} "  # noqa: S608 - no value of a visitor is in it
        "ORDER BY items.code LIMIT :most OFFSET :offset"
    )


@cache
def _make_count(shape: _Shape) -> Statement:
    return Statement.from_sql(f"SELECT count(*) AS number FROM items WHERE {_list_conditions(shape)}")  # noqa: S608
