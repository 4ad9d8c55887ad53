"""The exam blueprint: how many items of which topic and level a paper has, and whether a bank can fill it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from question_bank.items import Level


@dataclass(frozen=True, slots=True)
class BlueprintCell:
    """So many items of a topic and a level; ``None`` leaves that side open."""

    topic: str | None
    level: Level | None
    count: int

    def accepts(self, topic: str, level: Level) -> bool:
        """Whether an item of that topic and level may stand in this cell."""
        return self.topic in (None, topic) and self.level in (None, level)

    def contains(self, other: BlueprintCell) -> bool:
        """Whether every item that fits the other cell fits this one too."""
        return self.topic in (None, other.topic) and self.level in (None, other.level)

    def is_disjoint_from(self, other: BlueprintCell) -> bool:
        """Whether no item fits both cells."""
        topics_differ = None not in (self.topic, other.topic) and self.topic != other.topic
        levels_differ = None not in (self.level, other.level) and self.level != other.level
        return topics_differ or levels_differ


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A cell that the bank cannot fill: so many are needed in it and in the cells inside it, so many are there."""

    topic: str | None
    level: Level | None
    needed: int
    available: int


class CrossingCells(ValueError):
    """Two cells overlap and neither contains the other, so no fair order of drawing exists."""

    def __init__(self, first: BlueprintCell, second: BlueprintCell) -> None:
        super().__init__("two cells of the exam blueprint overlap in part")
        self.first = first
        self.second = second


@dataclass(frozen=True, slots=True)
class ExamBlueprint:
    """The cells of a paper. Any two are disjoint or one contains the other, so drawing the narrow ones first is
    fair.
    """

    cells: tuple[BlueprintCell, ...]

    def __post_init__(self) -> None:
        """Refuse cells that cross, and counts below one."""
        for position, first in enumerate(self.cells):
            if first.count < 1:
                raise ValueError("a cell of an exam blueprint asks for at least one item")
            for second in self.cells[position + 1 :]:
                if not (first.is_disjoint_from(second) or first.contains(second) or second.contains(first)):
                    raise CrossingCells(first, second)

    @property
    def size(self) -> int:
        """How many items a paper has."""
        return sum(cell.count for cell in self.cells)

    def order_for_drawing(self) -> tuple[BlueprintCell, ...]:
        """Narrow cells before those that contain them."""
        return tuple(sorted(self.cells, key=lambda cell: (cell.topic is None) + (cell.level is None)))


def find_shortfalls(blueprint: ExamBlueprint, items: Iterable[tuple[str, Level]]) -> tuple[Shortfall, ...]:
    """Where a bank with items of these topics and levels cannot fill the blueprint; empty if it can.

    A cell needs its own items and those of every cell inside it. Because cells never cross, these sums are exact:
    the blueprint can be filled if and only if no cell falls short.
    """
    stock = Counter(items)
    shortfalls = []
    for cell in dict.fromkeys(BlueprintCell(cell.topic, cell.level, 0) for cell in blueprint.cells):
        needed = sum(other.count for other in blueprint.cells if cell.contains(other))
        available = sum(count for (topic, level), count in stock.items() if cell.accepts(topic, level))
        if available < needed:
            shortfalls.append(Shortfall(cell.topic, cell.level, needed, available))
    return tuple(shortfalls)
