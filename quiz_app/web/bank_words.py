"""Items in words of the request's language: kinds, states, steps, keys."""

from __future__ import annotations

from collections.abc import Callable

from question_bank.items import OPTION_LABELS, Item, ItemKind
from question_bank.keys import ChoiceKey, MatchingKey, NumberKey, OrderingKey, TextKey, VoidKey
from quiz_app.domain.items import ItemState
from quiz_app.web.language import get_language
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_exact

_KINDS: dict[ItemKind, Callable[[], str]] = {
    ItemKind.SINGLE_CHOICE: lambda: gettext("one right option"),
    ItemKind.MULTIPLE_CHOICE: lambda: gettext("several right options"),
    ItemKind.TRUE_FALSE: lambda: gettext("true or false"),
    ItemKind.MATCHING: lambda: gettext("matching"),
    ItemKind.ORDERING: lambda: gettext("ordering"),
    ItemKind.SHORT_ANSWER: lambda: gettext("short answer"),
    ItemKind.NUMERICAL: lambda: gettext("number"),
    ItemKind.ESSAY: lambda: gettext("essay"),
}
_STATES: dict[ItemState, Callable[[], str]] = {
    ItemState.DRAFT: lambda: gettext("draft"),
    ItemState.REVIEWED: lambda: gettext("reviewed"),
    ItemState.IN_USE: lambda: gettext("in use"),
    ItemState.RETIRED: lambda: gettext("retired"),
}
_STEPS: dict[ItemState, Callable[[], str]] = {
    ItemState.DRAFT: lambda: gettext("Send back to draft"),
    ItemState.REVIEWED: lambda: gettext("Mark as reviewed"),
    ItemState.IN_USE: lambda: gettext("Put into use"),
    ItemState.RETIRED: lambda: gettext("Retire"),
}


def describe_kind(kind: ItemKind | str) -> str:
    """How a response is given."""
    return _KINDS[ItemKind(kind)]()


def describe_state(state: ItemState | str) -> str:
    """Where an item stands."""
    return _STATES[ItemState(state)]()


def describe_step(to_state: ItemState | str) -> str:
    """What a step does, as a button says it."""
    return _STEPS[ItemState(to_state)]()


def is_void(item: Item) -> bool:
    """Whether everybody gets the point."""
    return isinstance(item.key, VoidKey)


def describe_key(item: Item) -> str:
    """What is right, in a line of plain text."""
    key = item.key
    if key is None:
        return ""
    if isinstance(key, VoidKey):
        return gettext("void: everybody gets the point")
    if isinstance(key, ChoiceKey):
        words = ", ".join(OPTION_LABELS[place] for place in sorted(key.right))
    elif isinstance(key, MatchingKey):
        words = ", ".join(f"{row}–{OPTION_LABELS[place]}" for row, place in enumerate(key.options, start=1))
    elif isinstance(key, OrderingKey):
        words = " → ".join(OPTION_LABELS[: len(item.options)])
    elif isinstance(key, TextKey):
        words = "; ".join(f"“{answer.text}”" + _describe_share(answer.percent) for answer in key.answers)
        rules = []
        if key.minds_case:
            rules.append(gettext("capitals count"))
        if not key.minds_accents:
            rules.append(gettext("accents do not count"))
        words = f"{words} ({', '.join(rules)})" if rules else words
    elif isinstance(key, NumberKey):
        language = get_language()
        words = "; ".join(
            format_exact(number.value, language)
            + (f" ± {format_exact(number.tolerance, language)}" if number.tolerance else "")
            + _describe_share(number.percent)
            for number in key.numbers
        )
    else:
        words = key.guidance
    if not getattr(key, "is_partial", False):
        return words
    partial = gettext("partial credit")
    return f"{words} – {partial}"


def _describe_share(percent: int) -> str:
    return "" if percent == 100 else f" ({percent}%)"
