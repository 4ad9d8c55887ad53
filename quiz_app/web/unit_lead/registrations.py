"""Requests to join the contest, as the lead of the unit decides on them."""

from __future__ import annotations

from flask import render_template

from quiz_app.services import directory, registrations
from quiz_app.web import people_words
from quiz_app.web.identity import get_current_person
from quiz_app.web.registration_views import add_decision_view
from quiz_app.web.unit_lead import bp


@bp.get("/registrations")
def show_registrations() -> str:
    """Those for the own units that wait, the oldest first."""
    scope = directory.find_lead_scope(get_current_person())
    return render_template(
        "unit_lead/registrations.html", waiting=registrations.list_registrations(scope=scope), words=people_words
    )


add_decision_view(bp, directory.find_lead_scope)
