"""The day of presenting and what follows it in words: phases of a turn, why a place is what it is, prizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from flask import Flask

from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.combining import BY_PRESENTING, BY_SECOND_ROUND, FinalPlace, to_points
from quiz_app.domain.judging.presenting import TurnPhase
from quiz_app.domain.judging.ranking import BY_HAND_IN, BY_MARK
from quiz_app.web.entry_words import describe_category
from quiz_app.web.language import get_language
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_points

_PHASES: Mapping[TurnPhase, Callable[[], str]] = {
    TurnPhase.WAITING: lambda: gettext("Waits"),
    TurnPhase.TALK: lambda: gettext("Talk"),
    TurnPhase.QUESTIONS: lambda: gettext("Questions and answers"),
    TurnPhase.ENDED: lambda: gettext("Has presented"),
}
PHASE_BADGES: Mapping[TurnPhase, tuple[str, str]] = {
    TurnPhase.WAITING: ("plain", "empty"),
    TurnPhase.TALK: ("owed", "clock"),
    TurnPhase.QUESTIONS: ("owed", "clock"),
    TurnPhase.ENDED: ("good", "check"),
}
"""How a phase looks: the colour of its badge and the shape before its word."""


def register_presenting_words(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.filters.update(
        turn_phase=describe_phase,
        turn_badge=PHASE_BADGES.__getitem__,
        prize_title=describe_prize,
        final_decision=describe_final_decision,
        share_points=format_share,
    )


def describe_phase(phase: TurnPhase) -> str:
    """Where a turn stands."""
    return _PHASES[phase]()


def describe_prize(code: str, round_: InitiativeRound, category: str = "") -> str:
    """The title of a prize, with the category where it is given in each."""
    title = next((prize.title for prize in round_.settings.prizes if prize.code == code), code)
    if not category:
        return title
    return f"{title} – {describe_category(category, round_)}"


def describe_final_decision(place: FinalPlace, round_: InitiativeRound) -> str:
    """Why an entry stands behind the one before it; "" where the marks say it themselves."""
    if place.is_shared:
        return gettext("equal in everything: the same place")
    words: Mapping[str, Callable[[], str]] = {
        "": lambda: "",
        BY_MARK: lambda: "",
        BY_PRESENTING: lambda: gettext("has not presented"),
        BY_SECOND_ROUND: lambda: gettext("the same mark, less in round 2"),
        BY_HAND_IN: lambda: gettext("the same mark, handed in later"),
    }
    if place.decided_by in words:
        return words[place.decided_by]()
    rules = round_.settings.judging
    criterion = rules.rubric.find(place.decided_by) if rules else None
    title = criterion.title if criterion else place.decided_by
    return gettext("the same mark, less for “%(criterion)s”", criterion=title)


def format_share(share: Fraction | None) -> str:
    """A share of 0 to 1 as points of 100, rounded down; a dash where there is none."""
    return "–" if share is None else format_points(to_points(share), get_language())
