"""The columns of official lists: their headings, and what of a line stands in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from quiz_app.domain.issued_lists import ListKind
from quiz_app.exports.documents import Cell, CellKind
from quiz_app.services.score_lists import ListedPerson, ListedUnit, OfficialData
from quiz_app.web.language import get_language
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_elapsed, format_instant, format_percent, format_points


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column and what of a line stands in it."""

    heading: str
    kind: CellKind
    width: float
    read: Callable[[Any], Cell]


def list_people_columns(data: OfficialData) -> list[ListColumn]:
    """The columns of a list of people."""
    language, zone = get_language(), data.round.zone
    kinds = CellKind

    def tell_note(person: ListedPerson) -> str:
        return _tell_state(person, data)

    name = ListColumn(gettext("Full name"), kinds.TEXT, 40, lambda person: person.name)
    unit = ListColumn(gettext("Department, unit"), kinds.TEXT, 33, lambda person: person.unit_name)
    title = ListColumn(gettext("Job title"), kinds.TEXT, 25, lambda person: person.job_title)
    score = ListColumn(gettext("Best score"), kinds.SCORE, 15, lambda person: person.score_hundredths)
    attempts = ListColumn(gettext("Attempts made"), kinds.NUMBER, 16, lambda person: person.attempt_count)
    elapsed = ListColumn(
        gettext("Time taken (min:s)"), kinds.CENTRED, 24,
        lambda person: None if person.elapsed_ms is None else format_elapsed(person.elapsed_ms, language),
    )  # fmt: skip
    reached = ListColumn(
        gettext("Reached at"), kinds.CENTRED, 23, lambda person: _format_moment(person.finished_at, zone)
    )
    note = ListColumn(gettext("Note"), kinds.TEXT, 24, tell_note)
    if data.kind is ListKind.RANKING:
        place = ListColumn(gettext("Place"), kinds.NUMBER, 12, lambda person: person.place)
        return [place, name, unit, score, elapsed, reached, attempts]
    ordinal = ListColumn(gettext("Ord."), kinds.ORDINAL, 10, lambda _: None)
    birth = ListColumn(gettext("Date of birth"), kinds.CENTRED, 22, lambda person: _format_birth(person.birth))
    phone = ListColumn(gettext("Telephone"), kinds.CENTRED, 24, lambda person: person.phone)
    if data.kind is ListKind.REMINDER:
        chosen = [ordinal, name, title, unit, phone, score, note]
        return chosen if data.shows_units else [column for column in chosen if column is not unit]
    correct = ListColumn(gettext("Right answers"), kinds.NUMBER, 15, lambda person: person.correct_count)
    chosen = [ordinal, name, birth, title, unit, phone, attempts, correct, score, elapsed, reached, note]
    # A column that says the same in every row says nothing.
    return chosen if data.shows_units else [column for column in chosen if column is not unit]


def list_unit_columns() -> list[ListColumn]:
    """The columns of the report on participation: a unit on each line."""
    language, kinds = get_language(), CellKind

    def tell_quota(unit: ListedUnit) -> str:
        figures = unit.figures
        if figures.owed is None:
            return ""
        if figures.missing:
            return gettext("Not met, %(missing)s missing", missing=figures.missing)
        return gettext("Met")

    return [
        ListColumn(gettext("Ord."), kinds.ORDINAL, 10, lambda _: None),
        ListColumn(gettext("Unit"), kinds.TEXT, 62, lambda unit: unit.name),
        ListColumn(gettext("Block"), kinds.TEXT, 30, lambda unit: unit.block),
        ListColumn(gettext("Staff"), kinds.NUMBER, 17, lambda unit: unit.figures.staff_number),
        ListColumn(gettext("Taken part"), kinds.NUMBER, 17, lambda unit: unit.figures.taken_part),
        ListColumn(
            gettext("Rate"), kinds.CENTRED, 17,
            lambda unit: None
            if unit.figures.participation is None
            else format_percent(unit.figures.participation, language),
        ),
        ListColumn(gettext("Passed"), kinds.NUMBER, 15, lambda unit: unit.figures.passed),
        ListColumn(gettext("Mean best score"), kinds.SCORE, 18, lambda unit: unit.mean_score_hundredths),
        ListColumn(gettext("Quota"), kinds.NUMBER, 16, lambda unit: unit.figures.owed),
        ListColumn(gettext("Result"), kinds.TEXT, 30, tell_quota),
    ]  # fmt: skip


def _tell_state(person: ListedPerson, data: OfficialData) -> str:
    if person.score_hundredths is None:
        return gettext("Not begun")
    if person.is_passed:
        return gettext("Passed")
    return gettext("Below %(cut)s", cut=format_points(data.round.settings.cut_score_hundredths, get_language()))


def _format_moment(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else format_instant(moment, zone)


def _format_birth(birth: str | None) -> str | None:
    """``1985-02-28`` or ``1985`` as a list has it: ``28/02/1985``, ``1985``."""
    return None if birth is None else "/".join(reversed(birth.split("-")))
