"""The round as a whole, for its organisers: every unit against its quota, and the charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from quiz_app.cache import Cache
from quiz_app.domain.contests import Phase, Round, compute_phase
from quiz_app.domain.errors import NotAllowed
from quiz_app.domain.participation import Totals, UnitProgress, add_up
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence import participation as participation_store
from quiz_app.persistence import quotas as quotas_store
from quiz_app.persistence import results as results_store
from quiz_app.persistence import round_charts as charts_store
from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.contests import get_round
from quiz_app.persistence.replica import reading_from_replica
from quiz_app.persistence.session import reading
from quiz_app.services.figures import FIGURES_SECONDS
from quiz_app.services.participation.progress import to_progress
from quiz_app.services.units.boards import arrange_lines

MOST_DAYS = 92
"""Bars of the chart by day; of a longer round the last ones."""
RECENT = timedelta(hours=1)
"""A day that ended longer ago hardly changes (an attempt may be voided), and is counted every few minutes."""
PAST_SECONDS = 300
SHARES = (0, 25, 50, 75, 100)
"""Where the groups of units by the share of their quota begin, in percent."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart: what it stands for (a day, the lowest score, a share in percent), and how many."""

    label: Any
    value: int


@dataclass(frozen=True, slots=True)
class UnitBlock:
    """The units of a block together."""

    name: str | None
    totals: Totals
    unit_count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A round in figures, at most some seconds old."""

    round: Round
    phase: Phase
    totals: Totals
    units: tuple[UnitProgress, ...]
    """Those that lack most first; then by name."""
    blocks: tuple[UnitBlock, ...]
    days: tuple[Bar, ...]
    """Finished attempts by day of the contest's zone, days without any among them."""
    scores: tuple[Bar, ...]
    """People by best score in whole points of the scale, rounded down."""
    shares: tuple[Bar, ...]
    """Units with a quota by the share of it that has passed."""


def view_overview(*, organiser: Person, round_id: int, cache: Cache, now: datetime) -> Overview:
    """The figures of a round over all units. Raises NotAllowed, NotFound."""
    if not may_organise(organiser):
        raise NotAllowed
    with reading() as work:
        round_ = get_round(work, round_id)
    days = list_days(round_, now)
    recent = to_ms(now - RECENT)
    past_spans = [span for span in days.values() if span[1] <= recent]
    past = cache.get_or_compute(
        f"days:{round_id}:{len(past_spans)}", PAST_SECONDS, lambda: _count_days(round_id, past_spans)
    )
    figures = cache.get_or_compute(
        f"overview:{round_id}",
        FIGURES_SECONDS,
        lambda: _read_figures(round_id, [span for span in days.values() if span[1] > recent]),
    )
    attempts = dict(past) | dict(figures["days"])
    units = tuple(UnitProgress(**unit) for unit in figures["units"])
    return Overview(
        round=round_,
        phase=compute_phase(round_.opens_at, round_.closes_at, now),
        totals=add_up(units),
        units=tuple(sorted(units, key=lambda unit: (-(unit.missing or 0), unit.missing is None, unit.name))),
        blocks=_group_by_block(units),
        days=tuple(Bar(day, attempts.get(begins_at, 0)) for day, (begins_at, _) in days.items()),
        scores=_count_scores(round_, dict(figures["scores"])),
        shares=_count_shares(units),
    )


def list_days(round_: Round, now: datetime) -> dict[date, tuple[int, int]]:
    """The days of the chart by the calendar of the contest, each with its span in milliseconds: from the opening to now
    or to the last close, whichever is earlier. None before the opening.

    24:00 is the end of a day: an attempt that ends with the round at midnight belongs to the day before.
    """
    if now < round_.opens_at:
        return {}
    last_moment = min(now, round_.ends_at)
    first = round_.opens_at.astimezone(round_.zone).date()
    last = max(first, (last_moment - timedelta(milliseconds=1)).astimezone(round_.zone).date())
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)][-MOST_DAYS:]
    bounds = [to_ms(datetime.combine(day, time(), round_.zone)) for day in (*days, last + timedelta(days=1))]
    bounds[-1] = max(bounds[-1], to_ms(last_moment) + 1)
    return {day: (bounds[place], bounds[place + 1]) for place, day in enumerate(days)}


def _count_days(round_id: int, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    with reading_from_replica() as work:
        return list(charts_store.count_by_span(work, round_id, spans).items())


def _read_figures(round_id: int, spans: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """In a form that every cache can hold."""
    with reading_from_replica() as work:
        round_ = get_round(work, round_id)
        lines = arrange_lines(work, results_store.list_unit_figures(work, round_id), round_.closes_at)
        comers = participation_store.count_comers(work, None, round_)
        quotas = quotas_store.list_quotas(work, round_.contest_id)
        days = charts_store.count_by_span(work, round_id, spans)
        scores = charts_store.count_by_score(work, round_id)
    return {
        "units": [asdict(unit) for unit in to_progress(lines, comers, quotas)],
        "days": list(days.items()),
        "scores": list(scores.items()),
    }


def _group_by_block(units: tuple[UnitProgress, ...]) -> tuple[UnitBlock, ...]:
    blocks: dict[str | None, list[UnitProgress]] = {}
    for unit in units:
        blocks.setdefault(unit.block, []).append(unit)
    names = sorted(blocks, key=lambda name: (name is None, name or ""))
    return tuple(UnitBlock(name, add_up(blocks[name]), len(blocks[name])) for name in names)


def _count_scores(round_: Round, scores: Mapping[int, int]) -> tuple[Bar, ...]:
    """In ten steps of the scale; what reaches the whole scale stands apart at the end."""
    step = max(1, round_.settings.scale_hundredths // 10)
    counts: Counter[int] = Counter()
    for score, people in scores.items():
        counts[min(score // step, 10)] += people
    return tuple(Bar(number * step, counts[number]) for number in range(11)) if scores else ()


def _count_shares(units: tuple[UnitProgress, ...]) -> tuple[Bar, ...]:
    counts: Counter[int] = Counter()
    for unit in units:
        if unit.owed:
            share = min(100, unit.passed * 100 // unit.owed)
            counts[max(bound for bound in SHARES if bound <= share)] += 1
    return tuple(Bar(bound, counts[bound]) for bound in reversed(SHARES)) if counts else ()
