"""The audit trail: who did what, when, from where; and a check that nothing of it was altered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.audit import TrailFilter
from quiz_app.services import audit_trail
from quiz_app.web.audit_words import SUBJECTS, describe_action
from quiz_app.web.formatting import find_display_zone
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp

LONGEST_FIELD = 120
_LAST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """The form as it was sent: its fields for showing it again, the filter, and the date that cannot be read."""

    fields: dict[str, str]
    chosen: TrailFilter
    wrong_date: str | None


@bp.get("/audit")
def show_audit() -> str:
    """The trail, newest first, narrowed by the form above it."""
    query = read_query()
    page = audit_trail.view_trail(
        person=get_current_person(),
        login=query.fields["person"] or None,
        chosen=query.chosen,
        before=request.args.get("before", type=_read_id),
    )
    actions = sorted({*page.actions, "attempt_finished"}, key=describe_action)
    asked = {name: value for name, value in query.fields.items() if value}
    return render_template(
        "organiser/audit.html", page=page, query=query, asked=asked, actions=actions, subjects=list(SUBJECTS)
    )


@bp.post("/audit/check")
def check_audit() -> Response:
    """Have the whole chain checked in the background."""
    job_id = audit_trail.request_check(person=get_current_person(), now=get_now())
    return redirect(url_for("jobs.show_job", job_id=job_id), code=303)


def read_query() -> TrailQuery:
    """The filter of the address. Both days are those of Vietnam, and both are within the period."""
    names = ("person", "action", "subject", "subject_id", "since", "until")
    fields = {name: (normalise_text(request.args.get(name, "")) or "").strip()[:LONGEST_FIELD] for name in names}
    wrong, since, until = None, None, None
    try:
        since = _read_day(fields["since"])
    except ValueError:
        wrong = fields["since"]
    try:
        until = _read_day(fields["until"])
    except ValueError:
        wrong = fields["until"]
    chosen = TrailFilter(
        action=fields["action"] or None,
        subject_type=fields["subject"] or None,
        subject_id=_find_id(fields["subject_id"]),
        since=_find_start(since),
        until=_find_start(until + timedelta(days=1)) if until else None,
    )
    return TrailQuery(fields, chosen, wrong)


def _read_day(text: str) -> date | None:
    """``2022-10-15`` as browsers send it, or ``15/10/2022`` as people write it. Raises ValueError."""
    if not text:
        return None
    day = datetime.strptime(text, "%d/%m/%Y").date() if "/" in text else date.fromisoformat(text)  # noqa: DTZ007
    if not 2000 <= day.year <= 2200:
        raise ValueError(text)
    return day


def _find_start(day: date | None) -> datetime | None:
    """The first moment of the day in the zone that the page shows."""
    return datetime.combine(day, time(), find_display_zone()).astimezone(UTC) if day else None


def _find_id(text: str) -> int | None:
    return min(int(text), _LAST_ID) if text.isascii() and text.isdecimal() else None


def _read_id(text: str) -> int:
    return max(1, min(int(text), _LAST_ID))
