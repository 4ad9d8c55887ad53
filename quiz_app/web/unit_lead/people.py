"""The people of the units that a person leads: looked for, and given one-time codes. Nothing else changes here."""

from __future__ import annotations

from flask import render_template

from quiz_app.services import directory
from quiz_app.web import people_words
from quiz_app.web.directory_views import add_directory_views
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.unit_lead import bp

add_directory_views(bp, directory.find_lead_scope, roles=())


@bp.get("/people/<int:account_id>")
def show_person(account_id: int) -> str:
    """One person of the own units."""
    person = get_current_person()
    view = directory.view_person(actor=person, scope=directory.find_lead_scope(person), account_id=account_id)
    return render_template("unit_lead/person.html", view=view, words=people_words, now=get_now())
