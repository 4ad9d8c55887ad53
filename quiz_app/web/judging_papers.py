"""The paper of a judge in the official layout (Nghị định 30/2020/NĐ-CP, Phụ lục I), to be signed by hand."""

from __future__ import annotations

from werkzeug.wrappers import Response

from quiz_app.domain.errors import NotFound
from quiz_app.domain.issued_lists import FileFormat, IssuedPaper
from quiz_app.exports.documents import Cell, CellKind, DocumentColumn, OfficialDocument, Signature
from quiz_app.services.judging.judge_papers import JudgePaper, make_judge_paper
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.issued_papers import answer_issued_paper, read_paper_format
from quiz_app.web.language import get_language
from quiz_app.web.translate import gettext, ngettext
from quiz_app.web.value_formats import format_points
from quiz_app.web.value_words import describe_place_and_date

PORTRAIT_MM, LANDSCAPE_MM = 165, 252
"""Millimetres between the margins."""
_NUMBER_MM, _CODE_MM, _MARK_MM = 10, 22, 20


def answer_paper(*, round_id: int, judge_id: int, stage: int, suffix: str) -> Response:
    """The paper as pdf or docx. Raises NotFound for any other suffix, and as ``make_judge_paper``."""
    file_format, now = read_paper_format(suffix), get_now()
    if file_format not in (FileFormat.PDF, FileFormat.DOCX):
        raise NotFound
    paper = make_judge_paper(person=get_current_person(), round_id=round_id, judge_id=judge_id, stage=stage, now=now)
    marks = sorted([line.entry_id, line.total] for line in paper.lines)
    return answer_issued_paper(
        make_judge_document(paper),
        kind=IssuedPaper.JUDGE_SHEET,
        file_format=file_format,
        round_id=round_id,
        state={"judge": judge_id, "stage": stage, "results": marks},
        is_demonstration=paper.contest.is_demonstration,
        name=gettext("score sheet - %(name)s", name=paper.judge_name),
        now=now,
    )


def make_judge_document(paper: JudgePaper) -> OfficialDocument:
    """Number, code, title, the mark for each criterion, the total."""
    language = get_language()
    made_on = paper.made_at.astimezone(paper.round.zone)
    heads = [
        gettext("%(title)s (at most %(most)s)", title=each.title, most=format_points(each.maximum_hundredths, language))
        for each in paper.rubric
    ]
    count = len(heads) + 4
    width = LANDSCAPE_MM if count > 7 else PORTRAIT_MM
    title_mm = max(40, width - _NUMBER_MM - _CODE_MM - _MARK_MM * (len(heads) + 1))
    rows: list[list[Cell]] = [
        [number, line.code, line.title, *(line.marks.get(each.code) for each in paper.rubric), line.total]
        for number, line in enumerate(paper.lines, start=1)
    ]
    footer = []
    if paper.open_count:
        footer.append(
            ngettext(
                "%(num)d sheet of this judge is not confirmed and not listed here.",
                "%(num)d sheets of this judge are not confirmed and not listed here.",
                paper.open_count,
            )
        )
    return OfficialDocument(
        language=language,
        national_title=gettext("SOCIALIST REPUBLIC OF VIET NAM"),
        motto=gettext("Independence - Freedom - Happiness"),
        superior=None,
        issuer=paper.contest.organiser,
        number_line="",
        date_line=describe_place_and_date(made_on),
        title=gettext("SCORE SHEET OF A JUDGE"),
        subtitle=tuple(
            line
            for line in (
                paper.round.title,
                gettext("Judge: %(name)s", name=paper.judge_name),
                gettext("Panel: %(name)s", name=paper.panel) if paper.panel else "",
            )
            if line
        ),
        columns=(
            DocumentColumn(gettext("Ord."), CellKind.ORDINAL, _NUMBER_MM),
            DocumentColumn(gettext("Code"), CellKind.CENTRED, _CODE_MM),
            DocumentColumn(gettext("Name of the initiative"), CellKind.TEXT, title_mm),
            *(DocumentColumn(head, CellKind.SCORE, _MARK_MM) for head in heads),
            DocumentColumn(gettext("Total mark"), CellKind.SCORE, _MARK_MM),
        ),
        rows=rows,
        empty_text="",
        footer=tuple(footer),
        signatures=(Signature(gettext("JUDGE"), gettext("(signature, full name)")),),
        proof=None,
        sheet_name=paper.judge_name,
    )
