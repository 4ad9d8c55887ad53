"""The people of the contest: looked for, edited, moved, closed, and given one-time codes."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.accounts import AccountEdit
from quiz_app.domain.people import Role
from quiz_app.services import accounts, directory
from quiz_app.web import people_words
from quiz_app.web.directory_views import add_directory_views
from quiz_app.web.formatting import find_display_zone
from quiz_app.web.forms import read_number
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.person_fields import PersonFields, read_person_fields
from quiz_app.web.translate import gettext

add_directory_views(bp, directory.find_organiser_scope, roles=list(Role))


@bp.get("/people/<int:account_id>")
def show_person(account_id: int) -> str:
    """One person, with what can be changed."""
    return _render_person(account_id)


@bp.post("/people/<int:account_id>/edit")
def edit_person(account_id: int) -> Response | tuple[str, int]:
    """Change what was changed in the form: what was saved elsewhere since it was opened is not written back."""
    today = get_now().astimezone(find_display_zone()).date()
    fields = read_person_fields(request.form, required=frozenset({"name"}), today=today)
    if fields.problems:
        return _render_person(account_id, fields), 422
    untouched = frozenset(name for name, text in fields.typed.items() if request.form.get(f"opened_{name}") == text)
    accounts.edit_account(
        actor=get_current_person(),
        account_id=account_id,
        edit=AccountEdit(**fields.values),
        now=get_now(),
        untouched=untouched,
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


def _render_person(account_id: int, fields: PersonFields | None = None) -> str:
    person = get_current_person()
    view = directory.view_person(actor=person, scope=directory.find_organiser_scope(person), account_id=account_id)
    return render_template("organiser/person.html", view=view, fields=fields, words=people_words, now=get_now())


def _return(account_id: int, message: str) -> Response:
    flash(message)
    return redirect(url_for("organiser.show_person", account_id=account_id), code=303)
