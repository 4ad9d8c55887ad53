"""The people of the contest: looked for, edited, moved, closed, and given one-time codes."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.accounts import AccountEdit
from quiz_app.domain.directory import AccountState
from quiz_app.domain.people import Role
from quiz_app.services import accounts, directory
from quiz_app.web import people_words
from quiz_app.web.directory_query import format_place, read_directory_query
from quiz_app.web.formatting import find_display_zone
from quiz_app.web.forms import read_number
from quiz_app.web.identity import get_current_person, get_now, get_settings
from quiz_app.web.organiser import bp
from quiz_app.web.person_fields import PersonFields, read_person_fields
from quiz_app.web.server_keys import get_keys
from quiz_app.web.slips import answer_slips, ensure_format
from quiz_app.web.translate import gettext


@bp.get("/people")
def show_people() -> str:
    """Everyone, by given name; narrowed by words without accents, unit, state and role."""
    query = read_directory_query(request.args)
    page = directory.search_people(
        scope=directory.find_organiser_scope(get_current_person()),
        query=query.words,
        unit_id=query.unit_id,
        state=query.state,
        role=query.role,
        after=query.after,
    )
    return render_template(
        "organiser/people.html",
        page=page,
        query=query,
        next_after=format_place(page.next_after),
        states=list(AccountState),
        roles=list(Role),
        words=people_words,
    )


@bp.get("/people/<int:account_id>")
def show_person(account_id: int) -> str:
    """One person, with what can be changed."""
    return _render_person(account_id)


@bp.post("/people/<int:account_id>/edit")
def edit_person(account_id: int) -> Response | tuple[str, int]:
    """Change what is known of the person."""
    today = get_now().astimezone(find_display_zone()).date()
    fields = read_person_fields(request.form, required=frozenset({"name"}), today=today)
    if fields.problems:
        return _render_person(account_id, fields), 422
    accounts.edit_account(
        actor=get_current_person(), account_id=account_id, edit=AccountEdit(**fields.values), now=get_now()
    )
    return _return(account_id, gettext("The details were saved."))


@bp.post("/people/<int:account_id>/move")
def move_person(account_id: int) -> Response:
    """Put the person into another unit."""
    accounts.move_account(
        actor=get_current_person(), account_id=account_id, unit_id=read_number("unit_id"), now=get_now()
    )
    return _return(account_id, gettext("The person was moved. Results so far stay with the former unit."))


@bp.post("/people/<int:account_id>/close")
def close_person(account_id: int) -> Response:
    """Close the account."""
    accounts.set_account_active(actor=get_current_person(), account_id=account_id, is_active=False, now=get_now())
    return _return(account_id, gettext("The account was closed; the person is signed out everywhere."))


@bp.post("/people/<int:account_id>/reopen")
def reopen_person(account_id: int) -> Response:
    """Open the account again."""
    accounts.set_account_active(actor=get_current_person(), account_id=account_id, is_active=True, now=get_now())
    return _return(account_id, gettext("The account was opened again."))


@bp.post("/people/<int:account_id>/reset")
def reset_person(account_id: int) -> Response:
    """Take the password away and show the one-time code, once."""
    person = get_current_person()
    slip = accounts.reset_password(
        actor=person,
        scope=directory.find_organiser_scope(person),
        account_id=account_id,
        keys=get_keys(),
        days=get_settings().activation_days,
        now=get_now(),
    )
    return answer_slips([slip], file_format="page", back=url_for("organiser.show_person", account_id=account_id))


@bp.post("/people/slips")
def make_slips() -> Response:
    """Slips for everyone of a unit who has no password."""
    person, file_format = get_current_person(), ensure_format(request.form.get("format", ""))
    slips = accounts.make_slips(
        actor=person,
        scope=directory.find_organiser_scope(person),
        unit_id=read_number("unit_id"),
        keys=get_keys(),
        days=get_settings().activation_days,
        now=get_now(),
    )
    return answer_slips(slips, file_format=file_format, back=url_for("organiser.show_people"))


def _render_person(account_id: int, fields: PersonFields | None = None) -> str:
    person = get_current_person()
    view = directory.view_person(actor=person, scope=directory.find_organiser_scope(person), account_id=account_id)
    return render_template("organiser/person.html", view=view, fields=fields, words=people_words, now=get_now())


def _return(account_id: int, message: str) -> Response:
    flash(message)
    return redirect(url_for("organiser.show_person", account_id=account_id), code=303)
