"""Signatures that are checked once: a person's session cookie and form token come back with each of a dozen saves.

In a trial they were two fifths of what a save cost above a bare upsert. What is kept is only that a text was signed by
us, and when; that it has not run out is asked each time.
"""

from __future__ import annotations

import hmac
import time
from functools import lru_cache
from typing import Any

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

KEPT = 20_000
"""How many cookies and tokens are kept: some kilobytes for each thousand people who are sitting at once."""


class KeptSessions(SecureCookieSessionInterface):
    """Flask's signed cookies, with the signature of each checked once per process."""

    def __init__(self, app: Flask) -> None:
        serializer = super().get_signing_serializer(app)
        assert serializer is not None  # noqa: S101 - there is always a secret key
        self._serializer = serializer
        self._cookie = self.get_cookie_name(app)
        self._read = lru_cache(maxsize=KEPT)(self._read_cookie)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        """The one serializer of this process."""
        return self._serializer

    def _read_cookie(self, cookie: str) -> tuple[dict[str, Any], float]:
        data, signed_at = self._serializer.loads(cookie, return_timestamp=True)
        return data, signed_at.timestamp()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """The session of the request; an empty one when the cookie is missing, forged or too old."""
        cookie = request.cookies.get(self._cookie)
        if not cookie:
            return self.session_class()
        try:
            data, signed_at = self._read(cookie)
        except BadData:
            return self.session_class()
        if time.time() - signed_at > app.permanent_session_lifetime.total_seconds():
            return self.session_class()
        # A copy: the session may be changed. Its values are texts, numbers and flags (see identity.begin_session).
        return self.session_class(dict(data))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie again where the session was changed; nothing else makes us send one (``to_flask``)."""
        if session.modified or "Vary" in response.headers:
            super().save_session(app, session, response)
        elif session.accessed:
            response.headers.add("Vary", "Cookie")


class KeptCsrf(CSRFProtect):  # type: ignore[misc]
    """Flask-WTF's protection; a token in the header of a script's request is checked without parsing a form."""

    def init_app(self, app: Flask) -> None:
        """Attach it, with tokens for pages that are signed once for each session."""
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = write_token

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a write without a valid token. A page of another site cannot set the header at all."""
        token = request.headers.get("X-CSRFToken")
        if token is not None and _is_token_of_session(token):
            g.csrf_valid = True
            return
        super().protect(apply_exemptions=apply_exemptions)


def write_token() -> str:
    """The token for the forms of this page. It has no time limit, so that a session's pages may all have the same."""
    secret = session.get("csrf_token")
    return generate_csrf() if secret is None else _sign_token(str(current_app.secret_key), secret)


@lru_cache(maxsize=KEPT)
def _sign_token(secret_key: str, secret: str) -> str:
    """As ``generate_csrf`` signs it."""
    return URLSafeTimedSerializer(secret_key, salt="wtf-csrf-token").dumps(secret)


def _is_token_of_session(token: str) -> bool:
    expected = session.get("csrf_token")
    signed = _read_token(str(current_app.secret_key), token)
    return expected is not None and signed is not None and hmac.compare_digest(expected, signed)


@lru_cache(maxsize=KEPT)
def _read_token(secret_key: str, token: str) -> str | None:
    """What Flask-WTF signed into the token."""
    try:
        return str(URLSafeTimedSerializer(secret_key, salt="wtf-csrf-token").loads(token))
    except BadData:
        return None
