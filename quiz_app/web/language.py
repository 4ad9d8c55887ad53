"""Which language a page is in: the visitor's choice, else Vietnamese."""

from __future__ import annotations

from flask import g, has_app_context, has_request_context, request

LANGUAGES = ("vi", "en")
COOKIE = "language"


def select_locale() -> str:
    """The language of this request; outside of one (commands, jobs) Vietnamese."""
    if not has_request_context():
        return LANGUAGES[0]
    chosen = request.cookies.get(COOKIE)
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def get_language() -> str:
    """The same, found once per request."""
    if not has_app_context():
        return LANGUAGES[0]
    language: str | None = g.get("language")
    if language is None:
        language = g.language = select_locale()
    return language
