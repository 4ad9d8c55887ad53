"""Official lists in words: what stands on them, in the language of the request (of a job: Vietnamese)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from quiz_app.domain.certificates import format_code
from quiz_app.domain.issued_lists import FileFormat, IssuedPaper, ListKind
from quiz_app.domain.units import Quota
from quiz_app.exports.documents import CellKind, DocumentColumn, DocumentProof, OfficialDocument, Signature
from quiz_app.services.score_lists import ListFigures, OfficialData
from quiz_app.web.language import get_language
from quiz_app.web.list_columns import list_people_columns, list_unit_columns
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import (
    format_number,
    format_percent,
    format_points,
)
from quiz_app.web.value_words import describe_instant, describe_place_and_date

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
    columns = list_unit_columns() if data.kind is ListKind.PARTICIPATION else list_people_columns(data)
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
        date_line=describe_place_and_date(made_on),
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
