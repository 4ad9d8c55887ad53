"""How far the units that a person leads are: the dashboard, the people, and those to be reminded."""

from __future__ import annotations

from flask import render_template, request

from quiz_app.domain.participation import REMINDED, Participation
from quiz_app.services import directory
from quiz_app.services.initiatives.listing import list_standings
from quiz_app.services.participation.led_units import view_led_dashboard
from quiz_app.services.participation.people import list_reminders
from quiz_app.web.directory_query import read_id
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.participation_query import read_participation_query
from quiz_app.web.participation_views import add_participants_view
from quiz_app.web.participation_words import describe_participation
from quiz_app.web.unit_lead import bp


@bp.get("/")
def show_home() -> str:
    """Whether the units have met their quota, in the round that matters now or in the one asked for."""
    now, lead = get_now(), get_current_person()
    page = view_led_dashboard(lead=lead, round_id=read_id(request.args.get("round", "")), now=now)
    return render_template("unit_lead/home.html", page=page, standings=list_standings(lead, now), now=now)


add_participants_view(bp, directory.find_lead_scope)


@bp.get("/rounds/<int:round_id>/reminders")
def show_reminders(round_id: int) -> str:
    """Whom to remind: a list to copy or to print, and the words of a letter."""
    now, query = get_now(), read_participation_query(request.args)
    page = list_reminders(
        scope=directory.find_lead_scope(get_current_person()),
        round_id=round_id,
        state=query.state or Participation.NOT_BEGUN,
        unit_id=query.unit_id,
        now=now,
    )
    return render_template(
        "unit_lead/reminders.html", page=page, states=REMINDED, describe_state=describe_participation, now=now
    )
