"""Lists of banks and of the items of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from question_bank.items import Level
from question_bank.readers.bank_folder import Topic
from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.items import ItemFilter, ItemState
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence import items as items_store
from quiz_app.persistence.item_bank import listing
from quiz_app.persistence.item_bank.listing import BankItem
from quiz_app.persistence.session import Work, reading

PAGE = 50
"""Items on a page."""


@dataclass(frozen=True, slots=True)
class BankLine:
    """A bank in the list of banks."""

    id: int
    code: str
    title: str
    item_count: int
    in_use_count: int
    draft_count: int


@dataclass(frozen=True, slots=True)
class BankHead:
    """What every page of a bank shows of it."""

    id: int
    code: str
    title: str
    version: int
    topics: tuple[Topic, ...]

    def name_topic(self, code: str) -> str:
        """The name of a topic; its code where the bank does not name it."""
        return next((topic.name for topic in self.topics if topic.code == code), code)


@dataclass(frozen=True, slots=True)
class BankPage:
    """A page of a bank's items. ``cells`` counts by topic, level and state, whatever the filter."""

    bank: BankHead
    chosen: ItemFilter
    items: tuple[BankItem, ...]
    count: int
    number: int
    page_count: int
    cells: Mapping[tuple[str, str, str], int]

    def count_cell(self, topic: str, level: Level, state: ItemState | None = None) -> int:
        """The items of a cell, in one state or in all."""
        states = [str(state)] if state else [str(each) for each in ItemState]
        return sum(self.cells.get((topic, str(level), each), 0) for each in states)


def list_banks(*, organiser: Person) -> list[BankLine]:
    """Every bank, by title. Raises NotAllowed."""
    ensure_may_organise(organiser)
    with reading() as work:
        return [
            BankLine(row.id, row.code, row.title, row.number, row.in_use, row.drafts)
            for row in listing.list_banks(work)
        ]


def view_bank(*, organiser: Person, bank_id: int, chosen: ItemFilter, number: int) -> BankPage:
    """A page of the items that the filter leaves; a number past the last page is the last. Raises NotFound."""
    ensure_may_organise(organiser)
    with reading() as work:
        bank = get_bank(work, bank_id)
        count = listing.count_items(work, bank_id, chosen)
        page_count = max(1, -(-count // PAGE))
        number = min(max(1, number), page_count)
        items = listing.list_items(work, bank_id, chosen, offset=(number - 1) * PAGE, most=PAGE)
        cells = listing.count_by_cell(work, bank_id)
    return BankPage(bank, chosen, tuple(items), count, number, page_count, cells)


def view_head(*, organiser: Person, bank_id: int) -> BankHead:
    """The bank without its items. Raises NotFound."""
    ensure_may_organise(organiser)
    with reading() as work:
        return get_bank(work, bank_id)


def get_bank(work: Work, bank_id: int) -> BankHead:
    """The head of a bank. Raises NotFound."""
    row = items_store.get_bank_row(work, bank_id)
    if row is None:
        raise NotFound
    return BankHead(row.id, row.code, row.title, row.version, items_store.read_topics(row))


def ensure_may_organise(person: Person) -> None:
    """Raise NotAllowed for anyone who does not organise."""
    if not may_organise(person):
        raise NotAllowed
