"""The flags of item analysis in words."""

from __future__ import annotations

from collections.abc import Callable

from question_bank.items import OPTION_LABELS
from quiz_app.services.item_analysis import Flag, ItemFigures
from quiz_app.web.translate import gettext

_WORDS: dict[Flag, Callable[[], str]] = {
    Flag.KEY_SUSPICIOUS: lambda: gettext("The key may be wrong"),
    Flag.NEGATIVE: lambda: gettext("Weak participants do better than strong ones"),
    Flag.WEAK: lambda: gettext("Hardly tells strong from weak"),
    Flag.TOO_EASY: lambda: gettext("Very easy"),
    Flag.TOO_HARD: lambda: gettext("Very hard, or misleading"),
    Flag.UNUSED_OPTION: lambda: gettext("An option that hardly anybody chooses"),
    Flag.TOO_FEW: lambda: gettext("Too few attempts to say"),
}


def describe_flag(flag: Flag) -> str:
    """The flag in a few words."""
    return _WORDS[flag]()


def explain_flag(flag: Flag, item: ItemFigures) -> str:
    """What was seen, and what to do about it."""
    if flag is Flag.KEY_SUSPICIOUS and item.suspect is not None:
        return gettext(
            "Participants who answered the other questions well chose %(letter)s more than the key. Is the key wrong?",
            letter=OPTION_LABELS[item.suspect],
        )
    words: dict[Flag, Callable[[], str]] = {
        Flag.KEY_SUSPICIOUS: describe_nothing,
        Flag.NEGATIVE: lambda: gettext("Check the key and the wording; until then the question should not be used."),
        Flag.WEAK: lambda: gettext("The question adds little to the score; check whether its wording is clear."),
        Flag.TOO_EASY: lambda: gettext("Nearly everybody is right; harder distractors would help."),
        Flag.TOO_HARD: lambda: gettext("Fewer are right than by guessing; check key and wording."),
        Flag.UNUSED_OPTION: lambda: gettext("Replace the option by a more plausible one."),
        Flag.TOO_FEW: lambda: gettext("At least 30 attempts are needed before the figures mean anything."),
    }
    return words[flag]()


def describe_nothing() -> str:
    """Where there is no more to say."""
    return ""
