"""Putting an import into its bank: every item that is not left out, in one transaction, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from question_bank.formatted_text import list_pictures
from question_bank.items import Item
from question_bank.readers.bank_folder import Topic
from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.items import ItemImportEnded, ItemImportNotReady, ItemState
from quiz_app.domain.jobs import JobKind
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence import items as items_store
from quiz_app.persistence import pictures as pictures_store
from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.item_bank import changes, import_lines, imports, listing
from quiz_app.persistence.item_bank.listing import BankItem
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.item_bank.codes import find_topic, make_codes, make_topic
from quiz_app.services.item_bank.listing import ensure_may_organise
from quiz_app.services.item_bank.writing import describe_item, ensure_papers, lock_bank
from quiz_app.services.item_imports import packing
from quiz_app.services.item_imports.judging import ERROR
from quiz_app.services.jobs import add_job

MOST_AT_ONCE = 500
"""Items that are stored while the person waits; more are a job."""
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class _Plan:
    """What each line becomes: new items, next versions of known ones."""

    new: tuple[tuple[int, Item], ...]
    versions: tuple[tuple[int, BankItem, Item], ...]
    topics: tuple[Topic, ...]
    left_out: int
    renamed: int


def confirm_import(*, organiser: Person, import_id: int, now: datetime) -> int | None:
    """Store the import, or hand it to a job, whose id is given then.

    Raises NotFound, ItemImportEnded, ItemImportNotReady, InvalidInput (nothing is to be stored), PapersWouldLackItems.
    """
    ensure_may_organise(organiser)
    with transaction() as work:
        found = imports.find_import(work, import_id=import_id, account_id=organiser.id, locks=True)
        if found is None:
            raise NotFound
        if not imports.is_free(work, import_id):
            raise ItemImportEnded
        counts = import_lines.count_lines(work, import_id)
        wrong = sum(number for (rank, choice), number in counts.items() if rank == ERROR and choice != "skip")
        if wrong:
            raise ItemImportNotReady(wrong)
        count = sum(number for (_, choice), number in counts.items() if choice != "skip")
        if not count:
            raise InvalidInput("Every question is left out: there is nothing to store.")
        if count <= MOST_AT_ONCE:
            apply_import(work, organiser_id=organiser.id, import_id=import_id, now=now)
            return None
        job_id = add_job(work, kind=JobKind.IMPORT_ITEMS, arguments={"import_id": import_id}, person=organiser, now=now)
        imports.confirm_import(work, import_id=import_id, job_id=job_id)
        return job_id


def apply_import(
    work: Work,
    *,
    organiser_id: int,
    import_id: int,
    now: datetime,
    report: Callable[[int, int], None] | None = None,
) -> int:
    """Store all of it within the caller's transaction; how many items. ``report`` is told how many are done.

    Raises NotFound, ItemImportEnded, ItemImportNotReady, PapersWouldLackItems.
    """
    found = imports.find_import(work, import_id=import_id, account_id=organiser_id, locks=True)
    if found is None:
        raise NotFound
    if found.state not in ("pending", "confirmed"):
        raise ItemImportEnded
    bank = lock_bank(work, found.bank_id)
    plan = _make_plan(work, import_id, bank.id, items_store.read_topics(bank))
    ensure_papers(
        work, bank, {known.version_id for _, known, _ in plan.versions if known.state == ItemState.IN_USE}, now
    )
    used = {
        digest
        for item in (*(item for _, item in plan.new), *(item for _, _, item in plan.versions))
        for digest in list_pictures(*item.list_texts())
    }
    pictures_store.add_pictures(
        work, [picture for picture in import_lines.list_pictures(work, import_id) if picture.digest in used], now
    )
    item_ids: dict[int, int] = {}
    total = len(plan.new) + len(plan.versions)
    for start in range(0, len(plan.new), CHUNK):
        part = plan.new[start : start + CHUNK]
        ids = items_store.add_items(
            work,
            bank_id=bank.id,
            items=[item for _, item in part],
            now_ms=to_ms(now),
            state=ItemState.DRAFT,
            author_id=organiser_id,
        )
        item_ids.update(zip((position for position, _ in part), ids, strict=True))
        if report:
            report(len(item_ids), total)
    for position, known, item in plan.versions:
        _add_version(work, known, item, organiser_id=organiser_id, now=now)
        item_ids[position] = known.item_id
    items_store.touch_bank(work, bank_id=bank.id, title=bank.title, topics=plan.topics)
    import_lines.set_items(work, import_id, item_ids)
    counts = {
        "added": len(plan.new),
        "versions": len(plan.versions),
        "left_out": plan.left_out,
        "renamed": plan.renamed,
    }
    imports.end_import(work, import_id=import_id, state="applied", counts=counts, now=now)
    audit.add_entry(
        work,
        now=now,
        actor_id=organiser_id,
        action="items_imported",
        subject=("item_import", import_id),
        details={"file": found.file_name, "code": bank.code, **counts},
    )
    return total


def _make_plan(work: Work, import_id: int, bank_id: int, topics: tuple[Topic, ...]) -> _Plan:
    taken = set(listing.map_codes(work, bank_id))
    lines = import_lines.list_all_lines(work, import_id)
    kept = [(line, packing.load_read_item(line.content)) for line in lines if line.choice != "skip"]
    wrong = sum(not read.is_ready for _, read in kept)
    if wrong:
        raise ItemImportNotReady(wrong)
    free = make_codes({*taken, *(read.item.code for _, read in kept)})
    new: list[tuple[int, Item]] = []
    versions: dict[int, tuple[int, BankItem, Item]] = {}
    renamed = 0
    for line, read in kept:
        topic = find_topic(read.item.topic, topics)
        if topic is None:
            topic = make_topic(read.item.topic, topics)
            topics = (*topics, topic)
        item = replace(read.item, topic=topic.code)
        if line.choice == "version" and line.same_item_id is not None and line.same_item_id not in versions:
            known = listing.find_item(work, line.same_item_id, locks=True)
            if known is not None and known[0] == bank_id:
                item = replace(item, code=known[1].item.code)
                versions[line.same_item_id] = (line.position, known[1], item)
                continue
        renamed += bool(item.code) and item.code in taken
        item = _name(item, taken, free)
        new.append((line.position, item))
    return _Plan(tuple(new), tuple(versions.values()), topics, len(lines) - len(kept), renamed)


def _name(item: Item, taken: set[str], free: Iterator[str]) -> Item:
    """With its own code where that is free, else with one that is given."""
    if not item.code or item.code in taken:
        item = replace(item, code=next(free))
    taken.add(item.code)
    return item


def _add_version(work: Work, known: BankItem, item: Item, *, organiser_id: int, now: datetime) -> None:
    items_store.add_version(
        work,
        item_id=known.item_id,
        number=known.number + 1,
        item=item,
        now_ms=to_ms(now),
        author_id=organiser_id,
    )
    changes.set_state(work, item_id=known.item_id, state=ItemState.DRAFT)
    audit.add_entry(
        work,
        now=now,
        actor_id=organiser_id,
        action="item_changed",
        subject=("item", known.item_id),
        details={
            "code": item.code,
            "version": known.number + 1,
            "before": {"state": known.state, **describe_item(known.item)},
            "after": {"state": str(ItemState.DRAFT), **describe_item(item)},
        },
    )
