"""What organisers grant or void at the very moment at which others start, finish, rank anew or grant the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from time import sleep
from typing import Any

import pytest
from flask import Flask

from quiz_app.domain.contests import PredictionSubject, RankCriterion
from quiz_app.domain.errors import RoundClosed
from quiz_app.domain.people import Person, Role
from quiz_app.persistence import attempts as attempts_store
from quiz_app.persistence import audit
from quiz_app.persistence.columns import to_json, to_ms
from quiz_app.persistence.exceptions import deadlines, extra_time
from quiz_app.persistence.round_settings import settings_to_mapping
from quiz_app.services import results
from quiz_app.services.attempts import finish_attempt, start_attempt, starting
from quiz_app.services.exceptions import ExtendedFor, extend_window, set_extra_time, view_exceptions, withdraw_extension
from quiz_app.services.results import SETTLING, finalise_round, recompute_results
from quiz_app.services.voiding import void_attempt
from tests.factories import CLOSING, MIDDLE, add_person, add_round, add_unit, run_sql, sit_attempt
from tests.integration.threads import run_together

pytestmark = pytest.mark.usefixtures("app")

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
REASON = "Mất điện toàn trường"
WITH_PREDICTION = {
    "prediction": PredictionSubject.PEOPLE_ALL_RIGHT,
    "rank_order": (RankCriterion.SCORE, RankCriterion.PREDICTION, RankCriterion.FINISHED_AT),
}
FIRST_TAKES = 0.5
"""Seconds in which the first transaction stands at the point in question."""
SECOND_WAITS = 0.2
"""Seconds after which the second one begins: the first is at that point by then, and does not leave it for long."""


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("to-chuc", roles=[Role.ORGANISER])


def slow_down(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, seconds: float = FIRST_TAKES) -> None:
    """Let the first call of a module's function take its time once it has its answer; later calls are quick."""
    function, waits = getattr(module, name), [seconds]

    def wait_afterwards(*arguments: Any, **named: Any) -> Any:
        answer = function(*arguments, **named)
        sleep(waits.pop() if waits else 0)
        return answer

    monkeypatch.setattr(module, name, wait_afterwards)


def run_beside(app: Flask, first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Both outcomes; the second begins while the first stands where it was slowed down."""
    return run_together(app, [first, partial(call_after, SECOND_WAITS, second)])


def call_after(seconds: float, call: Callable[[], Any]) -> Any:
    """The call's value, some time from now."""
    sleep(seconds)
    return call()


@pytest.mark.parametrize("rebuild", ["finalise", "recompute"])
def test_an_attempt_voided_while_results_are_ranked_anew_counts_no_more(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch, rebuild: str
) -> None:
    round_, an = add_round(**WITH_PREDICTION), add_person("an")
    other, best = (sit_attempt(an, round_, right=right, started_at=MIDDLE + right * HOUR) for right in (5, 9))
    now = CLOSING + SETTLING
    calls: dict[str, Callable[[], Any]] = {
        "finalise": partial(finalise_round, round_id=round_.id, now=now),
        "recompute": partial(recompute_results, round_id=round_.id, now=now, actor_id=None),
    }
    slow_down(monkeypatch, results, "_rank_again")
    void = partial(void_attempt, organiser=organiser, attempt_id=best, reason=REASON, now=now)
    run_beside(app, calls[rebuild], void)
    kept = run_sql("SELECT * FROM results")
    assert [(row.attempt_id, row.attempt_count, row.score_hundredths) for row in kept] == [(other, 1, 500)]
    recompute_results(round_id=round_.id, now=now + HOUR, actor_id=None)
    assert run_sql("SELECT * FROM results") == kept


def read_span(attempt_id: int) -> int:
    """Milliseconds from the start of the attempt to its deadline."""
    ((span,),) = run_sql("SELECT deadline_at - started_at AS span FROM attempts WHERE id = :id", id=attempt_id)
    return int(span)


@pytest.mark.parametrize("whom", list(ExtendedFor))
def test_an_attempt_started_beside_an_extension_has_the_deadline_that_follows(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch, whom: ExtendedFor
) -> None:
    round_, unit = add_round(), add_unit()
    an, now = add_person("an", unit_id=unit), CLOSING - MINUTE
    extend = partial(
        extend_window, organiser=organiser, round_id=round_.id, whom=whom, unit_id=unit, login="an",
        closes_at=CLOSING + HOUR, reason=REASON, now=now,
    )  # fmt: skip
    slow_down(monkeypatch, starting, "_draw_attempt")
    attempt_id, _ = run_beside(app, partial(start_attempt, person=an, round_id=round_.id, now=now), extend)
    assert read_span(attempt_id) == 300_000


@pytest.mark.parametrize("is_same_round", [True, False])
def test_an_attempt_started_beside_a_grant_of_extra_time_has_it(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch, is_same_round: bool
) -> None:
    round_, other, an = add_round(), add_round(code="vong-khac"), add_person("an")
    grant = partial(
        set_extra_time, organiser=organiser, round_id=round_.id if is_same_round else other.id, login="an", percent=50,
        reason=REASON, now=MIDDLE,
    )  # fmt: skip
    slow_down(monkeypatch, starting, "_draw_attempt")
    attempt_id, _ = run_beside(app, partial(start_attempt, person=an, round_id=round_.id, now=MIDDLE), grant)
    assert read_span(attempt_id) == 450_000


def test_a_finish_and_an_extension_do_not_wait_for_each_other_in_a_circle(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_, an, now = add_round(), add_person("an"), CLOSING - MINUTE
    # The first one of the person: its result refers to the round anew.
    attempt_id = start_attempt(person=an, round_id=round_.id, now=now)
    extend = partial(
        extend_window, organiser=organiser, round_id=round_.id, whom=ExtendedFor.ALL, closes_at=CLOSING + HOUR,
        reason=REASON, now=now,
    )  # fmt: skip
    slow_down(monkeypatch, attempts_store, "finish_attempts")
    finish = partial(finish_attempt, person=an, attempt_id=attempt_id, now=now)
    assert run_beside(app, finish, extend) == [None, 0]
    assert run_sql("SELECT attempt_id FROM results") == [(attempt_id,)]


def test_grants_that_queue_up_beside_a_start_come_one_after_the_other(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_, people, now = add_round(), [add_person("an"), add_person("binh")], CLOSING - MINUTE
    grants = {"organiser": organiser, "round_id": round_.id, "reason": REASON, "now": now}
    extend = partial(extend_window, whom=ExtendedFor.ALL, **grants)
    starts = [partial(start_attempt, person=person, round_id=round_.id, now=now) for person in people]
    # The first start holds the round while the first extension does, which others wait for by then, and wants it whole.
    slow_down(monkeypatch, attempts_store, "add_attempt", seconds=1.2)
    slow_down(monkeypatch, deadlines, "lengthen_open_attempts", seconds=0.5)
    calls = [
        starts[0],
        partial(call_after, 0.3, partial(extend, closes_at=CLOSING + HOUR)),
        partial(call_after, 0.4, partial(set_extra_time, login="an", percent=50, **grants)),
        partial(call_after, 0.5, partial(extend, closes_at=CLOSING + 2 * HOUR)),
        partial(call_after, 0.9, starts[1]),
    ]
    outcomes = run_together(app, calls)
    assert [read_span(outcomes[place]) for place in (0, 4)] == [450_000, 300_000]
    assert run_sql("SELECT closes_at FROM rounds") == [(to_ms(CLOSING + 2 * HOUR),)]


def test_a_start_beside_a_withdrawal_is_decided_by_what_holds_when_it_is_stored(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_, an, now = add_round(), add_person("an"), CLOSING + MINUTE
    extend_window(
        organiser=organiser, round_id=round_.id, whom=ExtendedFor.ALL, closes_at=CLOSING + HOUR, reason=REASON,
        now=CLOSING,
    )  # fmt: skip
    ((grant_id,),) = run_sql("SELECT grant_id FROM window_extensions")
    withdraw = partial(
        withdraw_extension, organiser=organiser, round_id=round_.id, grant_id=grant_id, reason=REASON, now=now
    )
    slow_down(monkeypatch, starting, "_draw_attempt")
    outcome, _ = run_beside(app, partial(start_attempt, person=an, round_id=round_.id, now=now), withdraw)
    started = [tuple(row) for row in run_sql("SELECT id, deadline_at FROM attempts")]
    extended_until = run_sql("SELECT extended_until FROM rounds")
    # Either it was stored first and keeps what it was told, and the round waits for it; or it comes too late.
    if isinstance(outcome, RoundClosed):
        assert (started, extended_until) == ([], [(None,)])
    else:
        assert (started, extended_until) == ([(outcome, to_ms(now + 5 * MINUTE))], [(to_ms(now + 5 * MINUTE),)])


def test_an_extension_that_fails_leaves_nothing_in_what_the_process_has_parsed(
    organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_ = add_round()

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(audit, "add_entry", fail)
        with pytest.raises(RuntimeError):
            extend_window(
                organiser=organiser, round_id=round_.id, whom=ExtendedFor.ALL, closes_at=CLOSING + HOUR, reason=REASON,
                now=MIDDLE,
            )  # fmt: skip
    # Another process stores other settings, under the version that the failed change would have had.
    settings = to_json(settings_to_mapping(replace(round_.settings, time_limit_seconds=600)))
    change = "UPDATE rounds SET settings = :settings, version = version + 1 WHERE id = :id RETURNING version"
    assert run_sql(change, settings=settings, id=round_.id) == [(round_.version + 1,)]
    assert view_exceptions(organiser=organiser, round_id=round_.id, now=MIDDLE).round.settings.time_limit_seconds == 600


def test_two_grants_of_extra_time_for_one_person_at_once_end_with_the_later(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_, _ = add_round(), add_person("an")
    grant = partial(set_extra_time, organiser=organiser, round_id=round_.id, login="an", reason=REASON, now=MIDDLE)
    slow_down(monkeypatch, extra_time, "put_extra_time")
    run_beside(app, partial(grant, percent=25), partial(grant, percent=50))
    assert run_sql("SELECT percent FROM extra_times") == [(50,)]
    entries = run_sql("SELECT details FROM audit_entries WHERE action = 'extra_time_set' ORDER BY id")
    assert [json.loads(row.details)["before"] for row in entries] == [0, 25]
