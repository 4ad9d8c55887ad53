"""The public home."""

from __future__ import annotations

from flask import render_template

from quiz_app.services.contests import list_public_contests
from quiz_app.services.judging.results import list_published_rounds
from quiz_app.web.identity import get_cache, get_now
from quiz_app.web.public import bp


@bp.get("/")
def show_home() -> str:
    """The contests, where each round stands, rules, and how to take part."""
    now = get_now()
    return render_template(
        "public/home.html",
        contests=list_public_contests(cache=get_cache(), now=now),
        published=list_published_rounds(),
        now=now,
    )
