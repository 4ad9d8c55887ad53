"""What the interaction of a question gives an item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from question_bank.formatted_text import FormattedText, fold_text, to_plain
from question_bank.items import OPTION_LABELS, TRUE_FALSE_OPTIONS, ItemKind, Option
from question_bank.keys import ChoiceKey, Key
from question_bank.readers.pinning import find_pinned
from question_bank.readers.qti.draft import Draft, Refused
from question_bank.readers.report import mark_message as N_

MOST_OPTIONS = 30
"""Options that are looked at: eight are allowed, and a few more can still be mended."""
_SLACK = Decimal("0.01")
"""Of a mark: three thirds are written 33.33 and 33.34."""
_TRUE_WORDS, _FALSE_WORDS = frozenset({"true", "đúng"}), frozenset({"false", "sai"})


@dataclass(slots=True)
class Parts:
    """Kind, key and texts. ``labels`` name the options in the explanation, ``feedback`` is what was said on each."""

    kind: ItemKind
    options: tuple[Option, ...] = ()
    key: Key | None = None
    rows: tuple[FormattedText, ...] = ()
    labels: tuple[str, ...] = ()
    feedback: tuple[FormattedText, ...] = ()
    names: list[tuple[str, str]] = field(default_factory=list)
    """QTI 1.2: the identifiers to which feedback refers, and the labels that they get in the explanation."""


def refuse_crowd(count: int) -> None:
    """Raise Refused for more options than anybody can mend."""
    if count > MOST_OPTIONS:
        raise Refused(N_("“%(name)s” is left out: it has too many answers"), field="options")


def label_options(count: int) -> tuple[str, ...]:
    """A, B, C … and numbers after H."""
    return tuple(OPTION_LABELS[n] if n < len(OPTION_LABELS) else str(n + 1) for n in range(count))


def make_options(
    texts: Sequence[FormattedText], pinned: frozenset[int], draft: Draft, *, shuffles: bool, knows_fixed: bool
) -> tuple[Option, ...]:
    """The options, pinned as the file says; by their wording where the format has no word for it."""
    if not shuffles:
        draft.warn("options", N_("the file does not let the options be shuffled: all of them keep their place"))
        pinned = frozenset(range(len(texts)))
    elif not knows_fixed:
        pinned = find_pinned([to_plain(text) for text in texts])
        for position in sorted(pinned):
            label = label_options(len(texts))[position]
            draft.warn("options", N_("option %(label)s keeps its place because of its wording"), label=label)
    return tuple(Option(text, position in pinned) for position, text in enumerate(texts))


def find_truth(texts: Sequence[FormattedText]) -> tuple[int, int] | None:
    """Where true and false stand, if these two are all the options."""
    words = [fold_text(to_plain(text)).rstrip(".") for text in texts]
    if len(words) != 2 or not _TRUE_WORDS & set(words) or not _FALSE_WORDS & set(words):
        return None
    true = 0 if words[0] in _TRUE_WORDS else 1
    return true, 1 - true


def make_truth(truth: tuple[int, int], parts: Parts, draft: Draft) -> Parts:
    """A choice between true and false as a true/false item."""
    draft.warn("kind", N_("the question was taken for a true/false one because of its two options"))
    return order_truth(truth, parts)


def order_truth(truth: tuple[int, int], parts: Parts) -> Parts:
    """The same parts with our own options, true first."""
    key = parts.key
    if isinstance(key, ChoiceKey):
        key = ChoiceKey(frozenset(truth.index(position) for position in key.right if position in truth))
    feedback = tuple(parts.feedback[position] for position in truth) if len(parts.feedback) == 2 else ()
    labels = tuple(to_plain(option.text) for option in TRUE_FALSE_OPTIONS)
    return Parts(ItemKind.TRUE_FALSE, TRUE_FALSE_OPTIONS, key or None, labels=labels, feedback=feedback)


def make_single_key(worths: Sequence[Decimal], draft: Draft) -> ChoiceKey | None:
    """The key of a single choice from what each option is worth. Raises Refused for parts of a mark."""
    best = max(worths, default=Decimal(0))
    if best <= 0:
        return None
    if any(0 < worth < best for worth in worths):
        raise Refused(
            N_("“%(name)s” is left out: an option of a single choice is worth a part of the mark"), field="key"
        )
    if any(worth < 0 for worth in worths):
        draft.warn("key", N_("what a wrong option costs was left out: a wrong answer is worth nothing"))
    return ChoiceKey(frozenset(position for position, worth in enumerate(worths) if worth == best))


def make_partial_key(worths: Sequence[Decimal], draft: Draft) -> ChoiceKey | None:
    """The key of a multiple choice that is scored by options. Raises Refused for right options of unequal worth."""
    right = frozenset(position for position, worth in enumerate(worths) if worth > 0)
    if not right:
        return None
    share = ensure_equal([worths[position] for position in right])
    wrong = [worth for position, worth in enumerate(worths) if position not in right]
    if any(abs(worth + share) > share * _SLACK for worth in wrong):
        draft.warn("key", N_("a wrong option now takes away as much as a right one gives; the file had it otherwise"))
    return ChoiceKey(right, is_partial=True)


def ensure_equal(worths: Sequence[Decimal]) -> Decimal:
    """What each is worth; raises Refused if they differ."""
    if max(worths) - min(worths) > max(worths) * _SLACK:
        message = N_("“%(name)s” is left out: its right options are not worth the same, or together not the full mark")
        raise Refused(message, field="key")
    return max(worths)
