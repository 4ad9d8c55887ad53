"""Essays of practice rounds, which a person marks."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import Refusal
from quiz_app.domain.essays import LONGEST_REMARK
from quiz_app.services.attempts import essays
from quiz_app.web.directory_query import read_id
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext


@bp.get("/rounds/<int:round_id>/essays")
def show_essays(round_id: int) -> str:
    """Those that wait for a mark, without names, and the latest marks."""
    at, _, number = request.args.get("after", "").partition(".")
    after = (read_id(at), read_id(number))
    place = (after[0], after[1]) if after[0] is not None and after[1] is not None else essays.START
    page = essays.list_essays(organiser=get_current_person(), round_id=round_id, after=place)
    return render_template("organiser/essays.html", page=page, is_first=place == essays.START)


@bp.get("/rounds/<int:round_id>/essays/<int:attempt_id>/<int:slot>")
def show_essay(round_id: int, attempt_id: int, slot: int) -> str:
    """One essay, with the form to mark it."""
    return _render(round_id, attempt_id, slot, None)


@bp.post("/rounds/<int:round_id>/essays/<int:attempt_id>/<int:slot>")
def mark_essay(round_id: int, attempt_id: int, slot: int) -> Response | tuple[str, int]:
    """Mark it."""
    try:
        essays.mark_essay(
            organiser=get_current_person(),
            round_id=round_id,
            attempt_id=attempt_id,
            slot=slot,
            points=request.form.get("points", ""),
            remark=normalise_text(request.form.get("remark")) or "",
            seen=read_id(request.form.get("seen", "")) or 0,
            now=get_now(),
        )
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        return _render(round_id, attempt_id, slot, refusal), refusal.status
    flash(gettext("The mark was saved; it stands on the result page of whoever wrote the essay."))
    return redirect(url_for("organiser.show_essays", round_id=round_id), code=303)


def _render(round_id: int, attempt_id: int, slot: int, refusal: Refusal | None) -> str:
    page = essays.view_essay(organiser=get_current_person(), round_id=round_id, attempt_id=attempt_id, slot=slot)
    typed = {name: request.form.get(name, "") for name in ("points", "remark")} if refusal else None
    return render_template(
        "organiser/essay.html", page=page, typed=typed, refusal=refusal, longest_remark=LONGEST_REMARK
    )
