"""Requests to join the contest, as organisers decide on them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput
from quiz_app.services import directory, registrations
from quiz_app.web import people_words
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.registration_views import add_decision_view
from quiz_app.web.translate import gettext


@bp.get("/registrations")
def show_registrations() -> str:
    """Those of every unit that wait, the oldest first."""
    scope = directory.find_organiser_scope(get_current_person())
    return render_template(
        "organiser/registrations.html",
        waiting=registrations.list_registrations(scope=scope),
        switches=registrations.list_switches(organiser=get_current_person()),
        words=people_words,
    )


@bp.post("/contests/<int:contest_id>/registration")
def switch_registration(contest_id: int) -> Response:
    """Let people ask to join a contest, or no longer."""
    wanted = request.form.get("registration", "")
    if wanted not in ("on", "off"):
        raise InvalidInput("Choose whether people may ask to join.")
    registrations.switch_registration(
        organiser=get_current_person(), contest_id=contest_id, is_on=wanted == "on", now=get_now()
    )
    flash(
        gettext("People may ask to join now.")
        if wanted == "on"
        else gettext("No more requests are taken. Those that wait can still be decided on.")
    )
    return redirect(url_for("organiser.show_registrations"), code=303)


add_decision_view(bp, directory.find_organiser_scope)
