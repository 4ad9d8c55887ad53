"""Notices on a participant's home page."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from quiz_app.services.notices import dismiss_notice as dismiss
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.participant import bp


@bp.post("/my/notices/<int:notice_id>/dismiss")
def dismiss_notice(notice_id: int) -> Response:
    """Show it no more."""
    dismiss(person=get_current_person(), notice_id=notice_id, now=get_now())
    return redirect(url_for("participant.show_home"), code=303)
