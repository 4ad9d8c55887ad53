"""Signing in and out, and changing the password."""

from __future__ import annotations

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.activation import ActivationCodeTyped
from quiz_app.domain.errors import InvalidInput, PasswordTooWeak, Refusal, TooManyFailures, WrongCredentials
from quiz_app.domain.people import Person, Role
from quiz_app.services import people
from quiz_app.services.registrations import is_registration_open
from quiz_app.web.account import bp
from quiz_app.web.forms import ActivationForm, ChangePasswordForm, SignInForm, read_json_fields, renew_token
from quiz_app.web.identity import (
    begin_session,
    end_session,
    find_current_person,
    get_address,
    get_current_person,
    get_now,
    get_settings,
)
from quiz_app.web.server_keys import get_keys
from quiz_app.web.targets import find_local_target

_HOMES = {
    Role.ADMINISTRATOR: "organiser.show_rounds",
    Role.ORGANISER: "organiser.show_rounds",
    Role.JUDGE: "judge.show_home",
    Role.UNIT_LEAD: "unit_lead.show_home",
}


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | tuple[str, int] | str:
    """Ask for account and password, and go on to where the person was going; a program gets JSON."""
    if request.method == "POST" and request.is_json:
        return _sign_in_program()
    form = SignInForm()
    target = find_local_target(form.next.data or request.args.get("next"))
    form.next.data = target or ""
    if request.method == "GET":
        person = find_current_person()
        if person is not None:
            return redirect(target or url_for(find_home(person)))
    refusal: Refusal | None = None
    if form.validate_on_submit():
        try:
            person = _sign_in(form)
        except ActivationCodeTyped as typed:
            # The code goes on in the page of the answer and is kept nowhere; it is used up with the new password.
            activation = ActivationForm(formdata=None, data={"login": typed.login, "code": typed.typed})
            return render_template("account/activate.html", form=activation, refusal=None)
        except (WrongCredentials, TooManyFailures) as error:
            refusal = error
        else:
            if person.must_change_password:
                return redirect(url_for("account.change_password"))
            return redirect(target or url_for(find_home(person)))
    page = render_template(
        "account/sign_in.html",
        form=form,
        refusal=refusal,
        agency=get_settings().agency,
        takes_requests=is_registration_open(),
    )
    return (page, refusal.status) if refusal else page


def _sign_in(form: SignInForm) -> Person:
    person = people.sign_in(
        login=form.login.data or "",
        password=form.password.data or "",
        address=get_address(),
        now=get_now(),
        keys=get_keys(),
    )
    begin_session(person)
    return person


def _sign_in_program() -> Response:
    """Sign in again from a page that stays open, so that what it holds is not lost. Refusals are those of the form."""
    form = SignInForm(formdata=read_json_fields(("login", "password")))
    if not form.validate():
        raise InvalidInput("Account and password are needed.")
    person = _sign_in(form)
    return jsonify(account_id=str(person.id), csrf_token=renew_token())


@bp.get("/session")
def show_session() -> Response:
    """Who is signed in here, and the token for writes, for a page that has been open for long."""
    person = find_current_person()
    account_id = None if person is None else str(person.id)
    return jsonify(signed_in=person is not None, account_id=account_id, csrf_token=renew_token())


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this session."""
    end_session()
    return redirect(url_for("public.show_home"))


@bp.post("/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """End every session of the account."""
    people.sign_out_everywhere(person=get_current_person(), now=get_now())
    end_session()
    return redirect(url_for("public.show_home"))


@bp.route("/password", methods=["GET", "POST"])
def change_password() -> Response | tuple[str, int] | str:
    """Set a new password; at the first sign-in this comes before everything else."""
    person = get_current_person()
    form = ChangePasswordForm()
    refusal: Refusal | None = None
    if form.validate_on_submit():
        try:
            changed = people.change_password(
                person=person, current=form.current.data or "", new=form.new.data or "", now=get_now()
            )
        except (WrongCredentials, PasswordTooWeak) as error:
            refusal = error
        else:
            begin_session(changed)
            return redirect(url_for(find_home(changed)))
    page = render_template(
        "account/change_password.html", form=form, refusal=refusal, is_first=person.must_change_password
    )
    return (page, refusal.status) if refusal else page


def find_home(person: Person) -> str:
    """The endpoint that a person of these roles sees first."""
    return next((endpoint for role, endpoint in _HOMES.items() if person.has_role(role)), "participant.show_home")
