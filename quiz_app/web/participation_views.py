"""The people of a round with their results. Unit leads and organisers have the same list, each within their scope."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template, request

from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.participation import Participation
from quiz_app.domain.people import Person
from quiz_app.services.participation.people import search_participants
from quiz_app.web.directory_query import format_place
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.participation_query import read_participation_query
from quiz_app.web.participation_words import describe_participation


def add_participants_view(bp: Blueprint, find_scope: Callable[[Person], PeopleScope]) -> None:
    """Give a blueprint the list; ``find_scope`` says whose people it shows."""

    @bp.get("/rounds/<int:round_id>/people")
    def show_participants(round_id: int) -> str:
        """Everyone of the scope with their result in the round."""
        now, query = get_now(), read_participation_query(request.args)
        page = search_participants(
            scope=find_scope(get_current_person()),
            round_id=round_id,
            query=query.words,
            unit_id=query.unit_id,
            state=query.state,
            after=query.after,
            now=now,
        )
        return render_template(
            f"{bp.name}/participants.html",
            page=page,
            query=query,
            next_after=format_place(page.next_after),
            states=list(Participation),
            describe_state=describe_participation,
            now=now,
        )
