"""Saving responses: from the page's script as JSON, or from a plain form."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeGuard

from flask import jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.attempts import ResponseChange
from quiz_app.domain.errors import AttemptClosed, InvalidInput
from quiz_app.services.attempts import save_responses
from quiz_app.web.identity import get_now, get_session_identity
from quiz_app.web.participant import bp

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
    changes, prediction = read_form_changes(request.form.to_dict(), now)
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
    if prediction is not None and not _is_integer(prediction):
        raise InvalidInput("The prediction is a whole number from 0 to 1,000,000,000.")
    changes = []
    for entry in _list_entries(body, "responses"):
        slot, choice, sequence = entry.get("slot"), entry.get("choice"), entry.get("sequence")
        if not (_is_integer(slot) and _is_integer(sequence) and (choice is None or _is_integer(choice))):
            raise InvalidInput("A response has a slot, a choice and a sequence number.")
        changes.append(ResponseChange(slot, choice, sequence))
    for entry in _list_entries(body, "flags"):
        slot, is_flagged, sequence = entry.get("slot"), entry.get("flagged"), entry.get("sequence")
        if not (_is_integer(slot) and _is_integer(sequence) and isinstance(is_flagged, bool)):
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


def read_form_changes(fields: dict[str, str], now: datetime) -> tuple[list[ResponseChange], int | None]:
    """The changes of a plain form. Its moment of arrival, in milliseconds, orders it among other saves.

    ``choice-3`` is a position, or nothing for a choice taken back. ``flag-3`` is there only while it is ticked, so the
    page says with ``was-flagged-3`` which flags it showed.
    """
    sequence = int(now.timestamp() * 1000)
    changes = []
    flagged: set[int] = set()
    was_flagged: set[int] = set()
    for name, value in fields.items():
        kind, _, slot = name.rpartition("-")
        if kind not in ("choice", "flag", "was-flagged"):
            continue
        if not (slot.isdecimal() and len(slot) < 5):
            raise InvalidInput("The list of responses is not valid.")
        if kind == "choice":
            changes.append(ResponseChange(int(slot), _read_choice(value), sequence))
        else:
            (flagged if kind == "flag" else was_flagged).add(int(slot))
    changes += [
        ResponseChange(slot, int(slot in flagged), sequence, is_flag=True) for slot in sorted(flagged ^ was_flagged)
    ]
    guess = fields.get("prediction", "").strip().replace(".", "")
    if guess and not (guess.isdecimal() and len(guess) < 12):
        raise InvalidInput("The prediction is a whole number from 0 to 1,000,000,000.")
    return changes, int(guess) if guess else None


def _read_choice(value: str) -> int | None:
    if value == "":
        return None
    if not (value.isdecimal() and len(value) < 5):
        raise InvalidInput("The list of responses is not valid.")
    return int(value)


def _is_integer(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**53) < value < 2**53
