"""A judge's first page."""

from __future__ import annotations

from flask import render_template

from quiz_app.web.judge import bp


@bp.get("/")
def show_home() -> str:
    """The entries assigned to the judge."""
    return render_template("judge/home.html")
