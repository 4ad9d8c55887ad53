"""Minutes of the judges, the decision with its list of prizes, and the list of entries, in official layout."""

from __future__ import annotations

from flask import render_template
from werkzeug.wrappers import Response

from quiz_app.domain.errors import NotFound
from quiz_app.domain.issued_lists import IssuedPaper
from quiz_app.services.issued_papers import find_paper_state
from quiz_app.services.judging import papers
from quiz_app.services.judging.papers import PaperFormat, PaperKind
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.initiative_paper_words import describe_paper, make_paper
from quiz_app.web.issued_papers import answer_issued_paper, read_paper_format
from quiz_app.web.organiser import bp

_ISSUED = {
    PaperKind.ENTRIES: IssuedPaper.ENTRIES,
    PaperKind.MINUTES: IssuedPaper.MINUTES,
    PaperKind.DECISION: IssuedPaper.DECISION,
}


@bp.get("/initiatives/<int:round_id>/papers")
def show_initiative_papers(round_id: int) -> str:
    """What there is to print and sign."""
    page = papers.view_papers(organiser=get_current_person(), round_id=round_id)
    return render_template(
        "organiser/initiative_papers.html",
        page=page,
        kinds=list(PaperKind),
        formats=list(PaperFormat),
        describe_paper=describe_paper,
    )


@bp.get("/initiatives/<int:round_id>/papers/<kind>.<file_format>")
def download_initiative_paper(round_id: int, kind: str, file_format: str) -> Response:
    """A paper as a file."""
    if kind not in set(PaperKind):
        raise NotFound
    chosen, wanted = PaperKind(kind), read_paper_format(file_format)
    issued, now = _ISSUED[chosen], get_now()
    state = find_paper_state(round_id=round_id, kind=issued)
    data = papers.read_paper(organiser=get_current_person(), round_id=round_id, kind=chosen, now=now)
    return answer_issued_paper(
        make_paper(data, chosen),
        kind=issued,
        file_format=wanted,
        round_id=round_id,
        state=state,
        is_demonstration=data.contest.is_demonstration,
        name=f"{describe_paper(chosen)} {data.round.code}",
        now=now,
    )
