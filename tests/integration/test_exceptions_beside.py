"""What organisers grant or void at the very moment at which others start, finish, rank anew or grant the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from time import sleep
from typing import Any

import pytest
from flask import Flask

from quiz_app.domain.contests import PredictionSubject, RankCriterion
from quiz_app.domain.people import Person, Role
from quiz_app.services import results
from quiz_app.services.results import SETTLING, finalise_round, recompute_results
from quiz_app.services.voiding import void_attempt
from tests.factories import CLOSING, MIDDLE, add_person, add_round, run_sql, sit_attempt
from tests.integration.threads import run_together

pytestmark = pytest.mark.usefixtures("app")

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


def slow_down(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """Let the first call of a module's function take its time once it has its answer; later calls are quick."""
    function, waits = getattr(module, name), [FIRST_TAKES]

    def wait_afterwards(*arguments: Any, **named: Any) -> Any:
        answer = function(*arguments, **named)
        sleep(waits.pop() if waits else 0)
        return answer

    monkeypatch.setattr(module, name, wait_afterwards)


def run_beside(app: Flask, first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Both outcomes; the second begins while the first stands where it was slowed down."""

    def follow() -> Any:
        sleep(SECOND_WAITS)
        return second()

    return run_together(app, [first, follow])


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
