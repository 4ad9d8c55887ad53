"""A person's attempts in a round, one of which may be voided."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.services import voiding
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext


@bp.get("/rounds/<int:round_id>/people/<int:account_id>")
def show_person_attempts(round_id: int, account_id: int) -> str:
    """A person's attempts in the round."""
    page = voiding.view_person_attempts(organiser=get_current_person(), round_id=round_id, account_id=account_id)
    return render_template("organiser/person_attempts.html", page=page)


@bp.post("/attempts/<int:attempt_id>/void")
def void_attempt(attempt_id: int) -> Response:
    """Let an attempt count for nothing."""
    attempt = voiding.void_attempt(
        organiser=get_current_person(),
        attempt_id=attempt_id,
        reason=normalise_text(request.form.get("reason")) or "",
        now=get_now(),
    )
    flash(gettext("The attempt was voided, and the person's best result found anew. They are told on their home page."))
    return redirect(
        url_for("organiser.show_person_attempts", round_id=attempt.round_id, account_id=attempt.account_id), code=303
    )
