"""The key of an item as one paper shows it, for pages that may show it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from question_bank.assembly import Slot
from question_bank.items import Item
from question_bank.keys import ChoiceKey, EssayKey, MatchingKey, NumberKey, OrderingKey, TextKey, VoidKey
from question_bank.responses import to_paper_choice


@dataclass(frozen=True, slots=True)
class KeyView:
    """What is right, in positions of the paper.

    ``right``: the right options of a choice. ``places``: for each row the option that belongs to it, or the options in
    their right order. ``texts`` and ``numbers`` (value, tolerance): what is accepted, the best first. ``guidance``: of
    an essay. ``is_void``: the question was withdrawn, and whoever had it gets the point.
    """

    right: frozenset[int] = frozenset()
    places: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    numbers: tuple[tuple[Decimal, Decimal], ...] = ()
    guidance: str = ""
    is_void: bool = False


def make_key_view(item: Item, slot: Slot) -> KeyView:
    """The item's key on this paper."""
    key, order = item.key, slot.option_order
    if isinstance(key, ChoiceKey):
        return KeyView(right=frozenset(order.index(position) for position in key.right))
    if isinstance(key, MatchingKey):
        return KeyView(places=_to_places(key.options, order))
    if isinstance(key, OrderingKey):
        return KeyView(places=_to_places(tuple(range(len(item.options))), order))
    if isinstance(key, TextKey):
        answers = sorted(key.answers, key=lambda answer: -answer.percent)
        return KeyView(texts=tuple(answer.text for answer in answers))
    if isinstance(key, NumberKey):
        numbers = sorted(key.numbers, key=lambda number: -number.percent)
        return KeyView(numbers=tuple((number.value, number.tolerance) for number in numbers))
    if isinstance(key, VoidKey):
        return KeyView(is_void=True)
    return KeyView(guidance=key.guidance if isinstance(key, EssayKey) else "")


def _to_places(positions: tuple[int, ...], order: tuple[int, ...]) -> tuple[int, ...]:
    places = to_paper_choice(positions, order)
    return tuple(place for place in places if place is not None) if isinstance(places, tuple) else ()
