"""The rounds and the live state of one."""

from __future__ import annotations

from flask import current_app, render_template

from quiz_app.services.boards import view_live_board
from quiz_app.services.contests import list_public_contests
from quiz_app.web.identity import get_cache, get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.watching import read_last_minute


@bp.get("/")
def show_rounds() -> str:
    """All contests with their rounds."""
    now = get_now()
    return render_template("organiser/rounds.html", contests=list_public_contests(cache=get_cache(), now=now), now=now)


@bp.get("/rounds/<int:round_id>")
def show_round(round_id: int) -> str:
    """The live state of a round, and whether its bank can fill its papers."""
    board = view_live_board(organiser=get_current_person(), round_id=round_id, now=get_now())
    return render_template("organiser/round.html", board=board, minute=read_last_minute(current_app))
