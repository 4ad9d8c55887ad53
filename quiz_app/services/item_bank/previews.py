"""An item as a paper shows it, so that organisers see what participants will."""

from __future__ import annotations

import random

from question_bank.assembly import shuffle_options, to_pool_item
from question_bank.items import Item
from quiz_app.services.attempts.values import QuestionView


def make_preview(item: Item, *, topic_name: str, slot: int = 0, seed: int | None = None) -> QuestionView:
    """The question without a response. With a ``seed`` the options stand as one paper would shuffle them; without it
    as they are written, but for items whose order is the answer.
    """
    order = _find_order(item, seed)
    return QuestionView(
        slot=slot,
        kind=item.kind,
        topic=topic_name,
        stem=item.stem,
        rows=item.rows,
        options=tuple(item.options[position].text for position in order),
        choice=None,
        sequence=0,
        is_flagged=False,
        flag_sequence=0,
        feedback=None,
    )


def _find_order(item: Item, seed: int | None) -> tuple[int, ...]:
    pool_item = to_pool_item(0, item)
    if seed is None and not pool_item.is_ordered:
        return tuple(range(len(item.options)))
    generator = random.Random(seed or 0)  # noqa: S311 - any order will do
    return shuffle_options(pool_item, generator)
