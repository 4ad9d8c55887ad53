"""Questions with options to choose from: percents to a key."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from question_bank.formatted_text import FormattedText
from question_bank.items import OPTION_LABELS, TRUE_FALSE_OPTIONS, ItemKind, Option
from question_bank.keys import ChoiceKey, Key
from question_bank.readers.moodle.draft import Draft, Refused
from question_bank.readers.moodle.tags import ALL_OR_NOTHING, PARTIAL, Facts
from question_bank.readers.pinning import find_pinned
from question_bank.readers.report import mark_message as N_

MOST_OPTIONS = 12
"""Answers that are looked at: eight are allowed, and a few more can still be mended."""
_SLACK = Decimal(1)
"""Percent: three thirds are written 33, 33.33333 or 33, 33, 34."""


@dataclass(slots=True)
class Parts:
    """What a question's kind gives an item. ``labels`` name the answers in the explanation."""

    kind: ItemKind
    options: tuple[Option, ...] = ()
    key: Key | None = None
    rows: tuple[FormattedText, ...] = ()
    labels: tuple[str, ...] = ()


def build_choice(draft: Draft, facts: Facts) -> Parts:
    """Single and multiple choice. Raises Refused for weights that our keys do not have."""
    raw = draft.raw
    if len(raw.answers) > MOST_OPTIONS:
        raise Refused("options", N_("“%(name)s” is left out: it has too many answers"))
    texts = [draft.convert(answer.text, "options") for answer in raw.answers]
    percents = [answer.percent for answer in raw.answers]
    is_single = raw.is_single if facts.kind is None else facts.kind is ItemKind.SINGLE_CHOICE
    key = _make_single_key(percents, draft) if is_single else _make_multiple_key(percents, draft, facts)
    return Parts(
        ItemKind.SINGLE_CHOICE if is_single else ItemKind.MULTIPLE_CHOICE,
        pin_options(texts, draft, facts, guesses=True),
        key,
        labels=tuple(OPTION_LABELS[: len(texts)]) + ("?",) * (len(texts) - len(OPTION_LABELS)),
    )


def build_true_false(draft: Draft) -> Parts:
    """True/false: the options are always ours."""
    right = frozenset(position for position, answer in enumerate(draft.raw.answers) if answer.percent > 0)
    key = ChoiceKey(right) if len(right) == 1 else None
    return Parts(ItemKind.TRUE_FALSE, TRUE_FALSE_OPTIONS, key, labels=tuple(o.text for o in TRUE_FALSE_OPTIONS))


def pin_options(texts: list[FormattedText], draft: Draft, facts: Facts, *, guesses: bool) -> tuple[Option, ...]:
    """The options, pinned as the file says, or else by their wording where ``guesses``."""
    if facts.pinned is not None:
        pinned = facts.pinned
    elif guesses and not draft.raw.shuffles:
        pinned = frozenset(range(len(texts)))
        draft.warn("options", N_("the file does not let the options be shuffled: all of them keep their place"))
    else:
        pinned = find_pinned(texts) if guesses else frozenset()
        for position in sorted(pinned):
            label = OPTION_LABELS[position] if position < len(OPTION_LABELS) else str(position + 1)
            draft.warn("options", N_("option %(label)s keeps its place because of its wording"), label=label)
    return tuple(Option(text, position in pinned) for position, text in enumerate(texts))


def _make_single_key(percents: list[Decimal], draft: Draft) -> ChoiceKey | None:
    right = frozenset(position for position, percent in enumerate(percents) if percent >= 100 - _SLACK / 100)
    if any(percent > 0 for position, percent in enumerate(percents) if position not in right):
        raise Refused("key", N_("“%(name)s” is left out: an option of a single choice is worth a part of the mark"))
    if any(percent < 0 for percent in percents):
        draft.warn("key", N_("what a wrong option costs was left out: a wrong answer is worth nothing"))
    return ChoiceKey(right) if right else None


def _make_multiple_key(percents: list[Decimal], draft: Draft, facts: Facts) -> ChoiceKey | None:
    right = frozenset(position for position, percent in enumerate(percents) if percent > 0)
    if not right:
        return None
    scoring = facts.scoring or (ALL_OR_NOTHING if draft.raw.is_all_or_nothing else "")
    worth = [percents[position] for position in right]
    # All-or-nothing questions of Moodle (multichoiceset) give every right option 100.
    total = Decimal(100) * len(right) if draft.raw.is_all_or_nothing else Decimal(100)
    if max(worth) - min(worth) > _SLACK or abs(sum(worth) - total) > _SLACK:
        raise Refused(
            "key", N_("“%(name)s” is left out: its right options are not worth the same, or together not the full mark")
        )
    share = Decimal(100) / len(right)
    wrong = [percent for position, percent in enumerate(percents) if position not in right]
    if not scoring and any(abs(percent + share) > _SLACK for percent in wrong):
        draft.warn("key", N_("a wrong option now takes away as much as a right one gives; the file had it otherwise"))
    return ChoiceKey(right, is_partial=(scoring or PARTIAL) == PARTIAL)
