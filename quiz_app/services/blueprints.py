"""The exam blueprint of a round: what it asks of the bank, and how much of the bank one person will see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from question_bank.blueprint import BlueprintCell, CrossingCells, ExamBlueprint, Shortfall
from question_bank.exposure import Exposure, expect_seen, expect_seen_of_cell
from question_bank.items import Level
from question_bank.readers.bank_folder import Topic
from quiz_app.domain.contests import Phase, Round, compute_phase
from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.items import RoundAlreadyOpen, RoundChanged
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence.item_bank import blueprints as blueprints_store
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.bank_cache import LeftOut, hold_bank
from quiz_app.services.item_bank.listing import ensure_may_organise
from quiz_app.services.item_bank.writing import lock_bank

MOST_ITEMS = 200
"""Items of one paper."""
MOST_ATTEMPTS = 1000

Cells = Sequence[BlueprintCell]


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell, what it asks for, what the bank has for it, and how much of that one person is expected to see."""

    topic: str | None
    level: Level | None
    count: int
    available: int
    is_short: bool
    exposure: Exposure | None


@dataclass(frozen=True, slots=True)
class BlueprintPage:
    """The blueprint as it is stored or as it was filled in, and what the bank says to it."""

    round: Round
    phase: Phase
    topics: tuple[Topic, ...]
    cells: dict[tuple[str | None, Level | None], CellView]
    size: int
    shortfalls: tuple[Shortfall, ...]
    attempts: int
    exposure: Exposure | None
    left_out: LeftOut

    @property
    def lines(self) -> tuple[tuple[str | None, str], ...]:
        """The rows of the matrix, code and name; the last one leaves the topic open."""
        return (*((topic.code, topic.name) for topic in self.topics), (None, ""))

    @property
    def is_open_to_change(self) -> bool:
        """Whether the round has not opened yet."""
        return self.phase is Phase.UPCOMING


def view_blueprint(
    *, organiser: Person, round_id: int, cells: Cells | None, attempts: int, now: datetime
) -> BlueprintPage:
    """The blueprint of a round with what the bank has, or in its place ``cells`` that are only being tried.

    Raises NotFound, InvalidInput (cells that cross, none, or too many items).
    """
    ensure_may_organise(organiser)
    attempts = min(max(1, attempts), MOST_ATTEMPTS)
    with reading() as work:
        round_ = contests_store.get_round(work, round_id)
        row = items_store.get_bank_row(work, round_.bank_id)
        bank = hold_bank(work, round_.bank_id, row.version if row else 0)
    blueprint = round_.settings.blueprint if cells is None else _make_blueprint(cells, bank.list_topics())
    pool = bank.get_stock(round_)
    stock = Counter((item.topic, item.level) for item in pool.items)
    shortfalls = pool.find_shortfalls(blueprint)
    short = {(each.topic, each.level) for each in shortfalls}
    topics = bank.list_topics()
    counts: Counter[tuple[str | None, Level | None]] = Counter()
    for cell in blueprint.cells:
        counts[cell.topic, cell.level] += cell.count
    views = {}
    for topic in (*(each.code for each in topics), None):
        for level in (*Level, None):
            cell = BlueprintCell(topic, level, counts[topic, level])
            available = sum(count for key, count in stock.items() if cell.accepts(*key))
            exposure = expect_seen_of_cell(blueprint, stock, cell, attempts) if cell.count and not shortfalls else None
            views[topic, level] = CellView(topic, level, cell.count, available, (topic, level) in short, exposure)
    return BlueprintPage(
        round=round_,
        phase=compute_phase(round_.opens_at, round_.closes_at, now),
        topics=topics,
        cells=views,
        size=blueprint.size,
        shortfalls=shortfalls,
        attempts=attempts,
        exposure=None if shortfalls else expect_seen(blueprint, stock, attempts),
        left_out=bank.count_left_out(round_),
    )


def save_blueprint(*, organiser: Person, round_id: int, version: int, cells: Cells, now: datetime) -> None:
    """Store the blueprint of a round that has not opened. ``version`` is that of the round which the person saw.

    A bank that cannot fill it yet does not stand in the way: items may still be written until the round opens.
    Raises NotFound, InvalidInput, RoundAlreadyOpen, RoundChanged.
    """
    ensure_may_organise(organiser)
    with transaction() as work:
        # The bank before the round, as everywhere: no topic is taken out of it while a blueprint comes to name it.
        bank = lock_bank(work, contests_store.get_round(work, round_id).bank_id)
        round_ = contests_store.lock_round(work, round_id)
        if round_ is None:
            raise NotFound
        blueprint = _make_blueprint(cells, items_store.read_topics(bank))
        if now >= round_.opens_at:
            raise RoundAlreadyOpen
        if round_.version != version:
            raise RoundChanged
        before = round_.settings.blueprint
        if set(before.cells) == set(blueprint.cells):
            return
        settings = replace(round_.settings, blueprint=blueprint)
        blueprints_store.set_settings(work, round_id=round_id, settings=settings)
        _write_audit(work, organiser, round_, before, blueprint, now)


def _write_audit(
    work: Work, organiser: Person, round_: Round, before: ExamBlueprint, after: ExamBlueprint, now: datetime
) -> None:
    def describe(blueprint: ExamBlueprint) -> list[list[str | int | None]]:
        return [[cell.topic, cell.level and str(cell.level), cell.count] for cell in blueprint.cells]

    audit.add_entry(
        work,
        now=now,
        actor_id=organiser.id,
        action="blueprint_changed",
        subject=("round", round_.id),
        details={"code": round_.code, "before": describe(before), "after": describe(after)},
    )


def _make_blueprint(cells: Cells, topics: Sequence[Topic]) -> ExamBlueprint:
    filled = tuple(cell for cell in cells if cell.count)
    if not {cell.topic for cell in filled} <= {None, *(topic.code for topic in topics)}:
        raise InvalidInput("Choose one of the list.")
    if not filled:
        raise InvalidInput("Ask for at least one question.")
    if sum(cell.count for cell in filled) > MOST_ITEMS:
        raise InvalidInput("A paper has at most 200 questions.")
    try:
        return ExamBlueprint(filled)
    except CrossingCells:
        raise InvalidInput(
            "“Any topic” with a level and “any level” with a topic overlap: use only one of the two."
        ) from None
