"""Assembly: draw a paper from a pool of items by blueprint and seed. The same seed gives the same paper."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from question_bank.blueprint import ExamBlueprint, Shortfall, find_shortfalls
from question_bank.items import Item, ItemKind, Level
from question_bank.responses import make_choice_form, make_form


@dataclass(frozen=True, slots=True)
class PoolItem:
    """What assembly needs to know of an item version: no stem, and above all no key."""

    version_id: int
    topic: str
    level: Level
    option_count: int
    pinned: frozenset[int] = frozenset()
    form: str = ""
    """What fits a slot that shows it (see ``responses``); empty: one of its options."""
    is_ordered: bool = False
    """Whether the options stand in the right order, so that a paper must never show them so."""


def to_pool_item(version_id: int, item: Item) -> PoolItem:
    """What assembly needs to know of an item version."""
    return PoolItem(
        version_id=version_id,
        topic=item.topic,
        level=item.level,
        option_count=len(item.options),
        pinned=frozenset(position for position, option in enumerate(item.options) if option.is_pinned),
        form=make_form(item),
        is_ordered=item.kind is ItemKind.ORDERING,
    )


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a paper: which item version, which of its options stands first, second, …, and what fits it."""

    version_id: int
    option_order: tuple[int, ...]
    form: str = ""

    def __post_init__(self) -> None:
        """Without a form, one of the options is to be chosen."""
        if not self.form:
            object.__setattr__(self, "form", make_choice_form(len(self.option_order)))


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
    return tuple(Slot(item.version_id, shuffle_options(item, generator), item.form) for item in chosen)


def shuffle_options(item: PoolItem, generator: random.Random) -> tuple[int, ...]:
    """A random order of the option positions in which pinned options keep their places."""
    movable = [position for position in range(item.option_count) if position not in item.pinned]
    shuffled = movable.copy()
    generator.shuffle(shuffled)
    if item.is_ordered and shuffled == movable and len(movable) > 1:
        shuffled = [*movable[1:], movable[0]]
    order = list(range(item.option_count))
    for place, position in zip(movable, shuffled, strict=True):
        order[place] = position
    return tuple(order)
