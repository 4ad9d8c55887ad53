"""The save of a response: the hot path. One statement, one commit."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from question_bank.responses import list_fitting_forms
from quiz_app.domain.attempts import Attempt, PredictionChange, ResponseChange
from quiz_app.persistence.attempts.table import FLAG_PREFIX, PREDICTION_NAME, split_stored
from quiz_app.persistence.columns import from_json, to_json, to_ms
from quiz_app.persistence.session import Row, Statement, Work

# The person, the session's standing, the state, the deadline, the slot, the option and the sequence number are all
# conditions of the one UPDATE: a late, repeated, foreign or impossible save touches no row, and a finish that holds the
# row is waited for and then seen.
_CONDITIONS = """
  WHERE id = :attempt_id AND account_id = :account_id AND state = 'in_progress' AND accepts_until_at >= :now
    AND EXISTS (SELECT 1 FROM accounts
                WHERE accounts.id = :account_id AND auth_version = :auth_version AND is_active)
"""
_FITS = """
    AND :slot * 3 < length(shape) AND (:forms = '' OR {find}(:forms, substr(shape, :slot * 3 + 1, 3)) > 0)
"""
_SAVE = Statement.from_sqls(
    postgresql="UPDATE attempts SET responses = responses || jsonb_build_object(CAST(:name AS text), jsonb_build_array("
    "CAST(:sequence AS bigint), CAST(:stored_choice AS jsonb), CAST(:now AS bigint) - started_at))"
    + _CONDITIONS
    + _FITS.format(find="strpos").replace(":slot", "CAST(:slot AS integer)").replace(":forms", "CAST(:forms AS text)")
    + """    AND COALESCE((responses -> CAST(:name AS text) ->> 0)::bigint, -1) < :sequence
  RETURNING responses, deadline_at""",
    sqlite="UPDATE attempts SET responses = json_patch(responses, json_object(:name, json_array("
    ":sequence, json(:stored_choice), :now - started_at)))"
    + _CONDITIONS
    + _FITS.format(find="instr")
    + """    AND COALESCE(json_extract(responses, :path), -1) < :sequence
  RETURNING responses, deadline_at""",
)
_SAVE_PREDICTION = Statement.from_sqls(
    postgresql="UPDATE attempts SET prediction = CAST(:prediction AS integer), "
    "responses = responses || jsonb_build_object(CAST(:name AS text), jsonb_build_array("
    "CAST(:sequence AS bigint), CAST(:prediction AS integer), CAST(:now AS bigint) - started_at))"
    + _CONDITIONS
    + """    AND COALESCE((responses -> CAST(:name AS text) ->> 0)::bigint, -1) < :sequence
  RETURNING responses, deadline_at""",
    sqlite="UPDATE attempts SET prediction = :prediction, "
    "responses = json_patch(responses, json_object(:name, json_array(:sequence, :prediction, :now - started_at)))"
    + _CONDITIONS
    + """    AND COALESCE(json_extract(responses, :path), -1) < :sequence
  RETURNING responses, deadline_at""",
)


@dataclass(frozen=True, slots=True)
class SavedState:
    """All responses and flags of the attempt after the save, by slot as text: ``[sequence, choice, ms]``; the deadline
    in ms; the prediction, ``[sequence, number]``, if there is one.
    """

    responses: dict[str, Any]
    flags: dict[str, Any]
    deadline_ms: int
    prediction: list[int] | None = None


def save_change(
    work: Work, *, attempt_id: int, account_id: int, auth_version: int, change: ResponseChange, now: datetime
) -> SavedState | None:
    """Write the response or flag if everything allows it; None when nothing was written, for whatever reason."""
    name = f"{FLAG_PREFIX}{change.slot}" if change.is_flag else str(change.slot)
    row = work.find_one(
        _SAVE,
        attempt_id=attempt_id,
        account_id=account_id,
        auth_version=auth_version,
        now=to_ms(now),
        slot=change.slot,
        name=name,
        path=f'$."{name}"[0]',
        forms=_list_forms(change),
        stored_choice=to_json(change.choice),
        sequence=change.sequence,
    )
    return None if row is None else _to_state(row)


def save_prediction(
    work: Work, *, attempt_id: int, account_id: int, auth_version: int, change: PredictionChange, now: datetime
) -> SavedState | None:
    """Write the prediction if everything allows it; None when nothing was written, for whatever reason."""
    row = work.find_one(
        _SAVE_PREDICTION,
        attempt_id=attempt_id,
        account_id=account_id,
        auth_version=auth_version,
        now=to_ms(now),
        name=PREDICTION_NAME,
        path=f'$."{PREDICTION_NAME}"[0]',
        prediction=change.value,
        sequence=change.sequence,
    )
    return None if row is None else _to_state(row)


def _to_state(row: Row) -> SavedState:
    stored = from_json(row.responses)
    guess = stored.get(PREDICTION_NAME)
    return SavedState(*split_stored(stored), row.deadline_at, guess and guess[:2])


def _list_forms(change: ResponseChange) -> str:
    """The forms of slots that the change fits, in one text; empty where it fits every slot (a flag, a choice cleared).

    Three characters each, of which only the first is a letter, so that none is found across two others.
    """
    if change.choice is None or change.is_flag:
        return ""
    return "".join(list_fitting_forms(change.choice)) or "-"


def to_saved_state(attempt: Attempt) -> SavedState:
    """The same of an attempt that was read, not written."""
    return SavedState(
        responses={
            str(slot): [response.sequence, response.choice, response.saved_ms]
            for slot, response in attempt.responses.items()
        },
        flags={str(slot): [flag.sequence, int(flag.is_flagged), flag.saved_ms] for slot, flag in attempt.flags.items()},
        deadline_ms=to_ms(attempt.deadline_at),
        prediction=None if attempt.prediction is None else [attempt.prediction_sequence, attempt.prediction],
    )
