"""What a process holds of item banks, so that a page or a score needs no look-up per item.

An item version never changes; what is held of it has the key in force, which a correction may have put in place of the
version's own. A bank's version rises with every change, corrections among them; every read that uses this cache has
just read the bank's version from the database, so nothing here can be stale.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import date

from question_bank.assembly import ItemPool, PoolItem
from question_bank.items import Item, ItemKind
from question_bank.keys import Key
from question_bank.readers.bank_folder import Topic
from quiz_app.domain.contests import Round, is_practice
from quiz_app.domain.errors import NotFound
from quiz_app.persistence import items as items_store
from quiz_app.persistence import key_corrections as corrections_store
from quiz_app.persistence.session import Work


@dataclass(frozen=True, slots=True)
class HeldBank:
    """A bank as of one version: what papers are drawn from, its topics, and the items met so far by version id."""

    version: int
    drawable: tuple[PoolItem, ...]
    topic_names: dict[str, str]
    items: dict[int, Item] = field(default_factory=dict)
    corrections: dict[int, Key] = field(default_factory=dict)
    """The keys in force of item versions whose own key was wrong."""
    _pools: dict[tuple[date, bool], ItemPool] = field(default_factory=dict)

    def get_pool(self, round_: Round) -> ItemPool:
        """What the papers of a round are drawn from: the items whose facts hold on the day that the round opens.

        One day for the whole round, so that everybody draws from the same items. Essays, which nobody marks, are asked
        in practice rounds only.
        """
        day, has_essays = round_.opens_at.astimezone(round_.zone).date(), is_practice(round_)
        pool = self._pools.get((day, has_essays))
        if pool is None:
            items = [(item, self.items[item.version_id]) for item in self.drawable]
            pool = self._pools[day, has_essays] = ItemPool(
                known
                for known, item in items
                if item.source.is_valid_on(day) and (has_essays or item.kind is not ItemKind.ESSAY)
            )
        return pool

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
