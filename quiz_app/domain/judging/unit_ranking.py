"""The order of units by both parts of a contest: what people know, and what units thought of.

Each part is a share of what can be reached, weighed (40/60 in one province): exact fractions, shown rounded down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from quiz_app.domain.contests import UnitRankingRule
from quiz_app.domain.results import UnitFigures


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What a unit did. ``knowledge`` is None where it has no standing in any knowledge round (no staff number, or
    below the floor of participation); ``initiative`` is None without a judged entry.
    """

    unit_id: int
    name: str
    block: str | None
    knowledge: Fraction | None
    initiative: Fraction | None
    entry_count: int


@dataclass(frozen=True, slots=True)
class PlacedUnit:
    """A unit with its place; equal ones share it."""

    result: UnitResult
    place: int
    share: Fraction
    is_shared: bool
    block_place: int
    """The place within its block (among units without one, for those)."""


def find_knowledge_share(figures: UnitFigures, rule: UnitRankingRule, scale_hundredths: int) -> Fraction | None:
    """The standing of a unit in a knowledge round (``compute_standing``) as a share of the highest that there is."""
    if not figures.staff_number or not figures.has_reached(rule.floor_percent):
        return None
    participation = min(Fraction(1), Fraction(figures.taken_part, figures.staff_number))
    score = Fraction(figures.mean_score_hundredths or 0, scale_hundredths)
    if not rule.is_weighted:
        return participation * score
    weights = rule.participation_weight + rule.score_weight
    return (rule.participation_weight * participation + rule.score_weight * score) / weights


def find_mean(shares: Sequence[Fraction | None]) -> Fraction | None:
    """The mean over all rounds, a round without a standing counting 0; None without a standing in any of them."""
    known = [share for share in shares if share is not None]
    return sum(known, Fraction(0)) / len(shares) if known else None


def rank_units(
    results: Sequence[UnitResult], *, knowledge_weight: int, initiative_weight: int
) -> tuple[PlacedUnit, ...]:
    """Units by the weighted share, what they lack counting 0; equal ones by name at the same place. Units that have
    neither a standing nor a judged entry stand not on the list.
    """
    lines = [
        (_weigh(each.knowledge or _NOTHING, each.initiative or _NOTHING, knowledge_weight, initiative_weight), each)
        for each in results
        if each.knowledge is not None or each.initiative is not None
    ]
    lines.sort(key=lambda line: (-_cut(line[0]), -line[0], line[1].name, line[1].unit_id))
    placed: list[PlacedUnit] = []
    in_block: dict[str | None, tuple[int, int | None, int]] = {}
    for index, (share, result) in enumerate(lines):
        is_like_before = index > 0 and lines[index - 1][0] == share
        is_like_after = index + 1 < len(lines) and lines[index + 1][0] == share
        place = placed[-1].place if is_like_before else index + 1
        count, above, block_place = in_block.get(result.block, (0, None, 0))
        block_place = block_place if above == place else count + 1
        in_block[result.block] = (count + 1, place, block_place)
        placed.append(PlacedUnit(result, place, share, is_like_before or is_like_after, block_place))
    return tuple(placed)


_NOTHING = Fraction(0)
_DIGITS = 10**18


def _weigh(one: Fraction, other: Fraction, of_one: int, of_other: int) -> Fraction:
    above = of_one * one.numerator * other.denominator + of_other * other.numerator * one.denominator
    return Fraction(above, one.denominator * other.denominator * (of_one + of_other))


def _cut(share: Fraction) -> int:
    """Eighteen digits, which sort as the share does; only where they are equal are fractions compared."""
    return share.numerator * _DIGITS // share.denominator
