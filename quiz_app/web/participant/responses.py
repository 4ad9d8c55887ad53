"""Saving responses: from the page's script as JSON, or from a plain form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.attempts import ResponseChange
from quiz_app.domain.errors import AttemptClosed, InvalidInput
from quiz_app.services.attempts import save_responses
from quiz_app.web.identity import get_now, get_session_identity
from quiz_app.web.participant import bp
from quiz_app.web.participant.choices import FormFields, is_integer, read_form_choices, read_json_choice

MOST_CHANGES = 200


@bp.post("/attempts/<int:attempt_id>/responses")
def save(attempt_id: int) -> Response:
    """Save what was chosen; the answer leaves after the commit."""
    now = get_now()
    account_id, auth_version = get_session_identity()
    whose = {"account_id": account_id, "auth_version": auth_version, "attempt_id": attempt_id}
    if not request.is_json:
        return _save_form(now, whose)
    changes, prediction = read_json_changes(_find_json())
    saved = save_responses(changes=changes, prediction=prediction, now=now, **whose)
    return jsonify(responses=saved.responses, flags=saved.flags, time_left_ms=saved.time_left_ms)


def _find_json() -> Any:
    """The JSON of the request; None for what is none, such as a body nested thousands deep."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _save_form(now: datetime, whose: dict[str, int]) -> Response:
    attempt_id = whose["attempt_id"]
    changes, prediction = read_form_changes(request.form.to_dict(flat=False), now)
    try:
        if changes or prediction is not None:
            save_responses(changes=changes, prediction=prediction, now=now, **whose)
    except AttemptClosed:
        return redirect(url_for("participant.show_result", attempt_id=attempt_id), code=303)
    then, _, slot = request.form.get("then", "").partition("-")
    if then == "stay" and slot.isdecimal():
        place = url_for("participant.show_attempt", attempt_id=attempt_id, _anchor=f"question-{int(slot) + 1}")
        return redirect(place, code=303)
    return redirect(url_for("participant.show_check", attempt_id=attempt_id), code=303)


def read_json_changes(body: Any) -> tuple[list[ResponseChange], int | None]:
    """The changes of a JSON body. Raises InvalidInput for anything that is not of the documented form."""
    if not isinstance(body, dict):
        raise InvalidInput("The request is not valid JSON.")
    prediction = body.get("prediction")
    if prediction is not None and not is_integer(prediction):
        raise InvalidInput("The prediction is a whole number from 0 to 1,000,000,000.")
    changes = []
    for entry in _list_entries(body, "responses"):
        slot, sequence = entry.get("slot"), entry.get("sequence")
        if not (is_integer(slot) and is_integer(sequence)):
            raise InvalidInput("A response has a slot, a choice and a sequence number.")
        changes.append(ResponseChange(slot, read_json_choice(entry.get("choice")), sequence))
    for entry in _list_entries(body, "flags"):
        slot, is_flagged, sequence = entry.get("slot"), entry.get("flagged"), entry.get("sequence")
        if not (is_integer(slot) and is_integer(sequence) and isinstance(is_flagged, bool)):
            raise InvalidInput("A flag has a slot, true or false, and a sequence number.")
        changes.append(ResponseChange(slot, int(is_flagged), sequence, is_flag=True))
    return changes, prediction


def _list_entries(body: dict[Any, Any], name: str) -> list[dict[Any, Any]]:
    entries = body.get(name, [])
    if not isinstance(entries, list) or len(entries) > MOST_CHANGES:
        raise InvalidInput("The list of responses is not valid.")
    if not all(isinstance(entry, dict) for entry in entries):
        raise InvalidInput("The list of responses is not valid.")
    return entries


def read_form_changes(fields: FormFields, now: datetime) -> tuple[list[ResponseChange], int | None]:
    """The changes of a plain form. Its moment of arrival, in milliseconds, orders it among other saves."""
    changes = read_form_choices(fields, int(now.timestamp() * 1000))
    guess = "".join(fields.get("prediction", ())).strip().replace(".", "")
    if guess and not (guess.isdecimal() and len(guess) < 12):
        raise InvalidInput("The prediction is a whole number from 0 to 1,000,000,000.")
    return changes, int(guess) if guess else None
