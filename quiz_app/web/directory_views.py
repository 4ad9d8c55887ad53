"""The list of people and their one-time codes: the same for unit leads and organisers, each within their scope."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.directory import AccountState, PeopleScope
from quiz_app.domain.people import Person, Role
from quiz_app.services import accounts, directory
from quiz_app.web import people_words
from quiz_app.web.directory_query import format_place, read_directory_query
from quiz_app.web.forms import read_number
from quiz_app.web.identity import get_current_person, get_now, get_settings
from quiz_app.web.server_keys import get_keys
from quiz_app.web.slips import answer_slips, ensure_format


def add_directory_views(bp: Blueprint, find_scope: Callable[[Person], PeopleScope], *, roles: Sequence[Role]) -> None:
    """Give a blueprint the views: ``find_scope`` says whose people they show, ``roles`` what narrows the list."""

    @bp.get("/people")
    def show_people() -> str:
        """The people of the scope by given name; narrowed by words without accents, unit, state and role."""
        query = read_directory_query(request.args)
        page = directory.search_people(
            scope=find_scope(get_current_person()),
            query=query.words,
            unit_id=query.unit_id,
            state=query.state,
            role=query.role if query.role in roles else None,
            after=query.after,
        )
        return render_template(
            f"{bp.name}/people.html",
            page=page,
            query=query,
            next_after=format_place(page.next_after),
            states=list(AccountState),
            roles=roles,
            words=people_words,
        )

    @bp.post("/people/<int:account_id>/reset")
    def reset_person(account_id: int) -> Response:
        """Take the password away and show the one-time code, once."""
        person = get_current_person()
        slip = accounts.reset_password(
            actor=person,
            scope=find_scope(person),
            account_id=account_id,
            keys=get_keys(),
            days=get_settings().activation_days,
            now=get_now(),
        )
        return answer_slips([slip], file_format="page", back=url_for(f"{bp.name}.show_person", account_id=account_id))

    @bp.post("/people/slips")
    def make_slips() -> Response:
        """Slips for everyone of a unit who has no password."""
        person, file_format = get_current_person(), ensure_format(request.form.get("format", ""))
        slips = accounts.make_slips(
            actor=person,
            scope=find_scope(person),
            unit_id=read_number("unit_id"),
            keys=get_keys(),
            days=get_settings().activation_days,
            now=get_now(),
        )
        return answer_slips(slips, file_format=file_format, back=url_for(f"{bp.name}.show_people"))
