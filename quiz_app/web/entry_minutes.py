"""The minutes of a department's appraisal, in the official layout (Nghị định 30/2020/NĐ-CP, Phụ lục I), to be signed by
hand. What only those present know is left as dots.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import request
from werkzeug.wrappers import Response

from quiz_app.domain.initiatives.states import EntryState
from quiz_app.domain.issued_lists import FileFormat, IssuedPaper
from quiz_app.exports.documents import Cell, CellKind, DocumentColumn, OfficialDocument, Signature
from quiz_app.services.initiatives.minutes import Minutes
from quiz_app.web.entry_words import describe_category
from quiz_app.web.issued_papers import answer_issued_paper
from quiz_app.web.language import get_language
from quiz_app.web.translate import gettext
from quiz_app.web.value_words import describe_place_and_date

DOTS = "…………………………"
_FORWARDED = (
    EntryState.FORWARDED,
    EntryState.REFUSED,
    EntryState.ADMITTED,
    EntryState.SHORTLISTED,
    EntryState.PRESENTED,
)
_DECISIONS: Mapping[EntryState, Callable[[], str]] = {
    EntryState.SUBMITTED: lambda: gettext("Not decided yet"),
    EntryState.RETURNED: lambda: gettext("Returned to be completed"),
    EntryState.DECLINED: lambda: gettext("Not forwarded to the contest"),
    EntryState.WITHDRAWN: lambda: gettext("Withdrawn"),
    **dict.fromkeys(_FORWARDED, lambda: gettext("Forwarded to the contest")),
}


def send_minutes(minutes: Minutes) -> Response:
    """The minutes as the format of the address asks: pdf, or else a Word document."""
    return answer_issued_paper(
        make_minutes_document(minutes),
        kind=IssuedPaper.APPRAISAL,
        file_format=FileFormat.PDF if request.args.get("format") == "pdf" else FileFormat.DOCX,
        round_id=minutes.round.id,
        state={},
        is_demonstration=False,
        name=gettext("minutes of appraisal %(code)s", code=minutes.round.code),
        now=minutes.made_at,
    )


def make_minutes_document(minutes: Minutes) -> OfficialDocument:
    """Time and place, who was present, how many were decided how, and each initiative with its decision."""
    made_on = minutes.made_at.astimezone(minutes.round.zone)
    rows: list[list[Cell]] = [
        [
            number,
            str(each.line.number),
            each.line.title,
            each.line.unit_name,
            describe_category(each.line.category, minutes.round),
            _DECISIONS[each.line.state](),
            " ".join(each.reason.split()),
        ]
        for number, each in enumerate(minutes.lines, start=1)
    ]
    return OfficialDocument(
        language=get_language(),
        national_title=gettext("SOCIALIST REPUBLIC OF VIET NAM"),
        motto=gettext("Independence - Freedom - Happiness"),
        superior=None,
        issuer=minutes.department,
        number_line=gettext("Number: ………/……"),
        date_line=describe_place_and_date(made_on),
        title=gettext("MINUTES OF THE APPRAISAL OF INITIATIVES"),
        subtitle=(minutes.round.title,),
        preamble=_list_preamble(minutes),
        columns=(
            DocumentColumn(gettext("Ord."), CellKind.ORDINAL, 10),
            DocumentColumn(gettext("Number"), CellKind.CENTRED, 13),
            DocumentColumn(gettext("Name of the initiative"), CellKind.TEXT, 45),
            DocumentColumn(gettext("Unit"), CellKind.TEXT, 30),
            DocumentColumn(gettext("Category"), CellKind.TEXT, 22),
            DocumentColumn(gettext("Decision"), CellKind.TEXT, 20),
            DocumentColumn(gettext("Reason"), CellKind.TEXT, 25),
        ),
        rows=rows,
        empty_text="",
        footer=(
            gettext("The minutes were read to those present, who agree with them, and end at %(dots)s.", dots=DOTS),
        ),
        signatures=(
            Signature(gettext("SECRETARY"), gettext("(signature, full name)")),
            Signature(gettext("CHAIR"), gettext("(signature, full name)")),
        ),
        proof=None,
        sheet_name=minutes.round.code,
    )


def _list_preamble(minutes: Minutes) -> tuple[str, ...]:
    units = {each.line.unit_id for each in minutes.lines}
    return (
        gettext("1. Time: begun at %(dots)s; place: %(dots)s", dots=DOTS),
        gettext("2. Chair: %(dots)s; secretary: %(dots)s", dots=DOTS),
        gettext("3. Those present: %(dots)s", dots=DOTS),
        gettext(
            "4. Handed in were %(entries)s initiatives of %(units)s units: %(forwarded)s forwarded to the contest, "
            "%(returned)s returned to be completed, %(declined)s not forwarded, %(open)s not decided yet, "
            "%(withdrawn)s withdrawn.",
            entries=len(minutes.lines),
            units=len(units),
            forwarded=minutes.count(*_FORWARDED),
            returned=minutes.count(EntryState.RETURNED),
            declined=minutes.count(EntryState.DECLINED),
            open=minutes.count(EntryState.SUBMITTED),
            withdrawn=minutes.count(EntryState.WITHDRAWN),
        ),
    )
