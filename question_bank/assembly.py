"""Assembly: draw a paper from a pool of items by blueprint and seed. The same seed gives the same paper."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from question_bank.blueprint import ExamBlueprint, Shortfall, find_shortfalls
from question_bank.items import Level


@dataclass(frozen=True, slots=True)
class PoolItem:
    """What assembly needs to know of an item version: no stem, and above all no key."""

    version_id: int
    topic: str
    level: Level
    option_count: int
    pinned: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a paper: which item version, and which of its options stands first, second, …"""

    version_id: int
    option_order: tuple[int, ...]


class BlueprintNotFillable(ValueError):
    """The pool has too few items; ``shortfalls`` says of which topic and level."""

    def __init__(self, shortfalls: tuple[Shortfall, ...]) -> None:
        super().__init__("the bank cannot fill the exam blueprint")
        self.shortfalls = shortfalls


class ItemPool:
    """The items that a round draws from, grouped once so that a draw does not walk the bank."""

    def __init__(self, items: Iterable[PoolItem]) -> None:
        self.items: tuple[PoolItem, ...] = tuple(items)
        groups: dict[tuple[str | None, Level | None], list[PoolItem]] = {}
        for item in self.items:
            for topic, level in (
                (item.topic, item.level),
                (item.topic, None),
                (None, item.level),
                (None, None),
            ):
                groups.setdefault((topic, level), []).append(item)
        self._groups: Mapping[tuple[str | None, Level | None], list[PoolItem]] = groups

    def find_shortfalls(self, blueprint: ExamBlueprint) -> tuple[Shortfall, ...]:
        """Where this pool cannot fill the blueprint."""
        return find_shortfalls(blueprint, ((item.topic, item.level) for item in self.items))

    def list_candidates(self, topic: str | None, level: Level | None) -> Sequence[PoolItem]:
        """The items of a topic and level; ``None`` means any."""
        return self._groups.get((topic, level), ())


def assemble_paper(pool: ItemPool, blueprint: ExamBlueprint, *, seed: int) -> tuple[Slot, ...]:
    """Draw the blueprint's items without repetition, in random order, with shuffled options.

    Raises BlueprintNotFillable with what is missing.
    """
    generator = random.Random(seed)  # noqa: S311 - a reproducible draw is wanted; the seed itself is not guessable
    drawn: dict[int, PoolItem] = {}
    for cell in blueprint.order_for_drawing():
        candidates = pool.list_candidates(cell.topic, cell.level)
        # Drawing as many more as are already taken costs the same for a bank of 100 and of 100,000 items.
        sample = generator.sample(candidates, min(len(candidates), cell.count + len(drawn)))
        fresh = [item for item in sample if item.version_id not in drawn][: cell.count]
        if len(fresh) < cell.count:
            raise BlueprintNotFillable(pool.find_shortfalls(blueprint))
        drawn.update((item.version_id, item) for item in fresh)
    chosen = list(drawn.values())
    generator.shuffle(chosen)
    return tuple(Slot(item.version_id, shuffle_options(item, generator)) for item in chosen)


def shuffle_options(item: PoolItem, generator: random.Random) -> tuple[int, ...]:
    """A random order of the option positions in which pinned options keep their places."""
    movable = [position for position in range(item.option_count) if position not in item.pinned]
    shuffled = movable.copy()
    generator.shuffle(shuffled)
    order = list(range(item.option_count))
    for place, position in zip(movable, shuffled, strict=True):
        order[place] = position
    return tuple(order)
