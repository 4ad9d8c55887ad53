"""Units in their order by the round's rule, with the figures that made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quiz_app.domain.contests import RoundSettings
from quiz_app.domain.results import UnitFigures, compute_standing
from quiz_app.persistence.results import UnitLine


@dataclass(frozen=True, slots=True)
class RankedUnit:
    """A unit with its figures; ``place`` is None where there is no standing (see ``compute_standing``). Places begin
    anew with each block where the rule says so.
    """

    place: int | None
    line: UnitLine
    figures: UnitFigures
    standing: float | None


def rank_units(lines: Sequence[UnitLine], settings: RoundSettings) -> tuple[RankedUnit, ...]:
    """Units by standing, equal ones at the same place; those without a standing follow by name, without a place.

    By blocks where the rule has them: in order of their names, units without a block last.
    """
    if not settings.unit_ranking.is_by_block:
        return _rank(lines, settings)
    blocks: dict[str, list[UnitLine]] = {}
    for line in lines:
        blocks.setdefault(line.block or "", []).append(line)
    names = sorted(blocks, key=lambda name: (not name, name))
    return tuple(unit for name in names for unit in _rank(blocks[name], settings))


def _rank(lines: Sequence[UnitLine], settings: RoundSettings) -> tuple[RankedUnit, ...]:
    units = [_measure(line, settings) for line in lines]
    placed = sorted(
        (unit for unit in units if unit.standing is not None), key=lambda unit: (-(unit.standing or 0), unit.line.name)
    )
    ranked: list[RankedUnit] = []
    for number, unit in enumerate(placed, start=1):
        is_tied = bool(ranked) and ranked[-1].standing == unit.standing
        ranked.append(RankedUnit(ranked[-1].place if is_tied else number, unit.line, unit.figures, unit.standing))
    unplaced = [unit for unit in units if unit.standing is None and unit.figures.taken_part]
    return tuple(ranked + sorted(unplaced, key=lambda unit: unit.line.name))


def _measure(line: UnitLine, settings: RoundSettings) -> RankedUnit:
    figures = UnitFigures(line.staff_number, line.taken_part, line.passed, line.best_sum_hundredths)
    return RankedUnit(None, line, figures, compute_standing(figures, settings.unit_ranking, settings.scale_hundredths))
