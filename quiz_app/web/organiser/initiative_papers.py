"""Minutes of the judges, the decision with its list of prizes, and the list of entries, in official layout."""

from __future__ import annotations

from flask import render_template
from werkzeug.wrappers import Response

from quiz_app.domain.errors import NotFound
from quiz_app.exports.list_docx import DOCX, make_list_docx
from quiz_app.exports.list_pdf import PDF, make_list_pdf
from quiz_app.exports.list_sheets import XLSX, make_list_workbook
from quiz_app.services.judging import papers
from quiz_app.services.judging.papers import PaperFormat, PaperKind
from quiz_app.web.downloads import make_disposition
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.initiative_paper_words import describe_paper, make_paper
from quiz_app.web.organiser import bp

_MEDIA = {PaperFormat.DOCX: DOCX, PaperFormat.PDF: PDF, PaperFormat.XLSX: XLSX}


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
    if kind not in set(PaperKind) or file_format not in set(PaperFormat):
        raise NotFound
    chosen, wanted = PaperKind(kind), PaperFormat(file_format)
    data = papers.read_paper(organiser=get_current_person(), round_id=round_id, kind=chosen, now=get_now())
    document = make_paper(data, chosen)
    match wanted:
        case PaperFormat.DOCX:
            content = make_list_docx(document)
        case PaperFormat.PDF:
            content = make_list_pdf(document)
        case PaperFormat.XLSX:
            content = make_list_workbook([document])
    response = Response(content, mimetype=_MEDIA[wanted])
    response.headers["Content-Disposition"] = make_disposition(f"{describe_paper(chosen)} {data.round.code}.{wanted}")
    return response
