"""What a process holds of item banks, so that a page or a score needs no look-up per item.

An item version never changes; what is held of it has the key in force, which a correction may have put in place of the
version's own. A bank's version rises with every change, corrections among them; every read that uses this cache has
just read the bank's version from the database, so nothing here can be stale.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from question_bank.assembly import ItemPool, PoolItem
from question_bank.blueprint import BlueprintCell, ExamBlueprint
from question_bank.items import Item, ItemKind
from question_bank.keys import Key, VoidKey
from question_bank.readers.bank_folder import Topic
from quiz_app.domain.contests import Round, is_practice
from quiz_app.domain.errors import NotFound
from quiz_app.persistence import items as items_store
from quiz_app.persistence import key_corrections as corrections_store
from quiz_app.persistence.session import Work


class LeftOut(NamedTuple):
    """How many items in use are in no paper of a round, and why."""

    essays: int
    void: int


@dataclass(frozen=True, slots=True)
class HeldBank:
    """A bank as of one version: what papers are drawn from, its topics, and the items met so far by version id."""

    version: int
    drawable: tuple[PoolItem, ...]
    topic_names: dict[str, str]
    items: dict[int, Item] = field(default_factory=dict)
    corrections: dict[int, Key] = field(default_factory=dict)
    """The keys in force of item versions whose own key was wrong."""
    _pools: dict[tuple[date, bool] | tuple[date, bool, ExamBlueprint], ItemPool] = field(default_factory=dict)

    def get_pool(self, round_: Round) -> ItemPool:
        """What the papers of a round are drawn from: its stock. A void question, for which everybody gets the point, is
        in no new paper; only where the stock cannot fill the round's papers do those come back that stand in for what
        is missing: a free point is better than a closed door.
        """
        blueprint = round_.settings.blueprint
        key = (*_get_pool_key(round_), blueprint)
        pool = self._pools.get(key)
        if pool is None:
            pool = self.get_stock(round_)
            short = [BlueprintCell(each.topic, each.level, 0) for each in pool.find_shortfalls(blueprint)]
            void = [known for known, item in self._list_valid(round_) if isinstance(item.key, VoidKey)]
            needed = [known for known in void if any(cell.accepts(known.topic, known.level) for cell in short)]
            if needed:
                pool = ItemPool((*pool.items, *needed))
            self._pools[key] = pool
        return pool

    def get_stock(self, round_: Round) -> ItemPool:
        """The items whose facts hold on the day that the round opens, without void ones.

        One day for the whole round, so that everybody draws from the same items. Essays, which nobody marks, are asked
        in practice rounds only.
        """
        key = _get_pool_key(round_)
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = ItemPool(
                known for known, item in self._list_valid(round_) if not isinstance(item.key, VoidKey)
            )
        return pool

    def count_left_out(self, round_: Round) -> LeftOut:
        """Items in use on the round's day that are not in its stock: essays where somebody would have to mark them, and
        void ones.
        """
        day = _get_pool_key(round_)[0]
        essays = sum(
            self.items[each.version_id].kind is ItemKind.ESSAY and self.items[each.version_id].source.is_valid_on(day)
            for each in self.drawable
        )
        void = sum(isinstance(item.key, VoidKey) for _, item in self._list_valid(round_))
        return LeftOut(0 if is_practice(round_) else essays, void)

    def _list_valid(self, round_: Round) -> Iterator[tuple[PoolItem, Item]]:
        day, has_essays = _get_pool_key(round_)
        for known in self.drawable:
            item = self.items[known.version_id]
            if item.source.is_valid_on(day) and (has_essays or item.kind is not ItemKind.ESSAY):
                yield known, item

    def get_item(self, work: Work, version_id: int) -> Item:
        """The item version, with the key in force. Raises NotFound."""
        item = self.items.get(version_id)
        if item is None:
            item = items_store.find_version(work, version_id)
            if item is None:
                raise NotFound
            item = self.items[version_id] = _correct(item, self.corrections.get(version_id))
        return item

    def list_topics(self) -> tuple[Topic, ...]:
        """The topics in the bank's order."""
        return tuple(Topic(code, name) for code, name in self.topic_names.items())


def _get_pool_key(round_: Round) -> tuple[date, bool]:
    """The day that the round opens, and whether it asks essays."""
    return round_.opens_at.astimezone(round_.zone).date(), is_practice(round_)


_held: dict[int, HeldBank] = {}
_loading = threading.Lock()


def hold_bank(work: Work, bank_id: int, version: int) -> HeldBank:
    """The bank as of this version, loaded if this process does not hold it. Raises NotFound."""
    held = _held.get(bank_id)
    if held is not None and held.version == version:
        return held
    with _loading:
        held = _held.get(bank_id)
        if held is not None and held.version == version:
            return held
        row = items_store.get_bank_row(work, bank_id)
        if row is None:
            raise NotFound
        topics = items_store.read_topics(row)
        corrections = corrections_store.map_keys(work, bank_id)
        current = items_store.map_current_items(work, bank_id)
        held = HeldBank(
            version=row.version,
            drawable=tuple(items_store.list_pool(work, bank_id)),
            topic_names={topic.code: topic.name for topic in topics},
            items={id_: _correct(item, corrections.get(id_)) for id_, item in current.items()},
            corrections=corrections,
        )
        _held[bank_id] = held
        return held


def _correct(item: Item, key: Key | None) -> Item:
    return item if key is None else replace(item, key=key)
