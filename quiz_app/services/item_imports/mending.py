"""Mending items of an import in place: one with all its fields, or a page of the grid at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from question_bank.items import CHOICE_KINDS, Item, ItemKind, Level
from question_bank.keys import ChoiceKey
from question_bank.readers.report import ReadItem
from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.items import ItemImportEnded
from quiz_app.domain.people import Person
from quiz_app.persistence.item_bank import import_lines, imports
from quiz_app.persistence.item_bank.import_lines import StoredLine
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.item_bank.listing import BankHead, ensure_may_organise, get_bank
from quiz_app.services.item_imports import packing
from quiz_app.services.item_imports.judging import ERROR, find_rank, judge_again, settle_topic
from quiz_app.services.item_imports.viewing import check_position

EVERY_FIELD = frozenset(
    {"code", "stem", "options", "rows", "key", "explanation", "source", "topic", "level", "valid_from", "valid_until"}
)


@dataclass(frozen=True, slots=True)
class QuickMend:
    """What the grid says of an item; None is left as it is."""

    choice: str | None = None
    topic: str | None = None
    level: Level | None = None
    right: frozenset[int] | None = None


def mend_line(*, organiser: Person, import_id: int, position: int, item: Item) -> None:
    """Store an item of the import as a person has written it. Raises NotFound, ItemImportEnded."""
    ensure_may_organise(organiser)
    with transaction() as work:
        bank = _lock(work, organiser, import_id)
        line = import_lines.find_line(work, import_id, check_position(position))
        if line is None:
            raise NotFound
        # The person has seen the whole item: what the reader said of it is settled.
        old = replace(packing.load_read_item(line.content), problems=())
        read = settle_topic(judge_again(old, item, settled=EVERY_FIELD), bank.topics)
        _store(work, import_id, line, read, line.choice)


def mend_page(*, organiser: Person, import_id: int, mends: Mapping[int, QuickMend]) -> None:
    """Store what the grid says of the items of a page: topic, level, key and what is to become of each.

    Raises NotFound, ItemImportEnded, InvalidInput.
    """
    ensure_may_organise(organiser)
    with transaction() as work:
        bank = _lock(work, organiser, import_id)
        topics = {topic.code for topic in bank.topics}
        for position, mend in mends.items():
            line = import_lines.find_line(work, import_id, check_position(position))
            if line is None:
                raise NotFound
            choice = mend.choice or line.choice
            if choice not in ("new", "skip", "version") or (choice == "version" and line.same_item_id is None):
                raise InvalidInput("Choose one of the list.")
            old = packing.load_read_item(line.content)
            item, settled = _apply(old.item, mend, topics)
            if settled:
                _store(
                    work, import_id, line, settle_topic(judge_again(old, item, settled=settled), bank.topics), choice
                )
            elif choice != line.choice:
                import_lines.set_choices(work, import_id, {position: choice})


def leave_out_errors(*, organiser: Person, import_id: int) -> int:
    """Leave out every item that has errors; how many there were. Raises NotFound, ItemImportEnded."""
    ensure_may_organise(organiser)
    with transaction() as work:
        _lock(work, organiser, import_id)
        count = import_lines.count_lines(work, import_id)
        wrong = sum(number for (rank, choice), number in count.items() if rank == ERROR and choice != "skip")
        lines = import_lines.list_lines(work, import_id, worst=ERROR, offset=0, most=10**6) if wrong else []
        import_lines.set_choices(work, import_id, {line.position: "skip" for line in lines})
    return wrong


def _apply(item: Item, mend: QuickMend, topics: set[str]) -> tuple[Item, frozenset[str]]:
    """The item as the grid says it, and the fields in which it differs."""
    settled = set()
    if mend.topic is not None and mend.topic in topics and mend.topic != item.topic:
        item = replace(item, topic=mend.topic)
        settled.add("topic")
    if mend.level is not None and mend.level != item.level:
        item = replace(item, level=mend.level)
        settled.add("level")
    if mend.right is not None and item.kind in CHOICE_KINDS:
        is_partial = isinstance(item.key, ChoiceKey) and item.key.is_partial and item.kind is ItemKind.MULTIPLE_CHOICE
        key = ChoiceKey(mend.right, is_partial) if mend.right else None
        if key != item.key:
            item = replace(item, key=key)
            settled.add("key")
    return item, frozenset(settled)


def _store(work: Work, import_id: int, line: StoredLine, read: ReadItem, choice: str) -> None:
    is_like = line.same_item_id is not None or line.same_position is not None
    import_lines.set_line(
        work,
        import_id,
        position=line.position,
        rank=find_rank(read, is_like=is_like),
        content=packing.dump_read_item(read),
        choice=choice,
    )


def _lock(work: Work, organiser: Person, import_id: int) -> BankHead:
    found = imports.find_import(work, import_id=import_id, account_id=organiser.id, locks=True)
    if found is None:
        raise NotFound
    if not imports.is_free(work, import_id):
        raise ItemImportEnded
    return get_bank(work, found.bank_id)
