"""The people of the units that a person leads: looked for, and given one-time codes. Nothing else changes here."""

from __future__ import annotations

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.directory import AccountState
from quiz_app.services import accounts, directory
from quiz_app.web import people_words
from quiz_app.web.directory_query import format_place, read_directory_query
from quiz_app.web.forms import read_number
from quiz_app.web.identity import get_current_person, get_now, get_settings
from quiz_app.web.server_keys import get_keys
from quiz_app.web.slips import answer_slips, ensure_format
from quiz_app.web.unit_lead import bp


@bp.get("/people")
def show_people() -> str:
    """The people of the own units and their sub-units."""
    query = read_directory_query(request.args)
    page = directory.search_people(
        scope=directory.find_lead_scope(get_current_person()),
        query=query.words,
        unit_id=query.unit_id,
        state=query.state,
        after=query.after,
    )
    return render_template(
        "unit_lead/people.html",
        page=page,
        query=query,
        next_after=format_place(page.next_after),
        states=list(AccountState),
        roles=[],
        words=people_words,
    )


@bp.get("/people/<int:account_id>")
def show_person(account_id: int) -> str:
    """One person of the own units."""
    person = get_current_person()
    view = directory.view_person(actor=person, scope=directory.find_lead_scope(person), account_id=account_id)
    return render_template("unit_lead/person.html", view=view, words=people_words, now=get_now())


@bp.post("/people/<int:account_id>/reset")
def reset_person(account_id: int) -> Response:
    """Take the password away and show the one-time code, once."""
    person = get_current_person()
    slip = accounts.reset_password(
        actor=person,
        scope=directory.find_lead_scope(person),
        account_id=account_id,
        keys=get_keys(),
        days=get_settings().activation_days,
        now=get_now(),
    )
    return answer_slips([slip], file_format="page", back=url_for("unit_lead.show_person", account_id=account_id))


@bp.post("/people/slips")
def make_slips() -> Response:
    """Slips for everyone of an own unit who has no password."""
    person, file_format = get_current_person(), ensure_format(request.form.get("format", ""))
    slips = accounts.make_slips(
        actor=person,
        scope=directory.find_lead_scope(person),
        unit_id=read_number("unit_id"),
        keys=get_keys(),
        days=get_settings().activation_days,
        now=get_now(),
    )
    return answer_slips(slips, file_format=file_format, back=url_for("unit_lead.show_people"))
