"""The preview grid of an import: a page of its items, the doubtful first, and mending them in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from question_bank.pictures import Picture
from question_bank.readers.report import ImportProblem, ReadItem
from quiz_app.domain.errors import NotFound
from quiz_app.domain.items import ItemImportEnded
from quiz_app.domain.people import Person
from quiz_app.persistence.item_bank import import_lines, imports
from quiz_app.persistence.item_bank.import_lines import StoredLine
from quiz_app.persistence.item_bank.imports import StoredImport
from quiz_app.persistence.item_bank.listing import BankItem
from quiz_app.persistence.session import Work, reading
from quiz_app.services.item_bank.listing import BankHead, ensure_may_organise, get_bank
from quiz_app.services.item_imports import packing
from quiz_app.services.item_imports.judging import CLEAN, DOUBT, ERROR
from quiz_app.services.item_imports.staging import KEPT_FOR

PAGE = 20
"""Items on a page of the grid."""


@dataclass(frozen=True, slots=True)
class LineView:
    """An item of the file. ``same`` is the item of the bank that it repeats, ``same_read`` that of the file."""

    line: StoredLine
    read: ReadItem
    same: BankItem | None
    same_read: ReadItem | None


@dataclass(frozen=True, slots=True)
class ImportPage:
    """A page of the grid."""

    bank: BankHead
    found: StoredImport
    problems: tuple[ImportProblem, ...]
    lines: tuple[LineView, ...]
    counts: Mapping[tuple[int, str], int]
    only_problems: bool
    number: int
    page_count: int
    ends_at: datetime
    is_free: bool

    @property
    def total(self) -> int:
        """Items of the file."""
        return sum(self.counts.values())

    def count_choice(self, choice: str) -> int:
        """How many are to become this."""
        return sum(count for (_, each), count in self.counts.items() if each == choice)

    def count_rank(self, rank: int) -> int:
        """How many have errors (0), are doubtful (1) or neither (2)."""
        return sum(count for (each, _), count in self.counts.items() if each == rank)

    @property
    def blocking(self) -> int:
        """Items with errors that are not left out."""
        return sum(count for (rank, choice), count in self.counts.items() if rank == ERROR and choice != "skip")


def view_import(*, organiser: Person, import_id: int, only_problems: bool, number: int) -> ImportPage:
    """A page of one's own import. Raises NotFound."""
    ensure_may_organise(organiser)
    with reading() as work:
        found = _get_import(work, organiser, import_id)
        counts = import_lines.count_lines(work, import_id)
        shown = sum(count for (rank, _), count in counts.items() if not only_problems or rank < CLEAN)
        page_count = max(1, -(-shown // PAGE))
        number = min(max(1, number), page_count)
        asked = {"worst": DOUBT if only_problems else CLEAN, "offset": (number - 1) * PAGE, "most": PAGE}
        lines = import_lines.list_lines(work, import_id, **asked)
        items, others = import_lines.list_repeated(work, import_id, **asked)
        return ImportPage(
            bank=get_bank(work, found.bank_id),
            found=found,
            problems=tuple(map(packing.load_problem, found.problems)),
            lines=tuple(_make_view(line, items, others) for line in lines),
            counts=counts,
            only_problems=only_problems,
            number=number,
            page_count=page_count,
            ends_at=found.made_at + KEPT_FOR,
            is_free=imports.is_free(work, import_id),
        )


def get_line(*, organiser: Person, import_id: int, position: int) -> tuple[BankHead, LineView]:
    """The bank, and an item of one's own import that waits. Raises NotFound, ItemImportEnded."""
    ensure_may_organise(organiser)
    with reading() as work:
        found = _get_import(work, organiser, import_id)
        if not imports.is_free(work, import_id):
            raise ItemImportEnded
        line = import_lines.find_line(work, import_id, check_position(position))
        if line is None:
            raise NotFound
        return get_bank(work, found.bank_id), _make_view(line, {}, {})


def list_own_imports(*, organiser: Person, bank_id: int) -> list[StoredImport]:
    """One's own latest imports into a bank."""
    ensure_may_organise(organiser)
    with reading() as work:
        return imports.list_imports(work, bank_id=bank_id, account_id=organiser.id, most=10)


def get_import_picture(*, organiser: Person, import_id: int, digest: str) -> Picture:
    """A picture of one's own import. Raises NotFound."""
    ensure_may_organise(organiser)
    with reading() as work:
        _get_import(work, organiser, import_id)
        picture = import_lines.find_picture(work, import_id, digest)
    if picture is None:
        raise NotFound
    return picture


def _get_import(work: Work, organiser: Person, import_id: int) -> StoredImport:
    found = imports.find_import(work, import_id=import_id, account_id=organiser.id)
    if found is None:
        raise NotFound
    return found


def _make_view(line: StoredLine, items: Mapping[int, BankItem], others: Mapping[int, StoredLine]) -> LineView:
    other = others.get(line.same_position) if line.same_position is not None else None
    return LineView(
        line=line,
        read=packing.load_read_item(line.content),
        same=items.get(line.same_item_id) if line.same_item_id is not None else None,
        same_read=packing.load_read_item(other.content) if other else None,
    )


def check_position(position: int) -> int:
    """The position, if a line can have it. Raises NotFound."""
    if not 0 <= position < 2**31:
        raise NotFound
    return position
