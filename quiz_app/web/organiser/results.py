"""The figures of a round over all units, its people, and the list of prizes."""

from __future__ import annotations

from flask import render_template

from quiz_app.services import directory
from quiz_app.services.participation.overview import view_overview
from quiz_app.services.participation.prizes import view_prizes
from quiz_app.web.identity import get_cache, get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.participation_views import add_participants_view


@bp.get("/rounds/<int:round_id>/overview")
def show_overview(round_id: int) -> str:
    """Every unit against its quota, with charts."""
    now = get_now()
    page = view_overview(organiser=get_current_person(), round_id=round_id, cache=get_cache(), now=now)
    return render_template("organiser/overview.html", page=page, now=now)


add_participants_view(bp, directory.find_organiser_scope)


@bp.get("/rounds/<int:round_id>/prizes")
def show_prizes(round_id: int) -> str:
    """The first people of the ranking, ties explained."""
    now = get_now()
    page = view_prizes(organiser=get_current_person(), round_id=round_id, now=now)
    return render_template("organiser/prizes.html", page=page, now=now)
