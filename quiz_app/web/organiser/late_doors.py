"""Later moments for single units. A form that is refused comes back as it was filled in."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import InvalidInput
from quiz_app.services.initiatives import late_doors
from quiz_app.web.directory_query import read_id
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.moments import read_moment
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext

_FIELDS = ("unit", "until", "reason")


@bp.get("/initiatives/<int:round_id>/late-doors")
def show_late_doors(round_id: int) -> str:
    """What was granted, and the form to grant more."""
    return _render(round_id, dict.fromkeys(_FIELDS, ""), None)


@bp.post("/initiatives/<int:round_id>/late-doors")
def add_late_door(round_id: int) -> Response | tuple[str, int]:
    """Let a unit hand in until a later moment."""
    typed = {name: normalise_text(request.form.get(name)) or "" for name in _FIELDS}
    page = late_doors.view_late_doors(organiser=get_current_person(), round_id=round_id)
    try:
        unit_id = read_id(typed["unit"])
        if unit_id is None:
            raise InvalidInput("Choose a unit.")
        late_doors.add_late_door(
            organiser=get_current_person(),
            round_id=round_id,
            unit_id=unit_id,
            until=read_moment(typed["until"], page.round.zone, otherwise=N_("Give day and time of the later moment.")),
            reason=typed["reason"],
            now=get_now(),
        )
    except InvalidInput as refusal:
        return _render(round_id, typed, refusal), refusal.status
    flash(gettext("The later moment was granted."))
    return redirect(url_for("organiser.show_late_doors", round_id=round_id), code=303)


def _render(round_id: int, typed: dict[str, str], refusal: InvalidInput | None) -> str:
    page = late_doors.view_late_doors(organiser=get_current_person(), round_id=round_id)
    return render_template("entry_checks/late_doors.html", page=page, typed=typed, refusal=refusal, now=get_now())
