"""The outbox: every letter by state, the reasons of those that did not go out, and what is decided on them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.letters import DECISIONS, Decision, LetterState
from quiz_app.services.directory import find_organiser_scope
from quiz_app.services.letters import outbox
from quiz_app.services.letters.queueing import queue_trial
from quiz_app.web import letter_words
from quiz_app.web.directory_query import read_id
from quiz_app.web.identity import get_current_person, get_now, get_settings
from quiz_app.web.letter_views import add_letter_views
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext, ngettext

STATES = (
    LetterState.QUEUED, LetterState.SENDING, LetterState.SENT, LetterState.FAILED, LetterState.UNCERTAIN,
    LetterState.CANCELLED,
)  # fmt: skip

add_letter_views(bp, find_organiser_scope)


@bp.get("/letters")
def show_letters() -> str:
    """Letters of a state, or all; the state of the mail server; the latest batches."""
    asked, before = request.args.get("state", ""), read_id(request.args.get("before", ""))
    state = LetterState(asked) if asked in set(STATES) else None
    return render_template(
        "organiser/letters.html",
        page=outbox.view_outbox(organiser=get_current_person(), state=state, before=before),
        state=state,
        states=STATES,
        before=before,
        words=letter_words,
        mail=get_settings().mail,
    )


@bp.get("/letters/<int:letter_id>")
def show_outbox_letter(letter_id: int) -> str:
    """One letter with its text, what became of it, and what can be decided."""
    letter = outbox.view_outbox_letter(organiser=get_current_person(), letter_id=letter_id)
    return render_template(
        "organiser/letter.html", letter=letter, decisions=DECISIONS.get(letter.state, ()), words=letter_words
    )


@bp.post("/letters/<int:letter_id>/decision")
def decide_letter(letter_id: int) -> Response:
    """Send again, do not send, or note as arrived."""
    decision = request.form.get("decision", "")
    if decision not in set(Decision):
        raise InvalidInput("Choose one of the list.")
    outbox.decide_letter(
        organiser=get_current_person(), letter_id=letter_id, decision=Decision(decision), now=get_now()
    )
    flash(gettext("The decision was noted."), "plain")
    return redirect(url_for("organiser.show_outbox_letter", letter_id=letter_id), code=303)


@bp.post("/letters/retry")
def retry_letters() -> Response:
    """Try all again that were not delivered."""
    count = outbox.retry_failed(organiser=get_current_person(), now=get_now())
    message = ngettext("%(num)d letter is tried again.", "%(num)d letters are tried again.", count)
    flash(message if count else gettext("No letter failed: none is tried again."), "plain")
    return redirect(url_for("organiser.show_letters"), code=303)


@bp.post("/letters/trial")
def send_trial() -> Response:
    """Send a letter to oneself."""
    queue_trial(organiser=get_current_person(), is_mail_set=get_settings().mail is not None, now=get_now())
    flash(gettext("The trial letter waits to be sent; what becomes of it stands in the list."), "plain")
    return redirect(url_for("organiser.show_letters"), code=303)
