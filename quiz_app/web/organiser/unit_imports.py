"""Import of a list of units: upload, preview with differences, confirmation."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput, UnitsChanged
from quiz_app.domain.permissions import may_organise
from quiz_app.services.units import importing
from quiz_app.services.units.columns import COLUMNS
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext
from quiz_app.web.uploads import TABLE_SIZE, accept_upload, read_upload

accept_upload("organiser.upload_units", largest=TABLE_SIZE, may_send=may_organise)


@bp.get("/units/import")
def show_unit_upload() -> str:
    """What the file must look like, and the field for it."""
    return render_template("organiser/unit_upload.html", columns=COLUMNS, read=None, refusal=None)


@bp.post("/units/import")
def upload_units() -> Response | tuple[str, int]:
    """Read the file, and go on to its preview; or say what is wrong with it."""
    try:
        content, name = read_upload()
    except InvalidInput as refusal:
        page = render_template("organiser/unit_upload.html", columns=COLUMNS, read=None, refusal=refusal)
        return page, refusal.status
    read = importing.upload_units(organiser=get_current_person(), content=content, file_name=name, now=get_now())
    if read.import_id is None:
        return render_template("organiser/unit_upload.html", columns=COLUMNS, read=read, refusal=None), 422
    return redirect(url_for("organiser.show_unit_import", import_id=read.import_id), code=303)


@bp.get("/units/imports/<int:import_id>")
def show_unit_import(import_id: int) -> str:
    """What would change."""
    preview = importing.preview_units(organiser=get_current_person(), import_id=import_id)
    return render_template("organiser/unit_preview.html", preview=preview)


@bp.post("/units/imports/<int:import_id>")
def confirm_unit_import(import_id: int) -> Response:
    """Store it all, or let go of it."""
    organiser = get_current_person()
    if request.form.get("action") == "discard":
        importing.discard_units(organiser=organiser, import_id=import_id)
        flash(gettext("The import was let go of; nothing was stored."), "done")
        return redirect(url_for("organiser.show_units"), code=303)
    try:
        done = importing.confirm_units(
            organiser=organiser, import_id=import_id, digest=request.form.get("digest", ""), now=get_now()
        )
    except UnitsChanged:
        flash(gettext("The units have changed since the preview. Look at it again, then confirm."), "problem")
        return redirect(url_for("organiser.show_unit_import", import_id=import_id), code=303)
    flash(
        gettext(
            "The list was stored: %(added)s new units, %(changed)s changed.", added=done.added, changed=done.changed
        ),
        "done",
    )
    return redirect(url_for("organiser.show_units"), code=303)
