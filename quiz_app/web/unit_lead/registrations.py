"""Requests to join the contest, as the lead of the unit decides on them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.services import directory, registrations
from quiz_app.web import people_words
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.registration_words import describe_decision
from quiz_app.web.unit_lead import bp


@bp.get("/registrations")
def show_registrations() -> str:
    """Those for the own units that wait, the oldest first."""
    scope = directory.find_lead_scope(get_current_person())
    return render_template(
        "unit_lead/registrations.html", waiting=registrations.list_registrations(scope=scope), words=people_words
    )


@bp.post("/registrations/<int:registration_id>/decision")
def decide_registration(registration_id: int) -> Response:
    """Approve or refuse one."""
    person = get_current_person()
    approves = request.form.get("decision") == "approve"
    registration = registrations.decide(
        actor=person,
        scope=directory.find_lead_scope(person),
        registration_id=registration_id,
        approves=approves,
        reason=request.form.get("reason", ""),
        now=get_now(),
    )
    flash(describe_decision(registration, approves=approves))
    return redirect(url_for("unit_lead.show_registrations"), code=303)
