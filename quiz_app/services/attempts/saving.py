"""Saving responses. The acknowledgement is returned after the commit, and says what the database holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quiz_app.domain.attempts import (
    AttemptState,
    PredictionChange,
    ResponseChange,
    check_change,
    check_prediction,
    find_late_responses,
    fits_paper,
)
from quiz_app.domain.errors import AttemptClosed, InvalidInput, NotFound, SignInRequired, UnknownChoice
from quiz_app.persistence import attempts as attempts_store
from quiz_app.persistence import people as people_store
from quiz_app.persistence.attempts import SavedState
from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.session import Work, single_write, transaction


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What is durable now: every slot's ``[sequence, choice, ms after the start]``, every flag's ``[sequence, 1 or 0,
    ms]``, the time left, in milliseconds, and the prediction's ``[sequence, number]``, None without one.
    """

    responses: dict[str, Any]
    flags: dict[str, Any]
    time_left_ms: int
    prediction: list[int] | None = None


def save_responses(
    *,
    account_id: int,
    auth_version: int,
    attempt_id: int,
    changes: Sequence[ResponseChange],
    now: datetime,
    prediction: PredictionChange | None = None,
) -> Acknowledgement:
    """Save one or several responses or flags, all or none. A change that is not newer than what is stored is passed
    over.

    Raises NotFound (another's attempt), AttemptClosed (then what came late is on record), UnknownChoice, InvalidInput,
    SignInRequired (signed out elsewhere).
    """
    if not changes and prediction is None:
        raise InvalidInput("There is nothing to save.")
    if prediction is not None:
        check_prediction(prediction)
    for change in changes:
        check_change(change)
    whose = {"attempt_id": attempt_id, "account_id": account_id, "auth_version": auth_version}
    try:
        saved = _save_all(changes, prediction, now=now, **whose)
    except AttemptClosed as refusal:
        raise _keep_late(changes, attempt_id=attempt_id, account_id=account_id, now=now) from refusal
    return Acknowledgement(saved.responses, saved.flags, max(0, saved.deadline_ms - to_ms(now)), saved.prediction)


def _save_all(
    changes: Sequence[ResponseChange],
    prediction: PredictionChange | None,
    *,
    attempt_id: int,
    account_id: int,
    auth_version: int,
    now: datetime,
) -> SavedState:
    whose = {"attempt_id": attempt_id, "account_id": account_id, "auth_version": auth_version}
    all_changes: list[ResponseChange | PredictionChange] = [*changes]
    if prediction is not None:
        all_changes.insert(0, prediction)
    if len(all_changes) == 1:
        with single_write() as work:
            return _save_one(work, all_changes[0], now=now, **whose)
    with transaction() as work:
        for change in all_changes:
            saved = _save_one(work, change, now=now, **whose)
    return saved


def _keep_late(changes: Sequence[ResponseChange], *, attempt_id: int, account_id: int, now: datetime) -> AttemptClosed:
    """Put on record what came after the end of the person's attempt, and say what was received in time."""
    with transaction() as work:
        # The row's lock makes the limit hold for requests at the same time too.
        row = attempts_store.lock_attempt(work, attempt_id=attempt_id, account_id=account_id)
        if row is None:
            return AttemptClosed()
        late = find_late_responses(row.attempt, changes)
        kept_count = attempts_store.add_late_responses(
            work, attempt_id=attempt_id, account_id=account_id, changes=late, now=now
        )
    return AttemptClosed(row.attempt.answered_count, kept_count)


def _save_one(
    work: Work,
    change: ResponseChange | PredictionChange,
    *,
    attempt_id: int,
    account_id: int,
    auth_version: int,
    now: datetime,
) -> SavedState:
    whose = {"attempt_id": attempt_id, "account_id": account_id, "auth_version": auth_version}
    if isinstance(change, PredictionChange):
        saved = attempts_store.save_prediction(work, change=change, now=now, **whose)
    else:
        saved = attempts_store.save_change(work, change=change, now=now, **whose)
    return saved or _explain_unsaved(work, change, now=now, **whose)


def _explain_unsaved(
    work: Work,
    change: ResponseChange | PredictionChange,
    *,
    attempt_id: int,
    account_id: int,
    auth_version: int,
    now: datetime,
) -> SavedState:
    """Why nothing was written. A change that is merely not newer is no fault: the stored state is returned."""
    person = people_store.find_person(work, account_id)
    if person is None or person.auth_version != auth_version:
        raise SignInRequired
    row = attempts_store.find_attempt(work, attempt_id=attempt_id, account_id=account_id)
    if row is None:
        raise NotFound
    attempt = row.attempt
    if attempt.state is not AttemptState.IN_PROGRESS or now > attempt.accepts_until_at:
        raise AttemptClosed
    if isinstance(change, ResponseChange) and not fits_paper(change, attempt.paper):
        raise UnknownChoice
    return attempts_store.to_saved_state(attempt)
