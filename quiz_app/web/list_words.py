"""Official lists in words: what stands on them, in the language of the request (of a job: Vietnamese)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from quiz_app.domain.certificates import format_code
from quiz_app.domain.issued_lists import FileFormat, Finding, FindingKind, IssuedPaper, ListKind
from quiz_app.domain.units import Quota
from quiz_app.exports.documents import Cell, CellKind, DocumentColumn, DocumentProof, OfficialDocument, Signature
from quiz_app.services.score_lists import ListedPerson, ListedUnit, ListFigures, OfficialData
from quiz_app.web.language import get_language
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import (
    format_elapsed,
    format_instant,
    format_number,
    format_percent,
    format_points,
)
from quiz_app.web.value_words import describe_instant

TITLES: Mapping[ListKind, Callable[[], str]] = {
    ListKind.SCORES: lambda: gettext("SCORE LIST"),
    ListKind.REMINDER: lambda: gettext("LIST OF PEOPLE TO BE REMINDED"),
    ListKind.RANKING: lambda: gettext("RANKING OF PARTICIPANTS"),
    ListKind.PARTICIPATION: lambda: gettext("REPORT ON PARTICIPATION"),
}
NAMES: Mapping[ListKind, Callable[[], str]] = {
    ListKind.SCORES: lambda: gettext("Score list"),
    ListKind.REMINDER: lambda: gettext("Reminder list (below the cut score, not begun)"),
    ListKind.RANKING: lambda: gettext("Ranking of people"),
    ListKind.PARTICIPATION: lambda: gettext("Report on participation"),
}
PAPER_NAMES: Mapping[IssuedPaper, Callable[[], str]] = {
    IssuedPaper.ENTRIES: lambda: gettext("List of initiatives"),
    IssuedPaper.MINUTES: lambda: gettext("Minutes of the judges' meeting"),
    IssuedPaper.DECISION: lambda: gettext("Decision on the prizes"),
    IssuedPaper.JUDGE_SHEET: lambda: gettext("Score sheet of a judge"),
    IssuedPaper.APPRAISAL: lambda: gettext("Minutes of the appraisal"),
}
FILE_NAMES: Mapping[ListKind, Callable[[], str]] = {
    ListKind.SCORES: lambda: gettext("score list"),
    ListKind.REMINDER: lambda: gettext("reminder list"),
    ListKind.RANKING: lambda: gettext("ranking"),
    ListKind.PARTICIPATION: lambda: gettext("participation"),
}


@dataclass(frozen=True, slots=True)
class _Column:
    """A column and what of a line stands in it."""

    heading: str
    kind: CellKind
    width: float
    read: Callable[[Any], Cell]


def describe_list(kind: ListKind | IssuedPaper) -> str:
    """The name of a kind of list, or of a paper of an initiative round."""
    return PAPER_NAMES[kind]() if isinstance(kind, IssuedPaper) else NAMES[kind]()


def describe_format(file_format: FileFormat) -> str:
    """The name of a file format, with what it is good for."""
    words: dict[FileFormat, Callable[[], str]] = {
        FileFormat.XLSX: lambda: gettext("Excel (.xlsx)"),
        FileFormat.CSV: lambda: gettext("Plain table (.csv)"),
        FileFormat.PDF: lambda: gettext("To print and sign (.pdf)"),
        FileFormat.DOCX: lambda: gettext("Word, to be edited (.docx)"),
    }
    return words[file_format]()


def make_document(data: OfficialData, *, code: str, address: str) -> OfficialDocument:
    """The document of the list. ``address`` is that of the page where codes are checked."""
    zone = data.round.zone
    columns = _list_unit_columns(data) if data.kind is ListKind.PARTICIPATION else _list_people_columns(data)
    lines: tuple[Any, ...] = data.units if data.kind is ListKind.PARTICIPATION else data.people
    rows = [
        [number if column.kind is CellKind.ORDINAL else column.read(line) for column in columns]
        for number, line in enumerate(lines, start=1)
    ]
    made_on = data.made_at.astimezone(zone)
    grouped = format_code(code)
    return OfficialDocument(
        language=get_language(),
        national_title=gettext("SOCIALIST REPUBLIC OF VIET NAM"),
        motto=gettext("Independence - Freedom - Happiness"),
        superior=data.superior,
        issuer=data.contest.organiser if data.unit is None else data.unit.name,
        number_line=gettext("No. ……/DS"),
        # Days below 10 and months below 3 with a nought before them: Nghị định 30/2020/NĐ-CP, Phụ lục I.
        date_line=gettext(
            "…………, %(day)s/%(month)s/%(year)s",
            day=f"{made_on.day:02d}",
            month=f"{made_on.month:02d}" if made_on.month < 3 else str(made_on.month),
            year=made_on.year,
        ),
        title=TITLES[data.kind](),
        subtitle=_make_subtitle(data),
        columns=tuple(DocumentColumn(column.heading, column.kind, column.width) for column in columns),
        rows=rows,
        empty_text=gettext("There is nobody on this list."),
        footer=tuple(_make_footer(data)),
        signatures=(
            Signature(gettext("LIST MADE BY"), gettext("(signature, full name)")),
            Signature(
                gettext("THE ORGANISING COMMITTEE") if data.unit is None else gettext("HEAD OF THE UNIT"),
                gettext("(signature, seal)"),
            ),
        ),
        proof=DocumentProof(
            code=grouped,
            code_label=gettext("Verification code"),
            check_label=gettext("Check it at"),
            address=address,
            url=f"{address}/{grouped}",
        ),
        sheet_name=data.unit.name if data.unit is not None else FILE_NAMES[data.kind](),
    )


def make_totals(data: OfficialData) -> dict[str, Any]:
    """The figures that the public page shows beside the list: sums only, of nobody in particular."""
    figures = data.figures
    return {
        "staff": figures.staff_number,
        "taken_part": figures.taken_part,
        "passed": figures.passed,
        "not_begun": figures.not_begun,
        "owed": figures.owed,
        "is_demonstration": data.contest.is_demonstration,
    }


def make_file_name(data: OfficialData, suffix: str) -> str:
    """The name of the file: what it is, of whom, as of when."""
    whose = data.unit.name if data.unit is not None else data.round.title
    made_on = data.made_at.astimezone(data.round.zone)
    return f"{FILE_NAMES[data.kind]()} - {whose} - {made_on:%Y-%m-%d %H%M}.{suffix}"


def describe_finding(finding: Finding, columns: tuple[str, ...]) -> str:
    """A difference in a sentence; never what stood there."""
    named = ", ".join(f"“{columns[place]}”" for place in finding.columns if place < len(columns))
    values = {"row": finding.row, "file_row": finding.file_row, "columns": named}
    words: dict[FindingKind, Callable[[], str]] = {
        FindingKind.ROW_ALTERED: lambda: (
            gettext("Row %(row)s was altered in the column %(columns)s (row %(file_row)s of the file).", **values)
            if named
            else gettext("Row %(row)s was altered (row %(file_row)s of the file).", **values)
        ),
        FindingKind.ROW_MISSING: lambda: gettext("Row %(row)s is missing.", **values),
        FindingKind.LINE_ADDED: lambda: gettext("Row %(file_row)s of the file was added.", **values),
        FindingKind.TEXT_ALTERED: lambda: gettext(
            "The text above or below the table was altered (row %(file_row)s of the file).", **values
        ),
        FindingKind.TEXT_MISSING: lambda: gettext("A line of the text above or below the table is missing."),
        FindingKind.REORDERED: lambda: gettext("All rows are there and unchanged, but in another order."),
        FindingKind.TOO_DIFFERENT: lambda: gettext("The number of rows is quite another; the file is not this list."),
        FindingKind.SHEET_ADDED: lambda: gettext("The file has a sheet that is none of the lists that were issued."),
        FindingKind.SHOWS_OTHERWISE: lambda: gettext(
            "The file has formulas or number formats that may show what is not stored; a list as issued has none."
        ),
    }
    return words[finding.kind]()


def _make_subtitle(data: OfficialData) -> tuple[str, ...]:
    moment = describe_instant(min(data.made_at, data.round.closes_at), data.round.zone)
    lines = [f"{data.round.title} – {data.contest.title}"]
    if data.made_at >= data.round.closes_at:
        lines.append(gettext("Locked at %(moment)s", moment=moment))
    else:
        lines.append(gettext("As of %(moment)s, the round being open", moment=moment))
    if data.contest.is_demonstration:
        lines.append(gettext("Demonstration contest: results have no value."))
    return tuple(lines)


def _make_footer(data: OfficialData) -> list[str]:
    figures, language = data.figures, get_language()
    cut = format_points(data.round.settings.cut_score_hundredths, language)
    lines = []
    if data.kind is ListKind.REMINDER:
        lines.append(gettext(
            "On the list: %(count)s people, of whom %(below)s below %(cut)s points and %(rest)s not begun.",
            count=format_number(len(data.people), language), below=format_number(figures.below, language), cut=cut,
            rest=format_number(figures.not_begun, language),
        ))  # fmt: skip
    taken = format_number(figures.taken_part, language)
    if figures.staff_number is not None and figures.participation is not None:
        lines.append(gettext(
            "Staff: %(staff)s; taken part: %(taken)s; rate: %(rate)s.",
            staff=format_number(figures.staff_number, language), taken=taken,
            rate=format_percent(figures.participation, language),
        ))  # fmt: skip
    else:
        lines.append(gettext("Staff: not known; taken part: %(taken)s.", taken=taken))
    passed = gettext(
        "Passed with %(cut)s points or more: %(passed)s.", cut=cut, passed=format_number(figures.passed, language)
    )
    lines.append(f"{passed} {_describe_quota(figures)}".strip())
    return lines


def _describe_quota(figures: ListFigures) -> str:
    language = get_language()
    if figures.owed is None:
        return ""
    share = describe_quota_rule(figures.quota)
    owed = format_number(figures.owed, language)
    values = {"owed": f"{owed} ({share})" if share else owed, "missing": format_number(figures.missing or 0, language)}
    if figures.missing:
        return gettext("Quota: %(owed)s people who pass: NOT MET, %(missing)s missing.", **values)
    return gettext("Quota: %(owed)s people who pass: MET.", **values)


def describe_quota_rule(quota: Quota | None) -> str:
    """The share that a quota asks for, ``30%``; "" where it is a number."""
    return f"{quota.people_percent}%" if quota is not None and quota.people_percent is not None else ""


def _list_people_columns(data: OfficialData) -> list[_Column]:
    language, zone = get_language(), data.round.zone
    kinds = CellKind

    def tell_note(person: ListedPerson) -> str:
        return _tell_state(person, data)

    name = _Column(gettext("Full name"), kinds.TEXT, 40, lambda person: person.name)
    unit = _Column(gettext("Department, unit"), kinds.TEXT, 33, lambda person: person.unit_name)
    title = _Column(gettext("Job title"), kinds.TEXT, 25, lambda person: person.job_title)
    score = _Column(gettext("Best score"), kinds.SCORE, 15, lambda person: person.score_hundredths)
    attempts = _Column(gettext("Attempts made"), kinds.NUMBER, 16, lambda person: person.attempt_count)
    elapsed = _Column(
        gettext("Time taken (min:s)"), kinds.CENTRED, 24,
        lambda person: None if person.elapsed_ms is None else format_elapsed(person.elapsed_ms, language),
    )  # fmt: skip
    reached = _Column(gettext("Reached at"), kinds.CENTRED, 23, lambda person: _format_moment(person.finished_at, zone))
    note = _Column(gettext("Note"), kinds.TEXT, 24, tell_note)
    if data.kind is ListKind.RANKING:
        place = _Column(gettext("Place"), kinds.NUMBER, 12, lambda person: person.place)
        return [place, name, unit, score, elapsed, reached, attempts]
    ordinal = _Column(gettext("Ord."), kinds.ORDINAL, 10, lambda _: None)
    birth = _Column(gettext("Date of birth"), kinds.CENTRED, 22, lambda person: _format_birth(person.birth))
    phone = _Column(gettext("Telephone"), kinds.CENTRED, 24, lambda person: person.phone)
    if data.kind is ListKind.REMINDER:
        chosen = [ordinal, name, title, unit, phone, score, note]
        return chosen if data.shows_units else [column for column in chosen if column is not unit]
    correct = _Column(gettext("Right answers"), kinds.NUMBER, 15, lambda person: person.correct_count)
    chosen = [ordinal, name, birth, title, unit, phone, attempts, correct, score, elapsed, reached, note]
    # A column that says the same in every row says nothing.
    return chosen if data.shows_units else [column for column in chosen if column is not unit]


def _list_unit_columns(data: OfficialData) -> list[_Column]:
    language, kinds = get_language(), CellKind

    def tell_quota(unit: ListedUnit) -> str:
        figures = unit.figures
        if figures.owed is None:
            return ""
        if figures.missing:
            return gettext("Not met, %(missing)s missing", missing=figures.missing)
        return gettext("Met")

    return [
        _Column(gettext("Ord."), kinds.ORDINAL, 10, lambda _: None),
        _Column(gettext("Unit"), kinds.TEXT, 62, lambda unit: unit.name),
        _Column(gettext("Block"), kinds.TEXT, 30, lambda unit: unit.block),
        _Column(gettext("Staff"), kinds.NUMBER, 17, lambda unit: unit.figures.staff_number),
        _Column(gettext("Taken part"), kinds.NUMBER, 17, lambda unit: unit.figures.taken_part),
        _Column(
            gettext("Rate"), kinds.CENTRED, 17,
            lambda unit: None
            if unit.figures.participation is None
            else format_percent(unit.figures.participation, language),
        ),
        _Column(gettext("Passed"), kinds.NUMBER, 15, lambda unit: unit.figures.passed),
        _Column(gettext("Mean best score"), kinds.SCORE, 18, lambda unit: unit.mean_score_hundredths),
        _Column(gettext("Quota"), kinds.NUMBER, 16, lambda unit: unit.figures.owed),
        _Column(gettext("Result"), kinds.TEXT, 30, tell_quota),
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


__all__ = [
    "describe_finding",
    "describe_format",
    "describe_list",
    "describe_quota_rule",
    "make_document",
    "make_file_name",
    "make_totals",
]
