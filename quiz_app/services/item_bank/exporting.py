"""Handing out items as files. What a format cannot carry is named before anything is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from question_bank.formatted_text import list_pictures
from question_bank.items import Item
from question_bank.keys import VoidKey
from question_bank.pictures import Picture
from question_bank.readers.report import mark_message as N_
from question_bank.writers import CannotWrite
from question_bank.writers.excel import write_excel, write_excel_template
from question_bank.writers.gift import write_gift
from question_bank.writers.moodle_xml import write_moodle_xml
from question_bank.writers.qti import write_qti
from question_bank.writers.word import write_word
from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.items import ItemFilter
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence import pictures as pictures_store
from quiz_app.persistence.item_bank import listing
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.item_bank.listing import BankHead, ensure_may_organise, get_bank

MOST_ITEMS = 20_000
MOST_REFUSED = 50
"""Items that are named as such that cannot be carried; more are looked for only to leave them out."""


class ExportFormat(StrEnum):
    """What a selection of items can be handed out as."""

    EXCEL = "xlsx"
    WORD = "docx"
    WORD_WITH_KEY = "docx-key"
    GIFT = "gift"
    MOODLE = "moodle"
    QTI = "qti"


Write = Callable[[Sequence[Item], Mapping[str, Picture]], bytes]


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """An item that a format cannot carry, and why (an English message id)."""

    item_id: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Export:
    """The file; or, with nothing made, the items that stand in its way."""

    bank: BankHead
    content: bytes
    count: int
    refused: tuple[RefusedItem, ...]


def export_items(
    *,
    organiser: Person,
    bank_id: int,
    chosen: ItemFilter,
    item_ids: frozenset[int],
    wanted: ExportFormat,
    now: datetime,
    leaves_out: bool = False,
) -> Export:
    """The ticked items of a bank with the keys in force, or with none ticked all that the filter leaves.

    ``leaves_out``: without those that the format cannot carry, instead of no file. Raises NotFound, InvalidInput.
    """
    ensure_may_organise(organiser)
    with reading() as work:
        bank = get_bank(work, bank_id)
        asked = ItemFilter() if item_ids else chosen
        found = listing.list_items(work, bank_id, asked, offset=0, most=MOST_ITEMS)
        found = [each for each in found if not item_ids or each.item_id in item_ids]
        if not found:
            raise InvalidInput("There is no question to export.")
        digests = dict.fromkeys(digest for each in found for digest in list_pictures(*each.item.list_texts()))
        pictures = {digest: picture for digest in digests if (picture := pictures_store.find_picture(work, digest))}
    names = {topic.code: topic.name for topic in bank.topics}
    items = [_name_topic(each.item, names) for each in found]
    write = _choose_writer(wanted, bank.title)
    refused: list[tuple[int, str]] = []
    content = _write(items, 0, pictures, write, refused, len(items) if leaves_out else MOST_REFUSED)
    if leaves_out and refused:
        places = {place for place, _ in refused}
        items = [item for place, item in enumerate(items) if place not in places]
        content = write(items, pictures) if items else None
    if content is None:
        lines = (RefusedItem(found[place].item_id, found[place].item.code, reason) for place, reason in sorted(refused))
        return Export(bank, b"", len(items), tuple(lines))
    with transaction() as work:
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="items_exported",
            subject=("bank", bank_id),
            details={"format": str(wanted), "items": len(items), "left_out": len(refused)},
        )
    return Export(bank, content, len(items), ())


def make_template(*, organiser: Person) -> bytes:
    """The Excel file to fill in."""
    ensure_may_organise(organiser)
    return write_excel_template()


def _write(
    items: Sequence[Item],
    start: int,
    pictures: Mapping[str, Picture],
    write: Write,
    refused: list[tuple[int, str]],
    most: int,
) -> bytes | None:
    """The file; where it cannot be made, None, with every item named that stands in its way.

    A writer names the first such item only; halves are tried by themselves until each stands alone.
    """
    try:
        return write(items, pictures)
    except CannotWrite as error:
        if len(items) == 1:
            refused.append((start, str(error)))
            return None
    middle = len(items) // 2
    for place, part in ((0, items[:middle]), (middle, items[middle:])):
        if len(refused) < most:
            _write(part, start + place, pictures, write, refused, most)
    return None


def _choose_writer(wanted: ExportFormat, title: str) -> Write:
    if wanted in (ExportFormat.WORD, ExportFormat.WORD_WITH_KEY):
        with_key = wanted is ExportFormat.WORD_WITH_KEY

        def write_paper(items: Sequence[Item], pictures: Mapping[str, Picture]) -> bytes:
            return write_word(items, pictures, title=title, with_key=with_key)

        return _refuse_void(write_paper) if with_key else write_paper
    writers: Mapping[ExportFormat, Write] = {
        ExportFormat.EXCEL: write_excel,
        ExportFormat.GIFT: write_gift,
        ExportFormat.MOODLE: write_moodle_xml,
        ExportFormat.QTI: write_qti,
    }
    return _refuse_void(writers[wanted])


def _refuse_void(write: Write) -> Write:
    """No format has a word for a question that everybody has right: without a key it would come back as another."""

    def write_known(items: Sequence[Item], pictures: Mapping[str, Picture]) -> bytes:
        for item in items:
            if isinstance(item.key, VoidKey):
                raise CannotWrite(N_("the question is void: there is no key that a file could carry"), item, item.code)
        return write(items, pictures)

    return write_known


def _name_topic(item: Item, names: Mapping[str, str]) -> Item:
    """Under the name of its topic, which is what people read in a file."""
    return replace(item, topic=names.get(item.topic, item.topic))
