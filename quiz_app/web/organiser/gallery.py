"""Which entries everybody may read after the publication."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from quiz_app.services.judging import gallery
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.judging_forms import read_ids
from quiz_app.web.organiser import bp
from quiz_app.web.translate import ngettext


@bp.get("/initiatives/<int:round_id>/gallery")
def show_release(round_id: int) -> str:
    """The judged entries, those that are released ticked."""
    page = gallery.view_release(organiser=get_current_person(), round_id=round_id)
    return render_template("organiser/gallery.html", page=page)


@bp.post("/initiatives/<int:round_id>/gallery")
def release_entries(round_id: int) -> Response:
    """Release those that are ticked, and no others of the page."""
    count = gallery.release_entries(
        organiser=get_current_person(),
        round_id=round_id,
        shown_ids=read_ids("shown"),
        entry_ids=read_ids("entry"),
        now=get_now(),
    )
    flash(ngettext("%(num)d initiative is released.", "%(num)d initiatives are released.", count))
    return redirect(url_for("organiser.show_release", round_id=round_id), code=303)
