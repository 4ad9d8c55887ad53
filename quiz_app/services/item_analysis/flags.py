"""What in an item's figures is worth a look."""

from __future__ import annotations

from collections.abc import Sequence

from question_bank.items import Item, ItemKind
from question_bank.statistics import ItemStatistics
from quiz_app.services.item_analysis.values import RARE, TOO_EASY, TOO_FEW, TOO_HARD, WEAK, Flag, OptionFigures


def find_flags(
    item: Item, figures: ItemStatistics, options: Sequence[OptionFigures]
) -> tuple[tuple[Flag, ...], int | None]:
    """The flags, the most serious first, and the option that may be the true key."""
    if figures.count < TOO_FEW or figures.facility is None:
        return (Flag.TOO_FEW,), None
    flags = []
    suspect = find_suspect(item, options)
    if suspect is not None:
        flags.append(Flag.KEY_SUSPICIOUS)
    discrimination = figures.discrimination
    if discrimination is not None and discrimination < 0:
        flags.append(Flag.NEGATIVE)
    elif discrimination is not None and discrimination < WEAK:
        flags.append(Flag.WEAK)
    guess = 1 / len(item.options) if item.kind in (ItemKind.SINGLE_CHOICE, ItemKind.TRUE_FALSE) else 0.0
    if figures.facility >= TOO_EASY:
        flags.append(Flag.TOO_EASY)
    elif figures.facility < max(TOO_HARD, guess):
        flags.append(Flag.TOO_HARD)
    if any(option.share < RARE and not option.is_right for option in options):
        flags.append(Flag.UNUSED_OPTION)
    return tuple(flags), suspect


def find_suspect(item: Item, options: Sequence[OptionFigures]) -> int | None:
    """A distractor that many chose and whose choosers were stronger than those of the key.

    Only where one option is to be chosen. Enough choosers means as many as guessing alone would bring it.
    """
    if item.kind not in (ItemKind.SINGLE_CHOICE, ItemKind.TRUE_FALSE):
        return None
    keys = [option.mean_rest for option in options if option.is_right and option.mean_rest is not None]
    strength_of_key = max(keys, default=0.0)
    suspects = [
        option
        for option in options
        if not option.is_right
        and option.mean_rest is not None
        and option.share >= 1 / len(options)
        and option.mean_rest > strength_of_key
    ]
    return max(suspects, key=lambda option: option.count).position if suspects else None
