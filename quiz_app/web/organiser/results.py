"""The figures of a round over all units, its people, and the list of prizes."""

from __future__ import annotations

from flask import render_template, request

from quiz_app.domain.participation import Participation
from quiz_app.services import directory
from quiz_app.services.participation.overview import view_overview
from quiz_app.services.participation.people import search_participants
from quiz_app.services.participation.prizes import view_prizes
from quiz_app.web.directory_query import format_place
from quiz_app.web.identity import get_cache, get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.participation_query import read_participation_query
from quiz_app.web.participation_words import describe_participation


@bp.get("/rounds/<int:round_id>/overview")
def show_overview(round_id: int) -> str:
    """Every unit against its quota, with charts."""
    now = get_now()
    page = view_overview(organiser=get_current_person(), round_id=round_id, cache=get_cache(), now=now)
    return render_template("organiser/overview.html", page=page, now=now)


@bp.get("/rounds/<int:round_id>/people")
def show_participants(round_id: int) -> str:
    """Everyone with their result in the round."""
    now, query = get_now(), read_participation_query(request.args)
    page = search_participants(
        scope=directory.find_organiser_scope(get_current_person()),
        round_id=round_id,
        query=query.words,
        unit_id=query.unit_id,
        state=query.state,
        after=query.after,
        now=now,
    )
    return render_template(
        "organiser/participants.html",
        page=page,
        query=query,
        next_after=format_place(page.next_after),
        states=list(Participation),
        describe_state=describe_participation,
        now=now,
    )


@bp.get("/rounds/<int:round_id>/prizes")
def show_prizes(round_id: int) -> str:
    """The first people of the ranking, ties explained."""
    now = get_now()
    page = view_prizes(organiser=get_current_person(), round_id=round_id, now=now)
    return render_template("organiser/prizes.html", page=page, now=now)
