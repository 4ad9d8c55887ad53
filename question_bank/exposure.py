"""How much of a bank one person sees in several attempts.

Papers are drawn independently. In one cell, one paper shows k of N items, each as likely as any other: the number of
fresh ones among them is hypergeometric, and the expected number of different items seen in n attempts is
N · (1 − (1 − k/N)ⁿ). Where a wide cell contains narrow ones, the narrow are drawn first and the wide one draws from
what is left, so that an item's chance p of standing on a paper is put together along its cells; then Σ (1 − (1 − p)ⁿ).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from question_bank.blueprint import BlueprintCell, ExamBlueprint
from question_bank.items import Level

Stock = Mapping[tuple[str, Level], int]
"""How many items of each topic and level there are."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Of ``total`` items that a cell draws from (or of the bank), how many one person is expected to see."""

    total: int
    seen: float

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.seen / self.total if self.total else 0.0


def compute_chances(blueprint: ExamBlueprint, stock: Stock) -> dict[tuple[str, Level], float]:
    """For an item of each topic and level, the chance that it stands on one paper."""
    chances: dict[tuple[str, Level], float] = dict.fromkeys(stock, 0.0)
    drawn: dict[BlueprintCell, int] = {}
    for cell in blueprint.order_for_drawing():
        inside = [key for key in stock if cell.accepts(*key)]
        # Two equal cells are drawn one after the other, from what the first has left.
        before = sum(count for other, count in drawn.items() if cell.contains(other))
        left = sum(stock[key] for key in inside) - before
        if left > 0:
            chance = min(1.0, cell.count / left)
            for key in inside:
                chances[key] += (1 - chances[key]) * chance
        same = BlueprintCell(cell.topic, cell.level, 0)
        drawn[same] = drawn.get(same, 0) + cell.count
    return chances


def expect_seen(blueprint: ExamBlueprint, stock: Stock, attempts: int) -> Exposure:
    """How many different items of the whole bank one person is expected to see in so many attempts."""
    return _expect(compute_chances(blueprint, stock), stock, attempts)


def expect_seen_of_cell(blueprint: ExamBlueprint, stock: Stock, cell: BlueprintCell, attempts: int) -> Exposure:
    """The same among the items that a cell draws from."""
    inside = {key: count for key, count in stock.items() if cell.accepts(*key)}
    return _expect(compute_chances(blueprint, stock), inside, attempts)


def _expect(chances: Mapping[tuple[str, Level], float], stock: Stock, attempts: int) -> Exposure:
    seen = sum(count * (1 - (1 - chances[key]) ** attempts) for key, count in stock.items())
    return Exposure(sum(stock.values()), seen)
