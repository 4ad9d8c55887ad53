"""The kinds of questions of Canvas, from QTI 1.2."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from question_bank.formatted_text import from_plain, to_plain
from question_bank.items import ItemKind, Option
from question_bank.keys import AcceptedNumber, AcceptedText, ChoiceKey, MatchingKey, NumberKey, TextKey
from question_bank.readers.qti.canvas_rules import Condition, Rule
from question_bank.readers.qti.canvas_texts import read_labelled_material, read_row
from question_bank.readers.qti.declaration import read_decimal
from question_bank.readers.qti.draft import Draft, Refused
from question_bank.readers.qti.parts import (
    Parts,
    ensure_equal,
    find_truth,
    label_options,
    make_options,
    make_partial_key,
    make_single_key,
    order_truth,
    refuse_crowd,
)
from question_bank.readers.report import mark_message as N_

_MOST_ANSWERS = 200
_STRANGE_RULES = N_("“%(name)s” is left out: its scoring rules are not known here")


def read_choice(kind: ItemKind, presentation: etree._Element, rules: list[Rule], draft: Draft) -> Parts:
    """Single choice, multiple choice, true/false."""
    labels = presentation.findall(".//response_lid//response_label")
    refuse_crowd(len(labels))
    names = [label.get("ident", "") for label in labels]
    texts = [read_labelled_material(label, draft, "options") for label in labels]
    key = _make_choice_key(kind, names, rules, draft)
    parts = Parts(kind, key=key, labels=label_options(len(names)))
    truth = find_truth(texts) if kind is ItemKind.TRUE_FALSE else None
    if truth:
        parts = order_truth(truth, parts)
        parts.names = [(names[position], label) for position, label in zip(truth, parts.labels, strict=True)]
        return parts
    if kind is ItemKind.TRUE_FALSE:
        draft.warn("kind", N_("the two options are not true and false: the question was taken for a single choice"))
        parts.kind = ItemKind.SINGLE_CHOICE
    parts.options = make_options(texts, frozenset(), draft, shuffles=True, knows_fixed=False)
    parts.names = list(zip(names, parts.labels, strict=True))
    return parts


def _make_choice_key(kind: ItemKind, names: list[str], rules: list[Rule], draft: Draft) -> ChoiceKey | None:
    whole = next((rule for rule in rules if rule.worth > 0 and (rule.is_and or len(rule.list_wanted()) > 1)), None)
    if whole and kind is ItemKind.MULTIPLE_CHOICE:
        if whole.has_other or len([rule for rule in rules if rule.worth > 0]) > 1:
            raise Refused(_STRANGE_RULES, field="key")
        wanted = {condition.value for condition in whole.list_wanted()}
        return ChoiceKey(frozenset(map(names.index, _ensure_known(wanted, names)))) if wanted else None
    worth: dict[str, Decimal] = {}
    for rule in rules:
        if rule.has_other or len(rule.conditions) != 1 or rule.conditions[0].is_negated:
            raise Refused(_STRANGE_RULES, field="key")
        name = rule.conditions[0].value
        worth[name] = worth.get(name, Decimal(0)) + rule.worth
    worths = [worth.get(name, Decimal(0)) for name in names]
    _ensure_known(set(worth), names)
    if kind is not ItemKind.MULTIPLE_CHOICE:
        return make_single_key(worths, draft)
    if len([one for one in worths if one > 0]) == 1 and max(worths) >= 100:
        return ChoiceKey(frozenset({worths.index(max(worths))}))
    return make_partial_key(worths, draft)


def read_matching(presentation: etree._Element, rules: list[Rule], draft: Draft) -> Parts:
    """Each response is a row; all rows have the same options. A pair counts for itself."""
    responses = presentation.findall(".//response_lid")
    refuse_crowd(len(responses))
    texts: dict[str, Option] = {}
    for label in (label for response in responses for label in response.iter("response_label")):
        if label.get("ident", "") not in texts:
            refuse_crowd(len(texts))
            texts[label.get("ident", "")] = Option(read_labelled_material(label, draft, "options"))
    names, options = list(texts), list(texts.values())
    right: dict[str, str] = {}
    for rule in rules:
        for condition in rule.list_wanted():
            if rule.has_other or right.setdefault(condition.response, condition.value) != condition.value:
                raise Refused(N_("“%(name)s” is left out: a row has no right option or several"), field="key")
    rows = [response.get("ident", "") for response in responses]
    key = None
    if rules:
        if set(rows) - set(right):
            raise Refused(N_("“%(name)s” is left out: a row has no right option or several"), field="key")
        _ensure_known(set(right.values()), names)
        if len(rules) > 1:
            ensure_equal([rule.worth for rule in rules])
        key = MatchingKey(tuple(names.index(right[row]) for row in rows), is_partial=len(rules) > 1)
    labels = [f"{to_plain(read_row(response, draft))}" for response in responses]
    named = [(row.removeprefix("response_"), label) for row, label in zip(rows, labels, strict=True)]
    return Parts(ItemKind.MATCHING, tuple(options), key, tuple(read_row(r, draft) for r in responses), names=named)


def read_short_answer(presentation: etree._Element, rules: list[Rule], draft: Draft) -> Parts:
    """All texts that are worth something."""
    if len(presentation.findall(".//response_str")) > 1:
        raise Refused(N_("“%(name)s” is left out: it asks for several answers; make a question of each"))
    conditions: list[tuple[Condition, Decimal]] = []
    for rule in rules:
        if rule.has_other or rule.is_and or len(rule.list_wanted()) < len(rule.conditions):
            raise Refused(_STRANGE_RULES, field="key")
        conditions += [(condition, rule.worth) for condition in rule.list_wanted() if rule.worth > 0]
    if len(conditions) > _MOST_ANSWERS:
        raise Refused(N_("“%(name)s” is left out: it has too many answers"), field="key")
    answers = tuple(
        AcceptedText(to_plain(from_plain(condition.value)), _to_percent(worth, draft))
        for condition, worth in conditions
    )
    minding = {condition.minds_case for condition, _ in conditions}
    if len(minding) > 1:
        draft.warn("key", N_("only some accepted answers minded upper and lower case; now none does"))
    return Parts(ItemKind.SHORT_ANSWER, key=TextKey(answers, minds_case=minding == {True}) if answers else None)


def read_numerical(rules: list[Rule], draft: Draft) -> Parts:
    """A number with its bounds for each rule; the bounds are what Canvas itself goes by."""
    if len(rules) > _MOST_ANSWERS:
        raise Refused(N_("“%(name)s” is left out: it has too many answers"), field="key")
    numbers = [_read_number(rule, draft) for rule in rules if rule.worth > 0]
    sound = [number for number in numbers if number is not None]
    key = NumberKey(tuple(sound)) if sound and len(sound) == len(numbers) else None
    return Parts(ItemKind.NUMERICAL, key=key)


def _read_number(rule: Rule, draft: Draft) -> AcceptedNumber | None:
    if rule.has_other or any(condition.is_negated for condition in rule.conditions):
        raise Refused(_STRANGE_RULES, field="key")
    wanted, bounds = rule.list_wanted(), rule.list_bounds()
    numbers = {condition: read_decimal(condition.value) for condition in (*wanted, *bounds)}
    strange = next((condition.value for condition, number in numbers.items() if number is None), None)
    if strange is not None:
        draft.fail("key", N_("“%(text)s” is not a number"), text=strange[:40])
        return None
    percent = _to_percent(rule.worth, draft)
    value = numbers[wanted[0]] if wanted else None
    if not bounds and value is not None and len(wanted) == 1:
        return AcceptedNumber(value, percent=percent)
    low = next((numbers[one] for one in bounds if one.name.startswith("vargt")), None)
    high = next((numbers[one] for one in bounds if one.name.startswith("varlt")), None)
    if low is None or high is None or len(bounds) != 2 or len(wanted) > 1 or high < low:
        raise Refused(_STRANGE_RULES, field="key")
    if any(not one.name.endswith("e") for one in bounds):
        draft.warn("key", N_("the bounds of the range are now right answers too"))
    middle = (low + high) / 2
    if value is not None and value != middle:
        draft.warn("key", N_("the range is kept, but the middle of it now stands as the right number"))
    return AcceptedNumber(middle, (high - low) / 2, percent)


def _ensure_known(wanted: set[str], names: list[str]) -> set[str]:
    if wanted - set(names):
        raise Refused(N_("“%(name)s” is left out: its key names an option that it does not have"), field="key")
    return wanted


def _to_percent(worth: Decimal, draft: Draft) -> int:
    percent = min(100, max(1, int(worth.to_integral_value(ROUND_HALF_UP))))
    if percent != worth:
        draft.warn("key", N_("a percentage was rounded to %(percent)s"), percent=percent)
    return percent
