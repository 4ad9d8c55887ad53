"""How the questions of a round behave: the table of all, and each by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.services import item_analysis
from quiz_app.services.item_analysis import Flag, ItemFigures
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp

_SEVERITY = {flag: number for number, flag in enumerate(Flag)}
_LAST = float("inf")

# What is worth a look comes first; what is not known comes last.
ORDERS: dict[str, Callable[[ItemFigures], tuple[float | str, ...]]] = {
    "flags": lambda item: (min((_SEVERITY[flag] for flag in item.flags), default=_LAST), item.code),
    "facility": lambda item: (_LAST if item.facility is None else item.facility, item.code),
    "discrimination": lambda item: (_LAST if item.discrimination is None else item.discrimination, item.code),
    "time": lambda item: (_LAST if item.median_seconds is None else -item.median_seconds, item.code),
    "code": lambda item: (item.code,),
}


@bp.get("/rounds/<int:round_id>/analysis")
def show_analysis(round_id: int) -> str:
    """The last analysis; ``of=first`` counts first attempts only, since retakes teach."""
    page = item_analysis.view_analysis(
        organiser=get_current_person(), round_id=round_id, of_first=request.args.get("of") == "first"
    )
    order = request.args.get("order", "flags")
    order = order if order in ORDERS else "flags"
    return render_template("organiser/analysis.html", page=page, order=order, items=sort_items(page.items, order))


@bp.post("/rounds/<int:round_id>/analysis")
def request_analysis(round_id: int) -> Response:
    """Have it computed anew."""
    item_analysis.request_analysis(organiser=get_current_person(), round_id=round_id, now=get_now())
    return redirect(url_for("organiser.show_analysis", round_id=round_id), code=303)


@bp.get("/rounds/<int:round_id>/analysis/<int:version_id>")
def show_item_analysis(round_id: int, version_id: int) -> str:
    """One question: figures in first attempts and in all, and what was chosen how often by whom."""
    page, first, whole = item_analysis.view_item_figures(
        organiser=get_current_person(), round_id=round_id, version_id=version_id
    )
    return render_template("organiser/item_analysis.html", page=page, first=first, item=whole)


def sort_items(items: Sequence[ItemFigures], order: str) -> list[ItemFigures]:
    """The items in one of the ORDERS."""
    return sorted(items, key=ORDERS[order])
