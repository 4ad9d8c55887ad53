"""Files of items: a selection in any format, the template to fill in; and the pairs that are nearly the same."""

from __future__ import annotations

from flask import render_template, request
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput
from quiz_app.exports.sheets import XLSX
from quiz_app.services.item_bank.exporting import (
    MOST_REFUSED,
    Export,
    ExportFormat,
    export_items,
    make_template,
)
from quiz_app.services.item_bank.likeness import view_duplicates
from quiz_app.web import bank_words
from quiz_app.web.bank_query import read_item_filter, read_page
from quiz_app.web.directory_query import read_id
from quiz_app.web.downloads import make_disposition
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext

_FILES = {
    ExportFormat.EXCEL: ("xlsx", XLSX),
    ExportFormat.WORD: ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ExportFormat.WORD_WITH_KEY: ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ExportFormat.GIFT: ("gift", "text/plain; charset=utf-8"),
    ExportFormat.MOODLE: ("xml", "application/xml"),
    ExportFormat.QTI: ("zip", "application/zip"),
}
_SAID_ANEW = {"csrf_token", "without"}


@bp.post("/banks/<int:bank_id>/export")
def export_bank_items(bank_id: int) -> Response | tuple[str, int]:
    """The ticked items, or all of the filter, as a file; or which of them the format cannot carry, and why."""
    wanted = request.form.get("format", "")
    if wanted not in set(ExportFormat):
        raise InvalidInput("Choose one of the list.")
    ticked = [read_id(value.partition(".")[0]) for value in request.form.getlist("item")]
    export = export_items(
        organiser=get_current_person(),
        bank_id=bank_id,
        chosen=read_item_filter(request.form),
        item_ids=frozenset(item_id for item_id in ticked if item_id is not None),
        wanted=ExportFormat(wanted),
        now=get_now(),
        leaves_out=request.form.get("without") == "yes",
    )
    if export.refused:
        return _say_refused(export), 422
    suffix, media_type = _FILES[ExportFormat(wanted)]
    name = (
        export.bank.title
        if wanted != ExportFormat.WORD_WITH_KEY
        else gettext("%(name)s with key", name=export.bank.title)
    )
    response = Response(export.content, content_type=media_type)
    response.headers["Content-Disposition"] = make_disposition(f"{name}.{suffix}")
    return response


@bp.get("/banks/template.xlsx")
def download_item_template() -> Response:
    """The Excel file to fill in, with its guide."""
    response = Response(make_template(organiser=get_current_person()), mimetype=XLSX)
    response.headers["Content-Disposition"] = make_disposition(gettext("questions to fill in") + ".xlsx")
    return response


@bp.get("/banks/<int:bank_id>/duplicates")
def show_duplicates(bank_id: int) -> str:
    """Items that are nearly the same, side by side."""
    page = view_duplicates(
        organiser=get_current_person(), bank_id=bank_id, number=read_page(request.args.get("page", ""))
    )
    return render_template("organiser/bank_duplicates.html", page=page, words=bank_words)


def _say_refused(export: Export) -> str:
    asked = [(name, value) for name, value in request.form.items(multi=True) if name not in _SAID_ANEW]
    return render_template(
        "organiser/bank_export.html", export=export, asked=asked, most=MOST_REFUSED, describe=gettext
    )
