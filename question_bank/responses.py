"""Responses: what can be given for a slot of a paper, and what it means for the item behind it.

A response's *choice* is a position (single choice, true/false), positions in rising order (multiple choice), a position
or None for each row (matching), all positions in the order given (ordering), or a text. Positions count from 0 and mean
places as this paper shows them. No response, or one that was cleared, is None.

A slot's *form* says in three characters what fits it: a letter and two digits, for rows and options. "c04" is one of
four options, "m05" any of five, "p34" three rows with four options, "o06" six options in order, "t00" a line of text,
"e00" an essay. The database checks a save against it without knowing the item.
"""

from __future__ import annotations

from functools import lru_cache

from question_bank.items import MAXIMUM_OPTIONS, MINIMUM_OPTIONS, Item, ItemKind

Choice = int | str | tuple[int | None, ...]

FORM_LENGTH = 3
LONGEST_LINE = 200
LONGEST_ESSAY = 10_000
"""Characters."""

_LETTERS = {
    ItemKind.SINGLE_CHOICE: "c",
    ItemKind.TRUE_FALSE: "c",
    ItemKind.MULTIPLE_CHOICE: "m",
    ItemKind.MATCHING: "p",
    ItemKind.ORDERING: "o",
    ItemKind.SHORT_ANSWER: "t",
    ItemKind.NUMERICAL: "t",
    ItemKind.ESSAY: "e",
}
_SIZES = range(MINIMUM_OPTIONS, MAXIMUM_OPTIONS + 1)


def make_form(item: Item) -> str:
    """The form of a slot that shows the item."""
    return f"{_LETTERS[item.kind]}{len(item.rows)}{len(item.options)}"


def make_choice_form(option_count: int) -> str:
    """The form of a slot in which one of so many options is chosen."""
    return f"c0{option_count}"


def list_fitting_forms(choice: Choice) -> tuple[str, ...]:
    """Every form that the choice fits; none for a choice that no paper could take."""
    if isinstance(choice, int):
        return _list_forms_with(choice)
    if isinstance(choice, str):
        forms = [form for form, longest in (("t00", LONGEST_LINE), ("e00", LONGEST_ESSAY)) if len(choice) <= longest]
        return tuple(forms)
    chosen = [position for position in choice if position is not None]
    if len(choice) > MAXIMUM_OPTIONS or not all(0 <= position < MAXIMUM_OPTIONS for position in chosen):
        return ()
    fitting = [f"p{len(choice)}{size}" for size in _SIZES if len(choice) in _SIZES and max(chosen, default=0) < size]
    if len(chosen) == len(choice) and choice:
        if list(choice) == sorted(set(chosen)):
            fitting += [f"m0{size}" for size in _SIZES if max(chosen) < size]
        if sorted(chosen) == list(range(len(choice))) and len(choice) in _SIZES:
            fitting.append(f"o0{len(choice)}")
    return tuple(fitting)


@lru_cache(maxsize=64)
def _list_forms_with(position: int) -> tuple[str, ...]:
    """The forms of one choice that have this position: asked at each save."""
    return tuple(make_choice_form(size) for size in _SIZES if 0 <= position < size)


def fits_form(choice: Choice, form: str) -> bool:
    """Whether the choice can be given for a slot of this form."""
    return form in list_fitting_forms(choice)


def to_item_choice(choice: Choice, option_order: tuple[int, ...]) -> Choice:
    """The choice in positions of the item instead of the paper, which shows the options in ``option_order``.

    A position that the paper does not have becomes one that no item has.
    """
    if isinstance(choice, str):
        return choice
    if isinstance(choice, int):
        return option_order[choice] if 0 <= choice < len(option_order) else -1
    return tuple(
        option_order[position] if position is not None and 0 <= position < len(option_order) else None
        for position in choice
    )


def to_paper_choice(choice: Choice, option_order: tuple[int, ...]) -> Choice:
    """The other way round: where this paper shows what is meant."""
    if isinstance(choice, str):
        return choice
    if isinstance(choice, int):
        return option_order.index(choice)
    return tuple(None if position is None else option_order.index(position) for position in choice)


def from_stored(value: object) -> Choice | None:
    """The choice from its JSON value, where a list stands for a tuple."""
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]
