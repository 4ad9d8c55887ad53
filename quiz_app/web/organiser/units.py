"""The tree of units, one unit, and its kinds."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from quiz_app.domain.errors import InvalidInput
from quiz_app.exports.sheets import XLSX, SheetColumn, make_workbook
from quiz_app.services.units import kinds as kind_service
from quiz_app.services.units.columns import COLUMNS, KIND
from quiz_app.services.units.exporting import export_units
from quiz_app.services.units.tree import UnitFilter, view_unit, view_units
from quiz_app.web.downloads import make_disposition
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext

LONGEST_SEARCH = 100
SPARE_ROWS = 500
"""Rows below the last unit that are set out as text, for units to come."""


@bp.get("/units")
def show_units() -> str:
    """The tree in groups, or what is looked for."""
    wanted = UnitFilter(
        words=(normalise_text(request.args.get("q")) or "")[:LONGEST_SEARCH],
        kind=request.args.get("kind", ""),
        block=normalise_text(request.args.get("block")) or "",
        shows_closed=request.args.get("closed") == "1",
    )
    return render_template("organiser/units.html", page=view_units(organiser=get_current_person(), wanted=wanted))


@bp.get("/units/<int:unit_id>")
def show_unit(unit_id: int) -> str:
    """One unit: people, quota, sub-units, history."""
    return render_template("organiser/unit.html", details=view_unit(organiser=get_current_person(), unit_id=unit_id))


@bp.get("/units.xlsx")
def download_units() -> Response:
    """All open units as a workbook that can be imported again."""
    sheet = export_units(organiser=get_current_person())
    note = gettext("One of: %(kinds)s", kinds="; ".join(sheet.kind_names))
    columns = [SheetColumn(column.headings[0], note if column is KIND else "") for column in COLUMNS]
    content = make_workbook(gettext("Units"), columns, sheet.rows, spare_rows=SPARE_ROWS)
    response = Response(content, mimetype=XLSX)
    response.headers["Content-Disposition"] = make_disposition(gettext("units") + ".xlsx")
    return response


@bp.get("/units/kinds")
def show_kinds() -> str:
    """The kinds of units and how many units are of each."""
    return _render_kinds(None)


@bp.post("/units/kinds")
def put_kind() -> BaseResponse | tuple[str, int]:
    """Add, rename or delete a kind."""
    organiser, now = get_current_person(), get_now()
    code = request.form.get("code", "")
    try:
        if request.form.get("action") == "delete":
            kind_service.delete_kind(organiser=organiser, code=code, now=now)
        else:
            kind_service.put_kind(
                organiser=organiser, code=code, name=normalise_text(request.form.get("name")) or "", now=now
            )
    except InvalidInput as refusal:
        return _render_kinds(refusal), refusal.status
    flash(gettext("The kinds of units were saved."), "done")
    return redirect(url_for("organiser.show_kinds"), code=303)


def _render_kinds(refusal: InvalidInput | None) -> str:
    lines = kind_service.view_kinds(organiser=get_current_person())
    return render_template("organiser/unit_kinds.html", kinds=lines, refusal=refusal)
