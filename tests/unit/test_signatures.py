"""When the session's cookie is sent, and what caches are told of it: as Flask's own sessions do."""

from __future__ import annotations

import pytest
from flask import Flask, Response, session
from flask.sessions import SecureCookieSessionInterface

from quiz_app.web.signatures import KeptSessions


def make_app(*, has_kept_sessions: bool) -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="of-a-test", SESSION_REFRESH_EACH_REQUEST=False)
    app.session_interface = KeptSessions(app) if has_kept_sessions else SecureCookieSessionInterface()

    @app.get("/begin")
    def begin() -> str:
        session.permanent = True
        session["person"] = "an"
        return ""

    @app.get("/untouched")
    def leave_alone() -> str:
        return ""

    @app.get("/read")
    def read() -> str:
        return str(session.get("person"))

    @app.get("/varied")
    def read_varied() -> Response:
        response = Response(str(session.get("person")))
        response.vary.add("Accept-Encoding")
        return response

    @app.get("/changed")
    def change() -> str:
        session["more"] = 1
        return str(session.get("person"))

    @app.get("/renewed")
    def renew() -> str:
        session.modified = True
        return ""

    @app.get("/ended")
    def end() -> str:
        session.clear()
        return ""

    return app


def follow(app: Flask, paths: list[str]) -> list[tuple[str, str, list[str]]]:
    """What a browser gets on this way: the text, Vary, and what of the cookie does not change with the clock."""
    client = app.test_client()
    told = []
    for path in paths:
        answer = client.get(path)
        cookies = [
            cookie.partition("=")[0] + ("; Max-Age=0" in cookie) * "-"
            for cookie in answer.headers.getlist("Set-Cookie")
        ]
        told.append((answer.text, answer.headers.get("Vary", ""), cookies))
    return told


@pytest.mark.parametrize("path", ["untouched", "read", "varied", "changed", "renewed", "ended"])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_sessions_are_kept_as_flask_keeps_them(path: str, is_signed_in: bool) -> None:
    way = ["/begin"] * is_signed_in + [f"/{path}", "/read"]
    assert follow(make_app(has_kept_sessions=True), way) == follow(make_app(has_kept_sessions=False), way)
