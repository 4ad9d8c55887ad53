"""Another key as a form gives it."""

from __future__ import annotations

from question_bank.item_rules import ItemProblem
from question_bank.items import CHOICE_KINDS, Item, ItemKind
from question_bank.keys import ChoiceKey, Key
from question_bank.readers.report import mark_message as N_
from quiz_app.services.item_bank.draft_reading import to_item
from quiz_app.services.item_bank.drafts import ItemDraft


def read_key(item: Item, draft: ItemDraft) -> tuple[Key | None, tuple[ItemProblem, ...]]:
    """The key that the form says for this item, and what is wrong with it.

    A single choice may accept several options here, which no item may have from the start; but not all of them: that
    would be a void item in disguise.
    """
    if item.kind not in CHOICE_KINDS:
        read, problems = to_item(draft)
        return read.key, tuple(problem for problem in problems if problem.field == "key")
    right = frozenset(place for place, option in enumerate(draft.options) if option.is_right)
    if not right:
        return None, (ItemProblem("key", N_("the key is missing")),)
    if item.kind is not ItemKind.MULTIPLE_CHOICE and len(right) == len(item.options):
        return None, (ItemProblem("key", N_("to accept every option, make the question void")),)
    return ChoiceKey(right, draft.is_partial and item.kind is ItemKind.MULTIPLE_CHOICE), ()
