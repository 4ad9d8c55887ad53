"""What happens at the same moment: one attempt, one result, and no acknowledged response that is not scored."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask

from quiz_app.domain.attempts import ResponseChange
from quiz_app.domain.contests import AttemptRegime, RegimeKind
from quiz_app.domain.errors import AttemptClosed, AttemptLimitReached, Refusal
from quiz_app.extensions import db
from quiz_app.persistence import attempts as attempts_store
from quiz_app.persistence.session import transaction
from quiz_app.services.attempts import (
    Acknowledgement,
    close_overdue,
    finish_attempt,
    list_home_rounds,
    save_responses,
    start_attempt,
    view_result,
)
from quiz_app.services.attempts.closing import close_attempts
from quiz_app.services.results import recompute_results
from tests.factories import MIDDLE, MS, add_person, add_round, find_right_choices, make_app, run_sql, sit_attempt
from tests.integration.threads import run_together

THREADS = 32
LATER = MIDDLE + timedelta(days=1)


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """An application with a connection for every thread, so that the threads meet in the database and not before it."""
    application = make_app(database_url, threads=THREADS + 4)
    with application.app_context():
        yield application
        db.engine.dispose()


def test_starts_at_the_same_moment_make_one_attempt(app: Flask) -> None:
    person, round_ = add_person(), add_round()
    for day in range(4):
        now = MIDDLE + timedelta(days=day)
        start = partial(start_attempt, person=person, round_id=round_.id, now=now)
        started = run_together(app, [start] * THREADS)
        assert len(set(started)) == 1, started
        assert run_sql("SELECT COUNT(*) AS attempts FROM attempts") == [(day + 1,)]
        finish_attempt(person=person, attempt_id=int(started[0]), now=now)  # type: ignore[arg-type]


def test_starts_of_many_people_at_the_same_moment_are_all_served(app: Flask) -> None:
    people, round_ = [add_person(f"nguoi-{n}") for n in range(THREADS)], add_round()
    started = run_together(
        app, [partial(start_attempt, person=person, round_id=round_.id, now=MIDDLE) for person in people]
    )
    assert len(set(started)) == THREADS
    assert all(isinstance(attempt_id, int) for attempt_id in started)


def test_finishes_at_the_same_moment_make_one_result(app: Flask) -> None:
    person, round_ = add_person(), add_round()
    for n in range(4):
        attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE + n * timedelta(hours=1))
        calls = [
            partial(
                finish_attempt,
                person=person,
                attempt_id=attempt_id,
                now=MIDDLE + n * timedelta(hours=1) + k * MS,
            )
            for k in range(THREADS)
        ]
        assert run_together(app, calls) == [None] * THREADS
        assert run_sql("SELECT attempt_count FROM results") == [(n + 1,)]
    assert run_sql("SELECT COUNT(*) AS entries FROM audit_entries WHERE action = 'attempt_finished'") == [(4,)]


def test_a_response_acknowledged_while_the_attempt_is_finished_is_scored(app: Flask) -> None:
    person, round_ = add_person(), add_round()
    refused = acknowledged_count = 0
    for n in range(16):
        now = MIDDLE + n * timedelta(minutes=10)
        attempt_id = start_attempt(person=person, round_id=round_.id, now=now)
        keys = find_right_choices(attempt_id)

        def save(sequence: int) -> Acknowledgement:
            # Half of the saves are of two slots, which is a transaction; the others are a statement of their own.
            slots = (sequence % 10,) if sequence % 2 else (sequence % 10, (sequence + 1) % 10)
            return save_responses(
                account_id=person.id,
                auth_version=person.auth_version,
                attempt_id=attempt_id,  # noqa: B023 - called before the next round begins
                changes=[ResponseChange(slot, keys[slot], sequence) for slot in slots],  # noqa: B023
                now=now,  # noqa: B023
            )

        sequences = random.sample(range(1, THREADS), THREADS - 1)
        calls: list[Any] = [partial(save, sequence) for sequence in sequences]
        calls.insert(random.randrange(THREADS), partial(finish_attempt, person=person, attempt_id=attempt_id, now=now))
        outcomes = run_together(app, calls)

        stored, correct_count = _read_scored(attempt_id)
        # All saves are of right choices: what is stored is what must have been scored.
        assert correct_count == len(stored)
        for outcome in outcomes:
            if isinstance(outcome, Acknowledgement):
                acknowledged_count += 1
                for slot, (sequence, _, _) in outcome.responses.items():
                    assert stored[slot][0] >= sequence
            elif outcome is not None:
                assert isinstance(outcome, AttemptClosed)
                refused += 1
    assert acknowledged_count, "no save came before its finish: nothing was tested"
    assert refused, "no save came after its finish: nothing was tested"


def test_a_response_acknowledged_in_the_last_moment_is_scored_by_the_sweeper(app: Flask) -> None:
    round_, people = add_round(), [add_person(f"nguoi-{n}") for n in range(15)]
    deadline = MIDDLE + timedelta(seconds=300)
    attempts = {person: start_attempt(person=person, round_id=round_.id, now=MIDDLE) for person in people}
    keys = {person: find_right_choices(attempt_id) for person, attempt_id in attempts.items()}
    calls: list[Any] = [
        partial(
            save_responses,
            account_id=person.id,
            auth_version=person.auth_version,
            attempt_id=attempt_id,
            changes=[ResponseChange(slot, keys[person][slot], 1)],
            now=deadline,
        )
        for person, attempt_id in attempts.items()
        for slot in (0, 5)
    ]
    outcomes = run_together(app, [*calls, partial(close_overdue, now=deadline + MS)])
    close_overdue(now=deadline + MS)
    acknowledged = sum(isinstance(outcome, Acknowledgement) for outcome in outcomes)
    scored = run_sql("SELECT SUM(correct_count) AS right_count FROM attempts WHERE state = 'finished'")
    assert scored == [(acknowledged,)]
    assert all(
        isinstance(outcome, Acknowledgement | AttemptClosed | int) and outcome is not True for outcome in outcomes
    )


def test_starts_while_the_open_attempt_is_closed_lead_to_one_new_attempt(app: Flask) -> None:
    person, round_ = add_person(), add_round()
    for day in range(4):
        overdue = start_attempt(person=person, round_id=round_.id, now=MIDDLE + timedelta(days=2 * day))
        now = MIDDLE + timedelta(days=2 * day + 1)
        start = partial(start_attempt, person=person, round_id=round_.id, now=now)
        others: list[Any] = [
            partial(close_overdue, now=now),
            partial(list_home_rounds, person=person, now=now),
            partial(view_result, person=person, attempt_id=overdue, now=now),
            partial(finish_attempt, person=person, attempt_id=overdue, now=now),
        ]
        outcomes = run_together(app, [start] * (THREADS - 4) + others)
        assert not [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
        (new,) = set(outcomes[: THREADS - 4])
        assert new != overdue
        finish_attempt(person=person, attempt_id=int(new), now=now)  # type: ignore[arg-type]
        assert run_sql("SELECT attempt_count FROM results") == [(2 * day + 2,)]
    assert run_sql("SELECT COUNT(*) AS attempts FROM attempts") == [(8,)]


def test_four_sweepers_close_each_overdue_attempt_once(app: Flask) -> None:
    round_, people = add_round(), [add_person(f"nguoi-{n}") for n in range(60)]
    for person in people:
        start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    counts = run_together(app, [partial(close_overdue, now=LATER)] * 4)
    assert sum(counts) == 60  # type: ignore[arg-type]
    assert run_sql("SELECT attempt_count, COUNT(*) AS people FROM results GROUP BY attempt_count") == [(1, 60)]
    assert run_sql("SELECT COUNT(*) AS entries FROM audit_entries WHERE action = 'attempt_finished'") == [(60,)]


def test_a_limited_regime_is_never_exceeded(app: Flask) -> None:
    person, round_ = add_person(), add_round(regime=AttemptRegime(RegimeKind.LIMITED, 3))

    def start_and_finish() -> None:
        for _ in range(3):
            attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
            finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)

    outcomes = run_together(app, [start_and_finish] * THREADS)
    assert any(isinstance(outcome, AttemptLimitReached) for outcome in outcomes)
    assert all(outcome is None or isinstance(outcome, AttemptLimitReached) for outcome in outcomes)
    assert run_sql("SELECT COUNT(*) AS attempts FROM attempts") == [(3,)]
    assert run_sql("SELECT attempt_count FROM results") == [(3,)]


def test_results_computed_anew_while_people_finish_lose_nobody(app: Flask) -> None:
    round_, people = add_round(), [add_person(f"nguoi-{n}") for n in range(16)]
    for person in people[:8]:
        sit_attempt(person, round_, right=3)
    for hour in range(1, 7):
        now = MIDDLE + timedelta(hours=hour)
        open_attempts = [start_attempt(person=person, round_id=round_.id, now=now) for person in people]
        calls: list[Any] = [
            partial(finish_attempt, person=person, attempt_id=attempt_id, now=now)
            for person, attempt_id in zip(people, open_attempts, strict=True)
        ]
        calls += [partial(recompute_results, round_id=round_.id, now=now, actor_id=None)] * 3
        random.shuffle(calls)
        run_together(app, calls)
        kept = run_sql("SELECT * FROM results ORDER BY account_id")
        recompute_results(round_id=round_.id, now=now, actor_id=None)
        assert run_sql("SELECT * FROM results ORDER BY account_id") == kept


def test_results_computed_anew_wait_for_a_finish_that_is_under_way(app: Flask) -> None:
    person, round_ = add_person(), add_round()
    sit_attempt(person, round_, right=3)
    attempt_id = start_attempt(person=person, round_id=round_.id, now=LATER)

    def recompute() -> None:
        with app.app_context():
            recompute_results(round_id=round_.id, now=LATER, actor_id=None)

    other = threading.Thread(target=recompute)
    with transaction() as work:
        row = attempts_store.lock_attempt(work, attempt_id=attempt_id, account_id=person.id)
        assert row is not None
        close_attempts(work, [row], LATER, actor_id=person.id)
        other.start()
        # Long enough for it to have read what it reads, were it not waiting.
        other.join(0.5)
        assert other.is_alive()
    other.join()
    assert run_sql("SELECT attempt_count FROM results") == [(2,)]


def _read_scored(attempt_id: int) -> tuple[dict[str, list[int]], int]:
    ((stored, correct_count, state),) = run_sql(
        "SELECT responses, correct_count, state FROM attempts WHERE id = :id", id=attempt_id
    )
    assert state == "finished"
    return (json.loads(stored) if isinstance(stored, str) else stored), correct_count
