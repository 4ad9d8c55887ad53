"""Forms: what a request may contain. Rules that need the database or the moment are the services'."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from flask import current_app, g, request, session
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from werkzeug.datastructures import ImmutableMultiDict
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from quiz_app.domain.errors import InvalidInput


def normalise_text(text: str | None) -> str | None:
    """NFC, so that what looks the same is the same; without NUL, which no text of a database can hold."""
    return unicodedata.normalize("NFC", text).replace("\0", "") if text else text


def read_json_fields(names: Sequence[str]) -> ImmutableMultiDict[str, str]:
    """The texts of a JSON object, as if they had come from a form. Raises InvalidInput for anything else."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in names):
        raise InvalidInput("The request is not valid JSON.")
    return ImmutableMultiDict([(name, body[name]) for name in names])


class _TimelessSigner(TimestampSigner):
    """The signer of form tokens, with one moment for all: tokens live as long as their session, whenever signed."""

    def get_timestamp(self) -> int:
        return 0


def renew_token() -> str:
    """The token of the session as it is now: one made earlier in this request may be of a session that has ended.

    The same session gives the same text each time, so that a page can tell whether its session has changed.
    """
    g.pop("csrf_token", None)
    # Makes the session's own secret where there is none yet.
    generate_csrf()
    serializer = URLSafeTimedSerializer(str(current_app.secret_key), salt="wtf-csrf-token", signer=_TimelessSigner)
    return str(serializer.dumps(session["csrf_token"]))


def read_number(field: str) -> int:
    """A whole number of the form that can be the id of a row. Raises InvalidInput."""
    text = request.form.get(field, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 19 and int(text) < 2**63):
        raise InvalidInput("Choose one of the list.")
    return int(text)


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Account and password."""

    login = StringField(
        _l("Account"),
        filters=[normalise_text],
        validators=[DataRequired(_l("Enter your account.")), Length(max=120)],
    )
    password = PasswordField(_l("Password"), validators=[DataRequired(_l("Enter your password.")), Length(max=128)])
    next = HiddenField()


class ChangePasswordForm(FlaskForm):  # type: ignore[misc]
    """The password in use, and the new one twice."""

    current = PasswordField(
        _l("Current password"), validators=[DataRequired(_l("Enter your current password.")), Length(max=128)]
    )
    new = PasswordField(_l("New password"), validators=[DataRequired(_l("Enter a new password.")), Length(max=128)])
    repeated = PasswordField(
        _l("New password again"), validators=[EqualTo("new", _l("The two new passwords are not the same."))]
    )


class ActivationForm(FlaskForm):  # type: ignore[misc]
    """Account, one-time code, and the new password twice."""

    login = StringField(
        _l("Account"),
        filters=[normalise_text],
        validators=[DataRequired(_l("Enter your account.")), Length(max=120)],
    )
    code = StringField(_l("One-time code"), validators=[DataRequired(_l("Enter the code.")), Length(max=100)])
    new = PasswordField(_l("New password"), validators=[DataRequired(_l("Enter a new password.")), Length(max=128)])
    repeated = PasswordField(
        _l("New password again"), validators=[EqualTo("new", _l("The two new passwords are not the same."))]
    )
