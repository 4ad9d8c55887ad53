"""The figures of the units that a person leads."""

from __future__ import annotations

from flask import render_template

from quiz_app.services.results import list_led_units
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.unit_lead import bp


@bp.get("/")
def show_home() -> str:
    """How far each unit is, round by round."""
    now = get_now()
    return render_template("unit_lead/home.html", units=list_led_units(lead=get_current_person(), now=now), now=now)
