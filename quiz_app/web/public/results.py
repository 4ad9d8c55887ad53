"""Rankings."""

from __future__ import annotations

from flask import render_template, request

from quiz_app.services.results import view_ranking
from quiz_app.web.identity import find_current_person, get_cache, get_now
from quiz_app.web.public import bp


@bp.get("/rounds/<int:round_id>/ranking")
def show_ranking(round_id: int) -> str:
    """People or units in their order, as far as the round's rules show it."""
    page = view_ranking(
        viewer=find_current_person(),
        round_id=round_id,
        of_units=request.args.get("of") == "units",
        number=request.args.get("page", 1, type=int),
        cache=get_cache(),
        now=get_now(),
    )
    return render_template("public/ranking.html", page=page)
