"""A participant's home and the start page of a round."""

from __future__ import annotations

from flask import render_template

from quiz_app.services.attempts import list_home_rounds, view_start
from quiz_app.services.initiatives.listing import list_standings
from quiz_app.services.notices import list_notices
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.participant import bp


@bp.get("/my")
def show_home() -> str:
    """The person's rounds: best result, what is owed, what can be done now."""
    now, person = get_now(), get_current_person()
    homes = list_home_rounds(person=person, now=now)
    notices = list_notices(person) if any(home.has_notices for home in homes) else []
    standings = list_standings(person, now)
    return render_template("participant/home.html", homes=homes, notices=notices, standings=standings, now=now)


@bp.get("/rounds/<int:round_id>/start")
def show_start(round_id: int) -> str:
    """The rules of the round, before the clock runs."""
    now = get_now()
    page = view_start(person=get_current_person(), round_id=round_id, now=now)
    return render_template("participant/start.html", page=page, now=now)
