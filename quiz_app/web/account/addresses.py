"""The e-mail address of one's own account."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput
from quiz_app.services import addresses
from quiz_app.web.account import bp
from quiz_app.web.email_field import read_email_field
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.translate import gettext


@bp.get("/e-mail")
def show_email() -> str:
    """The address that letters go to."""
    return render_template("account/email.html", typed=addresses.find_own_email(get_current_person()), refusal=None)


@bp.post("/e-mail")
def set_email() -> Response | tuple[str, int]:
    """Keep another address, or none."""
    person = get_current_person()
    try:
        addresses.set_own_email(person=person, email=read_email_field(request.form), now=get_now())
    except InvalidInput as refusal:
        page = render_template("account/email.html", typed=request.form.get("email", ""), refusal=refusal)
        return page, refusal.status
    flash(gettext("The e-mail address was saved."), "plain")
    return redirect(url_for("account.show_email"), code=303)
