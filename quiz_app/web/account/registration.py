"""Joining a contest without being on a list: the form, and the page on which an applicant sees where the request
stands.
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import NotFound, PasswordTooWeak, Refusal, UnitClosed
from quiz_app.domain.registrations import AlreadyRegistered, TooManyRegistrations
from quiz_app.services import registrations
from quiz_app.services.registrations import Applicant
from quiz_app.web import people_words
from quiz_app.web.account import bp
from quiz_app.web.directory_query import read_id
from quiz_app.web.formatting import find_display_zone
from quiz_app.web.identity import get_address, get_cache, get_now
from quiz_app.web.person_fields import PersonFields, read_person_fields
from quiz_app.web.server_keys import get_keys
from quiz_app.web.translate import gettext

REQUIRED = frozenset({"name", "phone"})


@bp.route("/register", methods=["GET", "POST"])
def register() -> Response | tuple[str, int] | str:
    """Ask to join: name, unit of the list, telephone (which becomes the account) and a password."""
    if request.method == "GET":
        return _render(None, None)
    now = get_now()
    fields = read_person_fields(request.form, required=REQUIRED, today=now.astimezone(find_display_zone()).date())
    unit_id = read_id(request.form.get("unit_id", ""))
    password = request.form.get("password", "")
    problems = dict(fields.problems)
    if unit_id is None:
        problems["unit_id"] = gettext("Choose your unit.")
    if password != request.form.get("repeated", ""):
        problems["repeated"] = gettext("The two passwords are not the same.")
    fields = PersonFields({**fields.typed, "unit_id": str(unit_id or "")}, fields.values, problems)
    if problems or unit_id is None:
        return _render(fields, None), 422
    try:
        reference = registrations.register(
            applicant=Applicant(unit_id=unit_id, password=password, **fields.values),
            address=get_address(),
            cache=get_cache(),
            keys=get_keys(),
            now=now,
        )
    except (AlreadyRegistered, TooManyRegistrations, PasswordTooWeak, UnitClosed) as refusal:
        return _render(fields, refusal), refusal.status
    return redirect(url_for("account.show_registration", code=reference, new=1), code=303)


@bp.get("/register/requests")
def find_registration() -> Response | tuple[str, int] | str:
    """Asks for the reference of a request and goes to its page."""
    typed = request.args.get("code", "").strip()[:60]
    if typed:
        return redirect(url_for("account.show_registration", code=typed))
    return render_template("account/registration.html", registration=None, typed="", refusal=None, words=people_words)


@bp.get("/register/requests/<code>")
def show_registration(code: str) -> Response | tuple[str, int] | str:
    """Where the request stands. Whoever knows the reference may see it; it names no more than the applicant typed."""
    try:
        registration = registrations.view_registration(
            text=code, address=get_address(), cache=get_cache(), keys=get_keys()
        )
    except (NotFound, TooManyRegistrations) as refusal:
        page = render_template(
            "account/registration.html", registration=None, typed=code[:60], refusal=refusal, words=people_words
        )
        return page, refusal.status
    return render_template(
        "account/registration.html", registration=registration, typed=code, refusal=None, words=people_words
    )


def _render(fields: PersonFields | None, refusal: Refusal | None) -> str:
    contest = registrations.find_open_registration()
    return render_template("account/register.html", contest=contest, fields=fields, refusal=refusal)
