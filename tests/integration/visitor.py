"""Someone at a browser without scripts: cookies, forms with their token, and the real clock."""

from __future__ import annotations

import re
from contextvars import Context
from datetime import timedelta
from html import unescape
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from quiz_app.clock import read_now
from quiz_app.domain.contests import Round
from quiz_app.persistence.columns import to_ms
from tests.factories import PASSWORD, add_round, run_sql

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
DAY = timedelta(days=1)


class Visitor:
    """A client with a cookie jar of its own."""

    def __init__(self, app: Flask, login: str | None = None, *, address: str = "127.0.0.1") -> None:
        """Sign in at once when a login is given."""
        self.client = app.test_client()
        self.address = address
        if login is not None:
            answer = self.sign_in(login)
            assert answer.status_code == 302, answer.text

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request as a server would receive it: in a context of its own, not in that of the test."""
        options.setdefault("environ_overrides", {"REMOTE_ADDR": self.address})
        # Read to its end at once, so that no file of a static answer stays open.
        answer: TestResponse = Context().run(self.client.open, path, method=method, buffered=True, **options)
        return answer

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self.ask("GET", path, **options)

    def read_token(self, path: str = "/sign-in") -> str:
        """The token of the forms on a page; every page has the form that sets the language."""
        answer = self.get(path, follow_redirects=True)
        return find_token(answer.text)

    def post(self, path: str, fields: dict[str, Any] | None = None, *, token: str | None = None) -> TestResponse:
        """Send a form, with the token of this session."""
        token = self.read_token() if token is None else token
        return self.ask("POST", path, data={**(fields or {}), "csrf_token": token})

    def post_json(self, path: str, body: Any, *, token: str | None = None, **options: Any) -> TestResponse:
        """Send JSON, as the page's script does."""
        token = self.read_token() if token is None else token
        headers = {"X-CSRFToken": token, "Accept": "application/json"}
        if isinstance(body, str | bytes):
            return self.ask("POST", path, data=body, content_type="application/json", headers=headers, **options)
        return self.ask("POST", path, json=body, headers=headers, **options)

    def sign_in(self, login: str, password: str = PASSWORD, *, target: str = "") -> TestResponse:
        """Fill in the sign-in form."""
        return self.post("/sign-in", {"login": login, "password": password, "next": target})

    def start(self, round_id: int) -> int:
        """Start an attempt; its id."""
        answer = self.post(f"/rounds/{round_id}/attempts")
        assert answer.status_code == 303, answer.text
        return int(answer.location.rpartition("/")[2])


def find_token(page: str) -> str:
    """The first form token on a page."""
    match = _TOKEN.search(page)
    assert match is not None, "no form with a token on the page"
    return unescape(match[1])


def add_open_round(**changes: Any) -> Round:
    """Store a round whose window is open by the real clock."""
    now = read_now()
    return add_round(now=now, **{"opens_at": now - DAY, "closes_at": now + DAY, **changes})


def close_round(round_id: int) -> None:
    """Let the close of a round be a moment ago."""
    run_sql(
        "UPDATE rounds SET closes_at = :past, version = version + 1 WHERE id = :round_id RETURNING id",
        past=to_ms(read_now()) - 1,
        round_id=round_id,
    )
