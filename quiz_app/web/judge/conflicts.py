"""Units with which a judge has a conflict of interest."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.services.judging import conflicts
from quiz_app.web.forms import normalise_text, read_number
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.judge import bp
from quiz_app.web.translate import gettext, ngettext


@bp.get("/conflicts")
def show_conflicts() -> str:
    """What the judge has declared, and the form to declare more."""
    return render_template(
        "judge/conflicts.html", rounds=conflicts.view_own_conflicts(judge=get_current_person()), now=get_now()
    )


@bp.post("/conflicts")
def declare_unit_conflict() -> Response:
    """Declare a unit."""
    count = conflicts.declare_unit_conflict(
        judge=get_current_person(),
        round_id=read_number("round_id"),
        unit_id=read_number("unit_id"),
        reason=normalise_text(request.form.get("reason")) or "",
        now=get_now(),
    )
    message = gettext("The conflict of interest was noted. The organisers see it.")
    if count:
        taken = ngettext(
            "%(num)d sheet of yours does not count any more.", "%(num)d sheets of yours do not count any more.", count
        )
        message = f"{message} {taken}"
    flash(message)
    return redirect(url_for("judge.show_conflicts"), code=303)
