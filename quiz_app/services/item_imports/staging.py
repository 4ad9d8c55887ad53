"""Reading a file into a bank's waiting room, and dropping what waits there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO

from question_bank.formatted_text import list_pictures
from question_bank.items import Level
from question_bank.readers import read_items
from question_bank.readers.report import ImportProblem, ImportReport, ItemDefaults, Place, ReadItem
from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import NotFound
from quiz_app.domain.items import ItemImportEnded
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.item_bank import imports, listing
from quiz_app.persistence.item_bank.import_lines import StoredLine
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.item_bank.listing import ensure_may_organise, get_bank
from quiz_app.services.item_imports import packing
from quiz_app.services.item_imports.judging import Likeness, find_likenesses, find_rank, settle_topic

KEPT_FOR = timedelta(days=1)
"""How long an import waits for its decision."""
MOST_ITEMS = 20_000
LONGEST_NAME = 200
MOST_PROBLEMS = 500
"""Problems of the file as a whole that are kept for the page."""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """The import that waits now; None where the file had no item, and then nothing was stored."""

    import_id: int | None
    problems: tuple[ImportProblem, ...]


def preview_import(
    *,
    organiser: Person,
    bank_id: int,
    content: bytes,
    file_name: str,
    default_topic: str,
    default_level: Level,
    now: datetime,
) -> ImportOutcome:
    """Read a file of any known format; the bank is not changed. Raises NotFound for an unknown bank.

    For files that are read at once; others are for ``request_reading``.
    """
    ensure_may_organise(organiser)
    with reading() as work:
        get_bank(work, bank_id)
    report = read_items(BytesIO(content), file_name, ItemDefaults(default_topic, default_level))
    return keep_report(organiser_id=organiser.id, bank_id=bank_id, report=report, file_name=file_name, now=now)


def keep_report(
    *,
    organiser_id: int,
    bank_id: int,
    report: ImportReport,
    file_name: str,
    now: datetime,
    then: Callable[[Work, int, int], None] | None = None,
) -> ImportOutcome:
    """Have what was read wait for its decision. Raises NotFound.

    ``then`` is done in the same transaction, with the id of the import and the number of its items.
    """
    if not report.items:
        return ImportOutcome(None, report.problems)
    problems = list(report.problems)
    if len(report.items) > MOST_ITEMS:
        return ImportOutcome(None, (ImportProblem(Place(), "file", N_("the file has more than 20,000 questions")),))
    with reading() as work:
        bank = get_bank(work, bank_id)
        read = [settle_topic(each, bank.topics) for each in report.items]
        likenesses = find_likenesses([each.item for each in read], listing.list_all_items(work, bank_id))
    lines = [make_line(position, each, likenesses.get(position)) for position, each in enumerate(read)]
    named = {digest for each in read for digest in list_pictures(*each.item.list_texts())}
    with transaction() as work:
        imports.discard_old(work, before=now - KEPT_FOR, now=now)
        import_id = imports.add_import(
            work,
            bank_id=bank_id,
            file_name=file_name[-LONGEST_NAME:],
            made_by_id=organiser_id,
            problems=[packing.dump_problem(problem) for problem in problems[:MOST_PROBLEMS]],
            lines=lines,
            pictures=[picture for digest, picture in report.pictures.items() if digest in named],
            now=now,
        )
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser_id,
            action="item_import_read",
            subject=("item_import", import_id),
            details={"file": file_name[-LONGEST_NAME:], "items": len(lines)},
        )
        if then:
            then(work, import_id, len(lines))
    return ImportOutcome(import_id, tuple(problems))


def discard_import(*, organiser: Person, import_id: int, now: datetime) -> int:
    """Drop an import of one's own; the id of its bank. Raises NotFound, ItemImportEnded."""
    ensure_may_organise(organiser)
    with transaction() as work:
        found = imports.find_import(work, import_id=import_id, account_id=organiser.id, locks=True)
        if found is None:
            raise NotFound
        if not imports.is_free(work, import_id) or not imports.end_import(
            work, import_id=import_id, state="discarded", counts={}, now=now
        ):
            raise ItemImportEnded
    return found.bank_id


def make_line(position: int, read: ReadItem, like: Likeness | None) -> StoredLine:
    """The line of an item as it is first shown: what repeats an item entirely is left out unless a person decides
    otherwise, and what has the code of an item of the bank is its next version.
    """
    like = like or Likeness()
    is_like = like.item_id is not None or like.position is not None
    choice = "new"
    if like.is_equal:
        choice = "skip"
    elif like.item_id is not None and like.percent == 0:
        choice = "version"
    if not read.item.code.isprintable():
        read = replace(read, item=replace(read.item, code=""))
    return StoredLine(
        position=position,
        rank=find_rank(read, is_like=is_like),
        content=packing.dump_read_item(read),
        choice=choice,
        same_item_id=like.item_id,
        same_position=like.position,
        similarity=like.percent if is_like else None,
    )
