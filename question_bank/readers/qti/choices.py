"""choiceInteraction and orderInteraction."""

from __future__ import annotations

from lxml import etree

from question_bank.items import ItemKind, Option
from question_bank.keys import ChoiceKey, OrderingKey
from question_bank.readers.qti.contents import convert_content
from question_bank.readers.qti.declaration import Declaration
from question_bank.readers.qti.draft import Draft, Refused
from question_bank.readers.qti.names import is_true, read_count
from question_bank.readers.qti.own_data import OwnData
from question_bank.readers.qti.parts import (
    Parts,
    find_truth,
    label_options,
    make_options,
    make_partial_key,
    make_single_key,
    make_truth,
    order_truth,
    refuse_crowd,
)
from question_bank.readers.report import mark_message as N_


def read_choice(interaction: etree._Element, declared: Declaration | None, draft: Draft, own: OwnData) -> Parts:
    """Single choice, multiple choice or true/false."""
    choices = interaction.findall("simpleChoice")
    refuse_crowd(len(choices))
    texts = [convert_content(draft, choice, "options", is_exact=own.is_ours) for choice in choices]
    names = [choice.get("identifier", "") for choice in choices]
    pinned = frozenset(position for position, choice in enumerate(choices) if is_true(choice, "fixed"))
    is_single = (declared is not None and declared.cardinality == "single") or read_count(
        interaction, "maxChoices", 0 if declared else 1
    ) == 1
    if own.kind in (ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE):
        is_single = own.kind is ItemKind.SINGLE_CHOICE
    _warn_of_limits(interaction, len(choices), draft, is_single=is_single)
    shuffles = is_true(interaction, "shuffle") or len(pinned) == len(texts)
    truth = find_truth(texts) if is_single else None
    if truth and own.kind is not ItemKind.SINGLE_CHOICE:
        shuffles = True  # the order of a true/false item is always the same
    parts = Parts(
        ItemKind.SINGLE_CHOICE if is_single else ItemKind.MULTIPLE_CHOICE,
        make_options(texts, pinned, draft, shuffles=shuffles, knows_fixed=True),
        _make_key(names, declared, draft, is_single=is_single),
        labels=label_options(len(texts)),
        feedback=tuple(
            convert_content(draft, inside, "explanation") if (inside := choice.find(".//feedbackInline")) is not None
            else draft.convert_plain("")
            for choice in choices
        ),
    )  # fmt: skip
    if truth is None or own.kind is ItemKind.SINGLE_CHOICE:
        return parts
    return order_truth(truth, parts) if own.kind is ItemKind.TRUE_FALSE else make_truth(truth, parts, draft)


def read_order(interaction: etree._Element, declared: Declaration | None, draft: Draft, own: OwnData) -> Parts:
    """Ordering: the options are put into the right order. Raises Refused if only some of them belong to it."""
    choices = interaction.findall("simpleChoice")
    refuse_crowd(len(choices))
    by_name = {choice.get("identifier", ""): choice for choice in choices}
    right = declared.correct if declared else []
    if right and (set(right) - set(by_name) or len(set(right)) < len(right)):
        raise Refused(N_("“%(name)s” is left out: its key names an option that it does not have"), field="key")
    if right and len(right) < len(choices):
        message = N_("“%(name)s” is left out: only some of its options belong to the right order")
        raise Refused(message, field="key")
    ordered = [by_name[name] for name in right] if right else choices
    options = []
    for before, after in zip(choices, ordered, strict=True):
        is_fixed = is_true(after, "fixed")
        if is_fixed and before is not after:
            draft.warn("options", N_("an option that the file keeps in its place can be moved here"))
            is_fixed = False
        options.append(Option(convert_content(draft, after, "options", is_exact=own.is_ours), is_fixed))
    key = OrderingKey(is_partial=own.is_partial) if right else None
    return Parts(ItemKind.ORDERING, tuple(options), key)


def _make_key(names: list[str], declared: Declaration | None, draft: Draft, *, is_single: bool) -> ChoiceKey | None:
    if declared is None:
        return None
    keys = {entry.key for entry in declared.mapped if entry.worth > 0} if declared.uses_mapping else declared.correct
    if set(keys) - set(names):
        raise Refused(N_("“%(name)s” is left out: its key names an option that it does not have"), field="key")
    if not declared.uses_mapping:
        right = frozenset(names.index(name) for name in declared.correct)
        return ChoiceKey(right) if right else None
    worth = {entry.key: entry.worth for entry in declared.mapped}
    worths = [worth.get(name, declared.default) for name in names]
    key = make_single_key(worths, draft) if is_single else make_partial_key(worths, draft)
    if key and declared.correct and {names[position] for position in key.right} != set(declared.correct):
        draft.warn(
            "key", N_("the file declares another right answer than the one that its scoring rewards; check the key")
        )
    return key


def _warn_of_limits(interaction: etree._Element, count: int, draft: Draft, *, is_single: bool) -> None:
    lost = []
    if not is_single and 0 < read_count(interaction, "maxChoices", 0) < count:
        lost.append("maxChoices")
    if read_count(interaction, "minChoices", 0) > 1:
        lost.append("minChoices")
    draft.warn_of_lost(lost)
