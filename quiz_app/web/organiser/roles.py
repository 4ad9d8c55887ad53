"""The page of roles: who may do what, who has which role, granting and taking away."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput, NotAllowed, Refusal
from quiz_app.domain.people import Person, Role
from quiz_app.domain.permissions import may_change_roles
from quiz_app.domain.roles import LastAdministratorStays, RoleAlreadyGranted, UnitNeeded, UnknownAccount
from quiz_app.services import roles
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.role_words import describe_role
from quiz_app.web.translate import gettext

LONGEST_FIELD = 200
_SHOWN = (Role.ADMINISTRATOR, Role.ORGANISER, Role.JUDGE, Role.UNIT_LEAD)


@bp.get("/roles")
def show_roles() -> str:
    """Who may do what, and who has which role."""
    return _render(get_current_person())


@bp.post("/roles")
def grant_role() -> Response | tuple[str, int]:
    """Give somebody a role."""
    person = get_current_person()
    if not may_change_roles(person):
        # Said before anything about what was sent.
        raise NotAllowed
    login, role = _read_field("login"), _read_role()
    unit_code = _read_field("unit_code") if role is Role.UNIT_LEAD else ""
    try:
        name = roles.grant_role(actor=person, login=login, role=role, unit_code=unit_code or None, now=get_now())
    except (UnknownAccount, UnitNeeded, RoleAlreadyGranted) as refusal:
        return _render(person, refusal), refusal.status
    flash(gettext("“%(name)s” is now: %(role)s.", name=name, role=describe_role(role)), "plain")
    return redirect(url_for("organiser.show_roles"), code=303)


@bp.post("/roles/<int:grant_id>/revoke")
def revoke_role(grant_id: int) -> Response | tuple[str, int]:
    """Take a role away from somebody."""
    person = get_current_person()
    try:
        holder = roles.revoke_role(actor=person, grant_id=grant_id, now=get_now())
    except LastAdministratorStays as refusal:
        return _render(person, refusal), refusal.status
    if holder.account_id == person.id:
        return redirect(url_for("account.sign_in"), code=303)
    message = gettext("“%(name)s” no longer has the role: %(role)s.", name=holder.name, role=describe_role(holder.role))
    flash(message, "plain")
    return redirect(url_for("organiser.show_roles"), code=303)


def _render(person: Person, refusal: Refusal | None = None) -> str:
    page = roles.view_roles(person=person)
    return render_template("organiser/roles.html", page=page, refusal=refusal, all_roles=list(Role), shown_roles=_SHOWN)


def _read_field(name: str) -> str:
    return (normalise_text(request.form.get(name, "")) or "").strip()[:LONGEST_FIELD]


def _read_role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise InvalidInput("Choose a role from the list.") from None
