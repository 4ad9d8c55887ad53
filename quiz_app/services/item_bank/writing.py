"""Writing items. A version is never changed once it is stored: what is saved is the next version, and a draft."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from question_bank.blueprint import find_shortfalls
from question_bank.item_rules import find_item_problems
from question_bank.items import Item
from question_bank.pictures import Picture
from quiz_app.domain.contests import Round
from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.items import ItemChanged, ItemCodeTaken, ItemState, PapersWouldLackItems
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence import items as items_store
from quiz_app.persistence import pictures as pictures_store
from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.item_bank import changes, listing
from quiz_app.persistence.item_bank.listing import BankItem
from quiz_app.persistence.item_columns import to_version_values
from quiz_app.persistence.session import Row, Work, transaction
from quiz_app.services.bank_cache import hold_bank
from quiz_app.services.item_bank.codes import make_codes
from quiz_app.services.item_bank.listing import ensure_may_organise


def add_item(*, organiser: Person, bank_id: int, item: Item, now: datetime) -> int:
    """Store a new item as a draft; its id. Without a code it is given the next free one.

    Raises NotFound, InvalidInput (the item is no valid one), ItemCodeTaken.
    """
    ensure_may_organise(organiser)
    _ensure_valid(item)
    with transaction() as work:
        bank = lock_bank(work, bank_id)
        _ensure_topic(bank, item)
        codes = listing.map_codes(work, bank_id)
        if item.code in codes:
            raise ItemCodeTaken(item.code)
        item = item if item.code else replace(item, code=next(make_codes(codes)))
        item_id = items_store.add_items(
            work,
            bank_id=bank_id,
            items=[item],
            now_ms=to_ms(now),
            state=ItemState.DRAFT,
            author_id=organiser.id,
        )[0]
        touch_bank(work, bank)
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="item_added",
            subject=("item", item_id),
            details={"code": item.code, "after": describe_item(item)},
        )
    return item_id


def change_item(*, organiser: Person, item_id: int, number: int, item: Item, now: datetime) -> bool:
    """Store the next version of an item, which is a draft then; False where nothing differs. ``number`` is the version
    that the person saw.

    Raises NotFound, InvalidInput, ItemChanged, ItemCodeTaken, PapersWouldLackItems.
    """
    ensure_may_organise(organiser)
    _ensure_valid(item)
    with transaction() as work:
        bank, current = lock_item(work, item_id)
        if current.number != number:
            raise ItemChanged(current.item.code)
        item = item if item.code else replace(item, code=current.item.code)
        if item == current.item:
            return False
        if item.code != current.item.code:
            if item.code in listing.map_codes(work, bank.id):
                raise ItemCodeTaken(item.code)
            changes.set_code(work, item_id=item_id, code=item.code)
        if item.topic != current.item.topic:
            _ensure_topic(bank, item)
        ensure_papers(work, bank, {current.version_id}, now)
        items_store.add_version(
            work, item_id=item_id, number=number + 1, item=item, now_ms=to_ms(now), author_id=organiser.id
        )
        changes.set_state(work, item_id=item_id, state=ItemState.DRAFT)
        touch_bank(work, bank)
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="item_changed",
            subject=("item", item_id),
            details={
                "code": item.code,
                "version": number + 1,
                "before": {"state": current.state, **describe_item(current.item)},
                "after": {"state": str(ItemState.DRAFT), **describe_item(item)},
            },
        )
    return True


def keep_picture(*, organiser: Person, picture: Picture, now: datetime) -> None:
    """Store a picture under its digest, for a text that is about to name it."""
    ensure_may_organise(organiser)
    with transaction() as work:
        pictures_store.add_pictures(work, [picture], now)


def lock_bank(work: Work, bank_id: int) -> Row:
    """The bank, held until the transaction ends. Raises NotFound."""
    bank = changes.lock_bank(work, bank_id)
    if bank is None:
        raise NotFound
    return bank


def lock_item(work: Work, item_id: int) -> tuple[Row, BankItem]:
    """The bank of an item and the item, held until the transaction ends. Raises NotFound."""
    found = listing.find_item(work, item_id)
    if found is None:
        raise NotFound
    bank = lock_bank(work, found[0])
    locked = listing.find_item(work, item_id, locks=True)
    if locked is None:
        raise NotFound
    return bank, locked[1]


def touch_bank(work: Work, bank: Row) -> None:
    """Tell every process that the bank has changed."""
    items_store.touch_bank(work, bank_id=bank.id, title=bank.title, topics=items_store.read_topics(bank))


def ensure_papers(work: Work, bank: Row, leaving: Collection[int], now: datetime) -> None:
    """Raise PapersWouldLackItems if an open round could no longer draw its papers without these item versions.

    To be asked before anything is changed: the pool is the one of the bank's version as it stands.
    """
    for round_ in list_needing_rounds(work, bank, leaving, now):
        raise PapersWouldLackItems(round_.title)


def list_needing_rounds(work: Work, bank: Row, leaving: Collection[int], now: datetime) -> list[Round]:
    """The open rounds that can draw their papers, and could not without these item versions."""
    held = hold_bank(work, bank.id, bank.version)
    needing = []
    for round_ in changes.list_open_rounds(work, bank.id, now):
        pool = held.get_pool(round_)
        left = [(each.topic, each.level) for each in pool.items if each.version_id not in leaving]
        is_short = bool(find_shortfalls(round_.settings.blueprint, left))
        if len(left) < len(pool.items) and is_short and not pool.find_shortfalls(round_.settings.blueprint):
            needing.append(round_)
    return needing


def describe_item(item: Item) -> dict[str, Any]:
    """The item as the audit trail keeps it."""
    return {"topic": item.topic, "level": str(item.level), **to_version_values(item)}


def _ensure_topic(bank: Row, item: Item) -> None:
    """Under the lock of the bank: the topic may have been taken out since the form was opened."""
    if item.topic not in {topic.code for topic in items_store.read_topics(bank)}:
        raise InvalidInput("The bank has no such topic any more. Choose another; nothing was stored.")


def _ensure_valid(item: Item) -> None:
    if find_item_problems(item) or not item.topic:
        raise InvalidInput("The item has errors. Nothing was stored.")
