"""Figures of a round that many people look at, at most some seconds old.

Counting them for each visitor would make a page cost what the contest has; at 22:00 everybody reloads them.
"""

from __future__ import annotations

from dataclasses import asdict

from quiz_app.cache import Cache
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import results as results_store
from quiz_app.persistence.replica import reading_from_replica
from quiz_app.persistence.results import RoundFigures, UnitLine
from quiz_app.services.units.boards import arrange_lines

FIGURES_SECONDS = 5


def read_round_figures(cache: Cache, round_id: int) -> RoundFigures:
    """People, passed and attempts of a round."""

    def read() -> dict[str, int]:
        with reading_from_replica() as work:
            return asdict(results_store.read_figures(work, round_id))

    return RoundFigures(**cache.get_or_compute(f"round-figures:{round_id}", FIGURES_SECONDS, read))


def list_unit_figures(cache: Cache, round_id: int) -> list[UnitLine]:
    """The units of a round's board with their figures, mergers counted (``units.boards``)."""

    def read() -> list[dict[str, object]]:
        with reading_from_replica() as work:
            round_ = contests_store.find_round(work, round_id)
            lines = results_store.list_unit_figures(work, round_id)
            return [asdict(line) for line in arrange_lines(work, lines, round_.closes_at)] if round_ else []

    return [UnitLine(**line) for line in cache.get_or_compute(f"unit-figures:{round_id}", FIGURES_SECONDS, read)]
