"""The first sign-in: a one-time code is exchanged for a password of one's own."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.activation import WrongActivationCode
from quiz_app.domain.errors import PasswordTooWeak, Refusal, TooManyFailures
from quiz_app.services.activation import activate_account
from quiz_app.web.account import bp
from quiz_app.web.account.people import find_home
from quiz_app.web.forms import ActivationForm
from quiz_app.web.identity import begin_session, get_address, get_now
from quiz_app.web.server_keys import get_keys


@bp.route("/activate", methods=["GET", "POST"])
def activate() -> Response | tuple[str, int] | str:
    """Ask for account, code and a new password, all at once; then the person is signed in."""
    form = ActivationForm()
    if request.method == "GET":
        form.login.data = request.args.get("account", "")[:120]
    refusal: Refusal | None = None
    if form.validate_on_submit():
        try:
            person = activate_account(
                login=form.login.data or "",
                code=form.code.data or "",
                new=form.new.data or "",
                address=get_address(),
                keys=get_keys(),
                now=get_now(),
            )
        except (WrongActivationCode, TooManyFailures, PasswordTooWeak) as error:
            refusal = error
        else:
            begin_session(person)
            return redirect(url_for(find_home(person)))
    page = render_template("account/activate.html", form=form, refusal=refusal)
    return (page, refusal.status) if refusal else page
