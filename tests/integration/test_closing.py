"""Attempts that nobody finishes in time: closed by rule on whatever reads them first, never after their deadline."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.errors import AttemptClosed
from quiz_app.domain.people import Person
from quiz_app.jobs.sweeper import shorten_pause
from quiz_app.services.attempts import (
    close_overdue,
    closing,
    find_common_end,
    finish_attempt,
    list_home_rounds,
    start_attempt,
    view_attempt,
    view_history,
    view_result,
    view_start,
)
from tests.factories import CLOSING, MIDDLE, MS, add_person, add_round, answer_attempt, run_sql
from tests.integration.visitor import Visitor, add_open_round

pytestmark = pytest.mark.usefixtures("app")

DEADLINE = MIDDLE + timedelta(seconds=300)
LATER = MIDDLE + timedelta(days=3)

READERS: dict[str, Callable[[Person, int, int], object]] = {
    "home": lambda person, _round, _attempt: list_home_rounds(person=person, now=LATER),
    "start page": lambda person, round_id, _attempt: view_start(person=person, round_id=round_id, now=LATER),
    "start": lambda person, round_id, _attempt: start_attempt(person=person, round_id=round_id, now=LATER),
    "result": lambda person, _round, attempt_id: view_result(person=person, attempt_id=attempt_id, now=LATER),
    "history": lambda person, round_id, _attempt: view_history(
        person=person, round_id=round_id, before_ordinal=None, now=LATER
    ),
    "finish": lambda person, _round, attempt_id: finish_attempt(person=person, attempt_id=attempt_id, now=LATER),
    "sweeper": lambda _person, _round, _attempt: close_overdue(now=LATER),
}


@pytest.mark.parametrize("reader", READERS)
def test_an_overdue_attempt_is_closed_and_scored_by(reader: str) -> None:
    person, round_ = add_person(), add_round()
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    answer_attempt(person, attempt_id, right=8, now=MIDDLE + timedelta(seconds=100))
    READERS[reader](person, round_.id, attempt_id)
    (row,) = run_sql(
        "SELECT state, finished_at - started_at AS took, deadline_at - finished_at AS early, elapsed_ms, closed_by, "
        "score_hundredths FROM attempts WHERE id = :id",
        id=attempt_id,
    )
    assert tuple(row) == ("finished", 300_000, 0, 300_000, "deadline", 800)
    assert run_sql("SELECT attempt_id, attempt_count, score_hundredths FROM results") == [(attempt_id, 1, 800)]


def test_home_shows_the_result_of_an_attempt_that_it_has_just_closed() -> None:
    person, round_ = add_person(), add_round()
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    answer_attempt(person, attempt_id, right=8, now=MIDDLE)
    (home,) = list_home_rounds(person=person, now=LATER)
    assert home.open_attempt is None
    assert home.best is not None
    assert home.best.score_hundredths == 800


@pytest.mark.parametrize("grace", [0, 5])
@pytest.mark.parametrize(("offset_ms", "is_closed"), [(-1, False), (0, False), (1, True)])
def test_the_sweeper_waits_for_the_last_moment_at_which_a_save_is_taken(
    grace: int, offset_ms: int, is_closed: bool
) -> None:
    person, round_ = add_person(), add_round(transport_grace_seconds=grace)
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    moment = DEADLINE + timedelta(seconds=grace) + offset_ms * MS
    assert close_overdue(now=moment) == int(is_closed)
    if is_closed:
        with pytest.raises(AttemptClosed):
            view_attempt(person=person, attempt_id=attempt_id, now=moment)
    else:
        assert view_attempt(person=person, attempt_id=attempt_id, now=moment).time_left_ms == max(
            0, -offset_ms - grace * 1000
        )


@pytest.mark.parametrize(
    ("moment", "elapsed_ms", "closed_by"),
    [
        (DEADLINE - MS, 299_999, "participant"),
        (DEADLINE, 300_000, "participant"),
        (DEADLINE + MS, 300_000, "deadline"),
        (LATER, 300_000, "deadline"),
    ],
)
def test_a_finish_never_counts_time_past_the_deadline(moment: datetime, elapsed_ms: int, closed_by: str) -> None:
    person, round_ = add_person(), add_round(transport_grace_seconds=5)
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    finish_attempt(person=person, attempt_id=attempt_id, now=moment)
    assert run_sql("SELECT finished_at - started_at AS took, elapsed_ms, closed_by FROM attempts") == [
        (elapsed_ms, elapsed_ms, closed_by)
    ]


def test_the_closing_moment_of_the_round_ends_attempts_that_have_time_left() -> None:
    person, round_ = add_person(), add_round()
    start_attempt(person=person, round_id=round_.id, now=CLOSING - timedelta(seconds=10))
    assert close_overdue(now=CLOSING) == 0
    assert close_overdue(now=CLOSING + MS) == 1
    assert run_sql("SELECT elapsed_ms FROM attempts") == [(10_000,)]


def test_an_attempt_without_any_response_is_closed_with_nothing() -> None:
    person, round_ = add_person(), add_round()
    start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    assert close_overdue(now=LATER) == 1
    assert close_overdue(now=LATER) == 0
    assert run_sql("SELECT score_hundredths, correct_count FROM attempts") == [(0, 0)]


def test_every_ending_leaves_one_audit_entry_that_says_who_ended_it() -> None:
    swept, own, round_ = add_person("quet"), add_person("tu-nop"), add_round()
    first = start_attempt(person=swept, round_id=round_.id, now=MIDDLE)
    second = start_attempt(person=own, round_id=round_.id, now=MIDDLE)
    finish_attempt(person=own, attempt_id=second, now=MIDDLE)
    finish_attempt(person=own, attempt_id=second, now=MIDDLE)
    close_overdue(now=LATER)
    entries = run_sql("SELECT subject_id, actor_id FROM audit_entries WHERE action = 'attempt_finished'")
    assert sorted(tuple(entry) for entry in entries) == [(first, None), (second, own.id)]


def test_the_sweeper_comes_right_after_the_moment_at_which_many_attempts_end_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(closing, "HERD", 4)
    round_ = add_round(transport_grace_seconds=5)
    people = [add_person(login=f"person-{number}") for number in range(closing.HERD)]
    for person in people[1:]:
        start_attempt(person=person, round_id=round_.id, now=CLOSING - timedelta(seconds=20))
    end, now = CLOSING + timedelta(seconds=5), CLOSING - timedelta(seconds=1)
    # One fewer is chance: nobody hurries.
    assert find_common_end(now=now, within=timedelta(seconds=7)) is None
    assert shorten_pause(7.0, now=now) == 7.0
    start_attempt(person=people[0], round_id=round_.id, now=CLOSING - timedelta(seconds=2))
    assert find_common_end(now=now, within=timedelta(seconds=7)) == end
    assert find_common_end(now=now, within=timedelta(seconds=6)) is None
    assert 6.0 < shorten_pause(7.0, now=now) < 6.5
    # What is overdue is closed at that moment, and then there is nothing to hurry for.
    assert close_overdue(now=end + MS) == closing.HERD
    assert find_common_end(now=end, within=timedelta(seconds=7)) is None


@pytest.mark.parametrize(("minutes_to_close", "ends_together"), [(2, True), (60, False)])
def test_pages_of_attempts_that_end_with_the_round_know_it(
    app: Flask, minutes_to_close: int, ends_together: bool
) -> None:
    # Thousands of them end in one second, and go to their results one after another (``ending.js``).
    add_person("an")
    round_ = add_open_round(closes_at=read_now() + timedelta(minutes=minutes_to_close))
    visitor = Visitor(app, "an")
    page = visitor.get(f"/attempts/{visitor.start(round_.id)}").text
    assert ("data-ends-together" in page) == ends_together
