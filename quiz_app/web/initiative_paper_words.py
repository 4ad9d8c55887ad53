"""The papers of an initiative round in words. Layout by Nghị định 30/2020/NĐ-CP; places, numbers and what only the
committee knows are left as dots, to be filled in by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from quiz_app.domain.judging.judgements import FIRST_STAGE
from quiz_app.exports.documents import Cell, CellKind, DocumentColumn, OfficialDocument, Signature
from quiz_app.services.judging.papers import PaperData, PaperKind
from quiz_app.web.entry_words import describe_category
from quiz_app.web.formatting import find_language
from quiz_app.web.judging_words import describe_averaging, describe_shortcoming
from quiz_app.web.presenting_words import describe_prize
from quiz_app.web.translate import gettext, ngettext
from quiz_app.web.value_formats import format_points
from quiz_app.web.value_words import describe_place_and_date

DOTS = "…………………………"
_NAMES: Mapping[PaperKind, Callable[[], str]] = {
    PaperKind.ENTRIES: lambda: gettext("List of initiatives"),
    PaperKind.MINUTES: lambda: gettext("Minutes of the judges' meeting"),
    PaperKind.DECISION: lambda: gettext("Decision on the prizes"),
}
_Row = list[Cell]


def describe_paper(kind: PaperKind) -> str:
    """What a paper is."""
    return _NAMES[kind]()


def make_paper(data: PaperData, kind: PaperKind) -> OfficialDocument:
    """The paper, in the language of the request."""
    return {PaperKind.ENTRIES: _make_entries, PaperKind.MINUTES: _make_minutes, PaperKind.DECISION: _make_decision}[
        kind
    ](data)


def _make_entries(data: PaperData) -> OfficialDocument:
    places = {each.entry_id: each for each in data.places}
    rows: list[_Row] = []
    for number, entry in enumerate(data.entries.values(), start=1):
        place = places.get(entry.id)
        rows.append(
            [
                number,
                str(entry.number),
                entry.title,
                entry.unit_name,
                describe_category(entry.category, data.round),
                None if place is None else place.finalist.first.hundredths,
            ]
        )
    columns = (
        DocumentColumn(gettext("Ord."), CellKind.ORDINAL, 11),
        DocumentColumn(gettext("Number"), CellKind.CENTRED, 15),
        DocumentColumn(gettext("Name of the initiative"), CellKind.TEXT, 58),
        DocumentColumn(gettext("Unit"), CellKind.TEXT, 38),
        DocumentColumn(gettext("Category"), CellKind.TEXT, 26),
        DocumentColumn(gettext("Mark of round 1"), CellKind.SCORE, 17),
    )
    return _make(
        data,
        title=gettext("LIST OF INITIATIVES THAT ARE JUDGED"),
        subtitle=(f"{data.round.title} – {data.contest.title}",),
        columns=columns,
        rows=rows,
        footer=(ngettext("The list has %(num)d initiative.", "The list has %(num)d initiatives.", len(rows)),),
        signatures=(
            Signature(gettext("LIST MADE BY"), gettext("(signature, full name)")),
            Signature(gettext("THE ORGANISING COMMITTEE"), gettext("(signature, seal)")),
        ),
    )


def _make_minutes(data: PaperData) -> OfficialDocument:
    language, settings = find_language(), data.round.settings
    presentation = settings.presentation
    preamble = [
        gettext("1. Time: begun at %(dots)s; place: %(dots)s", dots=DOTS),
        gettext("2. Chair: %(dots)s; secretary: %(dots)s", dots=DOTS),
        gettext("3. Those present:"),
    ]
    head = gettext("head of the panel")
    for panel in data.panels:
        names = ", ".join(
            f"{judge.name} ({head})" if judge.id == panel.head_id else judge.name for judge in panel.members
        )
        stage = gettext("round 1") if panel.stage == FIRST_STAGE else gettext("round 2")
        preamble.append(f"- {panel.name} ({stage}): {names or DOTS}")
    preamble.append(
        gettext(
            "4. Judged were %(entries)s initiatives with %(sheets)s confirmed sheets. Round 1: %(rule)s, highest mark "
            "%(most)s points; at least %(judges)s judges for each initiative.",
            entries=len(data.entries),
            sheets=data.confirmed_count,
            rule=describe_averaging(data.rules.averaging),
            most=format_points(data.rules.rubric.maximum_hundredths, language),
            judges=data.rules.judges_per_entry,
        )
    )
    if presentation is not None:
        preamble.append(
            gettext(
                "Round 2: %(rule)s, highest mark %(most)s points. Both rounds are taken as shares of their highest "
                "mark, round 1 with %(first)s and round 2 with %(second)s parts; points of 100, rounded down.",
                rule=describe_averaging(presentation.averaging),
                most=format_points(presentation.rubric.maximum_hundredths, language),
                first=presentation.first_weight,
                second=presentation.second_weight,
            )
        )
    preamble.append(gettext("5. Result:"))
    prizes = {line.entry_id: describe_prize(line.prize, data.round) for line, _ in data.prizes if line.entry_id}
    rows: list[_Row] = []
    for place in data.places:
        entry = data.entries[place.entry_id]
        note = prizes.get(entry.id) or "; ".join(describe_shortcoming(each) for each in place.finalist.shortcomings)
        row: _Row = [place.place, f"{entry.number}. {entry.title}", entry.unit_name, place.finalist.first.hundredths]
        if presentation is not None:
            row.append(None if place.finalist.second is None else place.finalist.second.hundredths)
        rows.append([*row, place.points_hundredths, note])
    columns = [
        DocumentColumn(gettext("Place"), CellKind.CENTRED, 12),
        DocumentColumn(gettext("Initiative"), CellKind.TEXT, 52),
        DocumentColumn(gettext("Unit"), CellKind.TEXT, 32),
        DocumentColumn(gettext("Round 1"), CellKind.SCORE, 15),
        DocumentColumn(gettext("Points of 100"), CellKind.SCORE, 17),
        DocumentColumn(gettext("Note"), CellKind.TEXT, 24),
    ]
    if presentation is not None:
        columns.insert(4, DocumentColumn(gettext("Round 2"), CellKind.SCORE, 15))
    return _make(
        data,
        title=gettext("MINUTES"),
        subtitle=(gettext("of the judges' meeting on “%(round)s”", round=data.round.title), data.contest.title),
        preamble=tuple(preamble),
        columns=tuple(columns),
        rows=rows,
        footer=(
            gettext("6. Opinions and proposals: %(dots)s", dots=DOTS * 3),
            gettext(
                "The meeting ended at %(dots)s. The minutes were read, and all who were present agreed.", dots=DOTS
            ),
        ),
        signatures=(
            Signature(gettext("SECRETARY"), gettext("(signature, full name)")),
            Signature(gettext("CHAIR"), gettext("(signature, full name)")),
        ),
    )


def _make_decision(data: PaperData) -> OfficialDocument:
    rows: list[_Row] = []
    values = {prize.code: prize.value for prize in data.round.settings.prizes}
    for number, (line, authors) in enumerate(data.prizes, start=1):
        rows.append(
            [
                number,
                describe_prize(line.prize, data.round, line.category),
                line.title or line.unit_name,
                ", ".join(authors),
                line.unit_name,
                values.get(line.prize, ""),
            ]
        )
    columns = (
        DocumentColumn(gettext("Ord."), CellKind.ORDINAL, 11),
        DocumentColumn(gettext("Prize"), CellKind.TEXT, 28),
        DocumentColumn(gettext("Name of the initiative"), CellKind.TEXT, 46),
        DocumentColumn(gettext("Authors"), CellKind.TEXT, 34),
        DocumentColumn(gettext("Unit"), CellKind.TEXT, 28),
        DocumentColumn(gettext("Value of the prize"), CellKind.TEXT, 18),
    )
    return _make(
        data,
        number_line=gettext("Number: ………/QĐ-……"),
        title=gettext("DECISION"),
        subtitle=(gettext("on giving the prizes of “%(round)s”", round=data.round.title), data.contest.title),
        preamble=(
            gettext("Pursuant to %(dots)s;", dots=DOTS),
            gettext("Pursuant to the rules of the contest “%(contest)s”;", contest=data.contest.title),
            gettext("Pursuant to the minutes of the judges' meeting of %(dots)s,", dots=DOTS),
            gettext("IT IS DECIDED:"),
            ngettext(
                "Article 1. %(num)d prize of “%(round)s” is given, by the list below:",
                "Article 1. %(num)d prizes of “%(round)s” are given, by the list below:",
                len(rows),
                round=data.round.title,
            ),
        ),
        columns=columns,
        rows=rows,
        footer=(
            gettext("Article 2. The cost is met from %(dots)s.", dots=DOTS),
            gettext("Article 3. The units and people named carry out this decision, which holds from its signing."),
        ),
        signatures=(
            Signature(gettext("SENT TO"), gettext("as Article 3; filed")),
            Signature(gettext("HEAD OF THE COMMITTEE"), gettext("(signature, seal)")),
        ),
    )


def _make(
    data: PaperData,
    *,
    title: str,
    subtitle: tuple[str, ...],
    columns: tuple[DocumentColumn, ...],
    rows: list[_Row],
    footer: tuple[str, ...],
    signatures: tuple[Signature, ...],
    preamble: tuple[str, ...] = (),
    number_line: str = "",
) -> OfficialDocument:
    dated = data.made_at.astimezone(data.round.zone)
    if data.contest.is_demonstration:
        subtitle = (*subtitle, gettext("Demonstration contest: results have no value."))
    return OfficialDocument(
        language=find_language(),
        national_title=gettext("SOCIALIST REPUBLIC OF VIET NAM"),
        motto=gettext("Independence - Freedom - Happiness"),
        superior=None,
        issuer=data.contest.organiser,
        number_line=number_line or gettext("Number: ………/……"),
        date_line=describe_place_and_date(dated),
        title=title,
        subtitle=subtitle,
        preamble=preamble,
        columns=columns,
        rows=rows,
        empty_text=gettext("There is nothing on this list."),
        footer=footer,
        signatures=signatures,
        proof=None,
        sheet_name=title.capitalize(),
    )
