"""Reminders by e-mail, to the people of the units that a person leads."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.services import addresses
from quiz_app.services.directory import find_lead_scope
from quiz_app.services.letters.pages import list_own_batches
from quiz_app.web import letter_words
from quiz_app.web.email_field import read_email_field
from quiz_app.web.identity import get_current_person, get_now, get_settings
from quiz_app.web.letter_views import add_letter_views
from quiz_app.web.translate import gettext
from quiz_app.web.unit_lead import bp

add_letter_views(bp, find_lead_scope)


@bp.get("/letters")
def show_letters() -> str:
    """What the person has written as a unit lead: drafts, and what was sent."""
    return render_template(
        "unit_lead/letters.html",
        batches=list_own_batches(lead=get_current_person()),
        words=letter_words,
        is_mail_set=get_settings().mail is not None,
    )


@bp.post("/people/<int:account_id>/email")
def set_email(account_id: int) -> Response:
    """Keep another e-mail address of a person of the own units, or none."""
    person = get_current_person()
    addresses.set_email_of(
        actor=person,
        scope=find_lead_scope(person),
        account_id=account_id,
        email=read_email_field(request.form),
        now=get_now(),
    )
    flash(gettext("The e-mail address was saved."), "plain")
    return redirect(url_for("unit_lead.show_person", account_id=account_id), code=303)
