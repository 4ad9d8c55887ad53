"""Starting, sitting, finishing and looking back at attempts."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import AttemptClosed
from quiz_app.services import attempts
from quiz_app.web.compression import compress_page
from quiz_app.web.identity import get_current_person, get_now, renew_session
from quiz_app.web.participant import bp


@bp.post("/rounds/<int:round_id>/attempts")
def start(round_id: int) -> Response:
    """Start an attempt, or go on with the open one."""
    attempt_id = attempts.start_attempt(person=get_current_person(), round_id=round_id, now=get_now())
    renew_session()
    return redirect(url_for("participant.show_attempt", attempt_id=attempt_id), code=303)


@bp.get("/attempts/<int:attempt_id>")
def show_attempt(attempt_id: int) -> Response:
    """The questions; once the attempt is over, its result."""
    try:
        page = attempts.view_attempt(person=get_current_person(), attempt_id=attempt_id, now=get_now())
    except AttemptClosed:
        return redirect(url_for("participant.show_result", attempt_id=attempt_id))
    return compress_page(render_template("participant/attempt.html", page=page))


@bp.get("/attempts/<int:attempt_id>/check")
def show_check(attempt_id: int) -> str | Response:
    """What is answered and what is not, before finishing (WCAG 2.2, 3.3.4)."""
    try:
        page = attempts.view_attempt(person=get_current_person(), attempt_id=attempt_id, now=get_now())
    except AttemptClosed:
        return redirect(url_for("participant.show_result", attempt_id=attempt_id))
    return render_template("participant/check.html", page=page)


@bp.get("/attempts/<int:attempt_id>/questions/<int:slot>/feedback")
def show_feedback(attempt_id: int, slot: int) -> str:
    """Key and explanation of an answered question of a practice round: a piece of the page, for its script."""
    question = attempts.view_practised(person=get_current_person(), attempt_id=attempt_id, slot=slot)
    return render_template("participant/feedback.html", question=question)


@bp.post("/attempts/<int:attempt_id>/finish")
def finish(attempt_id: int) -> Response:
    """Finish; a second click leads to the same result."""
    attempts.finish_attempt(person=get_current_person(), attempt_id=attempt_id, now=get_now())
    return redirect(url_for("participant.show_result", attempt_id=attempt_id), code=303)


@bp.get("/attempts/<int:attempt_id>/result")
def show_result(attempt_id: int) -> str:
    """The result, beside the best one."""
    now = get_now()
    page = attempts.view_result(person=get_current_person(), attempt_id=attempt_id, now=now)
    return render_template("participant/result.html", page=page, now=now)


@bp.get("/rounds/<int:round_id>/attempts")
def show_history(round_id: int) -> str:
    """The person's attempts in the round, the latest first."""
    page = attempts.view_history(
        person=get_current_person(),
        round_id=round_id,
        before_ordinal=request.args.get("before", type=int),
        now=get_now(),
    )
    return render_template("participant/history.html", page=page)
