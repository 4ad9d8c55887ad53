"""What an organiser watches while a round runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from question_bank.blueprint import Shortfall
from question_bank.items import Level
from question_bank.readers.bank_folder import Topic
from quiz_app.domain.contests import Phase, Round, compute_phase
from quiz_app.domain.errors import NotAllowed
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence import attempts as attempts_store
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence import results as results_store
from quiz_app.persistence.attempts import LiveFigures
from quiz_app.persistence.results import RoundFigures
from quiz_app.persistence.session import reading
from quiz_app.services.bank_cache import hold_bank


@dataclass(frozen=True, slots=True)
class StockLine:
    """How many items in use a topic has, by level, and how many of the topic a paper takes (None: any topic will
    do).
    """

    topic: Topic
    by_level: dict[Level, int]
    total: int


@dataclass(frozen=True, slots=True)
class LiveBoard:
    """The state of a round at ``now``."""

    round: Round
    phase: Phase
    now: datetime
    live: LiveFigures
    figures: RoundFigures
    stock: tuple[StockLine, ...]
    shortfalls: tuple[Shortfall, ...]
    paper_size: int
    pool_size: int


def view_live_board(*, organiser: Person, round_id: int, now: datetime) -> LiveBoard:
    """The live state of a round, and whether its bank can fill its papers. Raises NotAllowed, NotFound."""
    if not may_organise(organiser):
        raise NotAllowed
    with reading() as work:
        round_ = contests_store.get_round(work, round_id)
        bank_row = items_store.get_bank_row(work, round_.bank_id)
        bank = hold_bank(work, round_.bank_id, bank_row.version if bank_row else 0)
        # Up to four times the limit: some people have extra time.
        longest = timedelta(seconds=4 * round_.settings.time_limit_seconds + round_.settings.transport_grace_seconds)
        live = attempts_store.read_live_figures(work, round_id=round_id, now=now, longest_attempt=longest)
        figures = results_store.read_figures(work, round_id)
    pool = bank.get_pool(round_)
    counts = Counter((item.topic, item.level) for item in pool.items)
    stock = []
    for topic in bank.list_topics():
        by_level = {level: counts[topic.code, level] for level in Level}
        stock.append(StockLine(topic, by_level, sum(by_level.values())))
    return LiveBoard(
        round=round_,
        phase=compute_phase(round_.opens_at, round_.closes_at, now),
        now=now,
        live=live,
        figures=figures,
        stock=tuple(stock),
        shortfalls=pool.find_shortfalls(round_.settings.blueprint),
        paper_size=round_.settings.blueprint.size,
        pool_size=len(pool.items),
    )
