"""Judging in words: what an entry lacks, where a sheet stands, what is wrong on it, why a place is what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Flask

from quiz_app.domain.judging.aggregating import Shortcoming
from quiz_app.domain.judging.judgements import JudgementState, SheetProblem
from quiz_app.domain.judging.ranking import BY_HAND_IN, BY_MARK, Placed
from quiz_app.domain.judging.rubrics import Averaging, Criterion, JudgingRules
from quiz_app.services.judging.standings import Flag
from quiz_app.web.language import get_language
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_decimal, format_points

_STATES: Mapping[JudgementState, Callable[[], str]] = {
    JudgementState.GIVEN: lambda: gettext("To be marked"),
    JudgementState.CONFIRMED: lambda: gettext("Confirmed"),
    JudgementState.ABSTAINED: lambda: gettext("Does not judge it"),
    JudgementState.CONFLICT: lambda: gettext("Conflict of interest"),
    JudgementState.WITHDRAWN: lambda: gettext("Taken back"),
}
SHEET_BADGES: Mapping[JudgementState, tuple[str, str]] = {
    JudgementState.GIVEN: ("owed", "clock"),
    JudgementState.CONFIRMED: ("good", "check"),
    JudgementState.ABSTAINED: ("plain", "cross"),
    JudgementState.CONFLICT: ("plain", "flag"),
    JudgementState.WITHDRAWN: ("plain", "cross"),
}
"""How the state of a sheet looks: the colour of its badge and the shape before its word."""
_FLAGS: Mapping[Flag, Callable[[], str]] = {
    Flag.JUDGES_MISSING: lambda: gettext("Judges missing"),
    Flag.SHEETS_OPEN: lambda: gettext("Not confirmed by all"),
    Flag.DISAGREEMENT: lambda: gettext("Far apart, another judge called"),
    Flag.TO_TALK_OVER: lambda: gettext("Far apart, to be talked over"),
    Flag.CONFLICT: lambda: gettext("Marks of a judge in conflict"),
    Flag.TOO_LOW: lambda: gettext("Below the pass mark"),
    Flag.ZERO_IN_CRITERION: lambda: gettext("0 points in a criterion"),
}
_SHORTCOMINGS: Mapping[Shortcoming, Callable[[], str]] = {
    Shortcoming.TOO_FEW_SHEETS: lambda: gettext("Too few confirmed sheets"),
    Shortcoming.TOO_LOW: _FLAGS[Flag.TOO_LOW],
    Shortcoming.ZERO_IN_CRITERION: _FLAGS[Flag.ZERO_IN_CRITERION],
}


def register_judging_words(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.filters.update(
        sheet_state=describe_sheet_state,
        sheet_badge=SHEET_BADGES.__getitem__,
        sheet_problem=describe_sheet_problem,
        judging_flag=describe_flag,
        judging_shortcoming=describe_shortcoming,
        decided_by=describe_decision,
        bands=list_bands,
        averaging=describe_averaging,
        standard_score=describe_standard_score,
    )


def describe_sheet_state(state: JudgementState) -> str:
    """Where a sheet stands."""
    return _STATES[state]()


def describe_flag(flag: Flag) -> str:
    """What an organiser should look at."""
    return _FLAGS[flag]()


def describe_shortcoming(shortcoming: Shortcoming) -> str:
    """What keeps an entry from the shortlist."""
    return _SHORTCOMINGS[shortcoming]()


def describe_sheet_problem(problem: SheetProblem) -> str:
    """What is wrong with a mark. Numbers in it are hundredths and are written as points."""
    language = get_language()
    values = {
        name: format_points(value, language) if isinstance(value, int) else value
        for name, value in problem.values.items()
    }
    return gettext(problem.message, **values)


def describe_decision(placed: Placed, rules: JudgingRules) -> str:
    """Why an entry stands behind the one before it; "" where the marks say it themselves."""
    if placed.is_shared:
        return gettext("equal in everything: the same place")
    if placed.decided_by in ("", BY_MARK):
        return ""
    if placed.decided_by == BY_HAND_IN:
        return gettext("the same mark, handed in later")
    criterion = rules.rubric.find(placed.decided_by)
    return gettext(
        "the same mark, less for “%(criterion)s”", criterion=criterion.title if criterion else placed.decided_by
    )


def list_bands(criterion: Criterion) -> list[tuple[str, str]]:
    """(marks, words) of the bands from the highest: “27–30”, “Hoàn toàn mới”."""
    language = get_language()
    bands = sorted(criterion.bands, key=lambda band: -band.from_hundredths)
    lines = []
    upper = criterion.maximum_hundredths
    for band in bands:
        low, high = format_points(band.from_hundredths, language), format_points(upper, language)
        lines.append((low if low == high else f"{low}–{high}", band.words))
        upper = max(0, band.from_hundredths - criterion.step_hundredths)
    return lines


def describe_averaging(averaging: Averaging) -> str:
    """How several totals become one mark."""
    return gettext("median of the totals") if averaging is Averaging.MEDIAN else gettext("mean of the totals")


def describe_standard_score(value: float | None) -> str:
    """A standard score with two decimals and its sign; a dash where there is none."""
    if value is None:
        return "–"
    return f"{'+' if value >= 0 else '−'}{format_decimal(abs(value), get_language())}"
