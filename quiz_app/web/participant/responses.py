"""Saving responses: from the page's script as JSON, or from a plain form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.attempts import PredictionChange, ResponseChange
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
    changes, prediction = read_json_changes(_find_json(), now)
    saved = save_responses(changes=changes, prediction=prediction, now=now, **whose)
    guess = {} if saved.prediction is None else {"prediction": saved.prediction}
    return jsonify(responses=saved.responses, flags=saved.flags, time_left_ms=saved.time_left_ms, **guess)


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


def read_json_changes(body: Any, now: datetime) -> tuple[list[ResponseChange], PredictionChange | None]:
    """The changes of a JSON body. Raises InvalidInput for anything that is not of the documented form."""
    if not isinstance(body, dict):
        raise InvalidInput("The request is not valid JSON.")
    prediction = _read_json_prediction(body.get("prediction"), now)
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


def _read_json_prediction(value: Any, now: datetime) -> PredictionChange | None:
    """The guess with its sequence number. A bare number is what older pages send: its arrival orders it."""
    if value is None:
        return None
    if is_integer(value):
        return PredictionChange(value, _find_sequence(now))
    if not (isinstance(value, dict) and is_integer(value.get("value")) and is_integer(value.get("sequence"))):
        raise InvalidInput("The prediction is a whole number from 0 to 1,000,000,000.")
    return PredictionChange(value["value"], value["sequence"])


def _list_entries(body: dict[Any, Any], name: str) -> list[dict[Any, Any]]:
    entries = body.get(name, [])
    if not isinstance(entries, list) or len(entries) > MOST_CHANGES:
        raise InvalidInput("The list of responses is not valid.")
    if not all(isinstance(entry, dict) for entry in entries):
        raise InvalidInput("The list of responses is not valid.")
    return entries


def read_form_changes(fields: FormFields, now: datetime) -> tuple[list[ResponseChange], PredictionChange | None]:
    """The changes of a plain form. Its moment of arrival, in milliseconds, orders it among other saves."""
    sequence = _find_sequence(now)
    changes = read_form_choices(fields, sequence)
    guess = "".join(fields.get("prediction", ())).strip().replace(".", "")
    if guess and not (guess.isdecimal() and len(guess) < 12):
        raise InvalidInput("The prediction is a whole number from 0 to 1,000,000,000.")
    # As with the choices: what the page showed and the person left alone overwrites nothing.
    is_given = guess and guess != "".join(fields.get("shown-prediction", ()))
    return changes, PredictionChange(int(guess), sequence) if is_given else None


def _find_sequence(now: datetime) -> int:
    return int(now.timestamp() * 1000)
