"""The deadline, and how an attempt ends: never later than its time, never with more time than was given."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.assembly import Slot
from quiz_app.domain.attempts import (
    LARGEST_SEQUENCE,
    Attempt,
    AttemptState,
    ClosedBy,
    ResponseChange,
    check_change,
    compute_deadline,
    end_attempt,
    make_shape,
)
from quiz_app.domain.errors import InvalidInput, UnknownChoice
from tests.factories import CLOSING, MIDDLE, MS, make_round

LIMIT = timedelta(seconds=300)
GRACE = timedelta(seconds=5)
SLOT = Slot(7, (2, 0, 3, 1))


def make_attempt(started_at: datetime = MIDDLE, deadline_at: datetime | None = None, **changes: Any) -> Attempt:
    deadline_at = deadline_at or started_at + LIMIT
    values: dict[str, Any] = {
        "id": 1,
        "round_id": 1,
        "account_id": 1,
        "unit_id": None,
        "ordinal": 1,
        "state": AttemptState.IN_PROGRESS,
        "started_at": started_at,
        "deadline_at": deadline_at,
        "accepts_until_at": deadline_at + GRACE,
        "paper": (SLOT,),
        "responses": {},
    }
    return Attempt(**(values | changes))


@pytest.mark.parametrize(
    ("started_at", "deadline_at"),
    [
        (MIDDLE, MIDDLE + LIMIT),
        (CLOSING - LIMIT - MS, CLOSING - MS),
        (CLOSING - LIMIT, CLOSING),
        (CLOSING - LIMIT + MS, CLOSING),
        (CLOSING - MS, CLOSING),
    ],
)
def test_the_deadline_is_the_earlier_of_the_limit_and_the_closing(started_at: datetime, deadline_at: datetime) -> None:
    assert compute_deadline(make_round(time_limit_seconds=300), started_at) == deadline_at


@pytest.mark.parametrize(
    ("offset", "elapsed_ms", "closed_by"),
    [
        (-MS, 299_999, ClosedBy.PARTICIPANT),
        (0 * MS, 300_000, ClosedBy.PARTICIPANT),
        (MS, 300_000, ClosedBy.DEADLINE),
        (GRACE, 300_000, ClosedBy.DEADLINE),
        (timedelta(days=1), 300_000, ClosedBy.DEADLINE),
    ],
)
def test_an_attempt_ends_at_its_deadline_at_the_latest(offset: timedelta, elapsed_ms: int, closed_by: ClosedBy) -> None:
    attempt = make_attempt()
    ending = end_attempt(attempt, attempt.deadline_at + offset)
    assert ending.finished_at == min(attempt.deadline_at + offset, attempt.deadline_at)
    assert (ending.elapsed_ms, ending.closed_by) == (elapsed_ms, closed_by)


@pytest.mark.parametrize(("offset", "is_overdue"), [(-MS, False), (0 * MS, False), (MS, True)])
def test_an_attempt_is_overdue_after_its_last_moment_of_grace(offset: timedelta, is_overdue: bool) -> None:
    attempt = make_attempt()
    assert attempt.is_overdue(attempt.accepts_until_at + offset) is is_overdue


@pytest.mark.parametrize("state", [AttemptState.FINISHED, AttemptState.VOIDED])
def test_an_attempt_that_has_ended_is_never_overdue(state: AttemptState) -> None:
    assert not make_attempt(state=state).is_overdue(MIDDLE + timedelta(days=1))


def test_a_clock_set_back_gives_no_negative_time() -> None:
    ending = end_attempt(make_attempt(), MIDDLE - timedelta(seconds=2))
    assert (ending.finished_at, ending.elapsed_ms, ending.closed_by) == (MIDDLE, 0, ClosedBy.PARTICIPANT)


@given(
    limit_seconds=st.integers(10, 86_400),
    until_close_ms=st.integers(1, 100_000_000),
    after_ms=st.integers(-10_000, 300_000_000),
)
def test_elapsed_time_is_never_below_zero_nor_above_the_time_that_was_given(
    limit_seconds: int, until_close_ms: int, after_ms: int
) -> None:
    started_at = CLOSING - until_close_ms * MS
    deadline_at = compute_deadline(make_round(time_limit_seconds=limit_seconds), started_at)
    attempt = make_attempt(started_at, deadline_at)
    ending = end_attempt(attempt, started_at + after_ms * MS)
    assert 0 <= ending.elapsed_ms <= min(limit_seconds * 1000, until_close_ms)
    assert started_at <= ending.finished_at <= deadline_at <= CLOSING
    assert ending.finished_at - started_at == ending.elapsed_ms * MS
    assert (ending.closed_by is ClosedBy.DEADLINE) == (started_at + after_ms * MS > deadline_at)


def test_the_shape_of_a_paper_is_a_digit_a_slot() -> None:
    assert make_shape((SLOT, Slot(8, (1, 0)), Slot(9, tuple(range(8))))) == "c04c02c08"


@pytest.mark.parametrize("sequence", [0, 1, LARGEST_SEQUENCE])
def test_a_sequence_number_that_a_browser_keeps_exactly_is_taken(sequence: int) -> None:
    check_change(ResponseChange(0, 0, sequence))


@pytest.mark.parametrize("sequence", [-1, LARGEST_SEQUENCE + 1])
def test_any_other_sequence_number_is_refused(sequence: int) -> None:
    with pytest.raises(InvalidInput):
        check_change(ResponseChange(0, 0, sequence))


@pytest.mark.parametrize(("slot", "choice"), [(-1, 0), (0, -1), (-1, None)])
def test_a_slot_or_option_below_zero_is_refused(slot: int, choice: int | None) -> None:
    with pytest.raises(UnknownChoice):
        check_change(ResponseChange(slot, choice, 1))


def test_a_cleared_response_is_taken() -> None:
    check_change(ResponseChange(0, None, 1))
