"""The last evening in short: people in the middle of their attempts, the close of the round at one second, and the
checker. All of it: ``make load``.
"""

from __future__ import annotations

import json
from dataclasses import replace

import psycopg
import pytest

from load_tests.load.ground import Ground, Setting
from load_tests.load.scenarios import BY_NAME
from load_tests.load.seeding import SECRET
from load_tests.people.checking import Finding, check
from load_tests.people.outcome import Outcome

CLOSES_AFTER, AFTER = 4.0, 11.0
PEOPLE = 40


def _check(ground: Ground, outcome: Outcome) -> Finding:
    return check(ground.database_url, SECRET, ground.round_id, outcome.sent, outcome.cells)


def _change(ground: Ground, statement: str, *values: object) -> None:
    with psycopg.connect(ground.database_url, autocommit=True) as connection:
        assert connection.execute(statement, values).rowcount == 1  # type: ignore[arg-type]


@pytest.mark.postgresql
@pytest.mark.timeout(500)
def test_nothing_is_lost_when_the_round_closes_and_a_planted_loss_is_found() -> None:
    scenario = BY_NAME["last_evening"].scale(PEOPLE / BY_NAME["last_evening"].flying)
    scenario = replace(scenario, unit_leads=0, organisers=0)
    scenario = replace(scenario.last(CLOSES_AFTER), seconds=CLOSES_AFTER + AFTER)
    ground = Ground.open(scenario, Setting(is_province=False))
    with ground.stack:
        path = ground.folder / "outcome.pickle"
        ground.start_web()
        plan_path, plan = ground.make_plan(path)
        ground.play(plan_path, plan, path)
        assert ground.web is not None
        ground.web.stop()
        outcome = Outcome.read(path)
        finding = _check(ground, outcome)
        assert outcome.surprises == []
        assert finding.is_clean, finding
        # More than what was there at the begin, all of it scored, everybody's.
        assert finding.cells > len(plan["cells"])
        assert finding.attempts >= PEOPLE
        _plant_and_find(ground, outcome)


def _plant_and_find(ground: Ground, outcome: Outcome) -> None:
    cell = outcome.cells[-1]
    _change(ground, "UPDATE attempts SET responses = responses - %s WHERE id = %s", str(cell.slot), cell.attempt_id)
    lost = _check(ground, outcome)
    assert (lost.lost, lost.is_clean) == (1, False)
    value = json.dumps([cell.sequence, cell.choice, 1])
    restore = "UPDATE attempts SET responses = responses || jsonb_build_object(%s::text, %s::jsonb) WHERE id = %s"
    _change(ground, restore, str(cell.slot), value, cell.attempt_id)
    assert _check(ground, outcome).is_clean
    # Somebody's best result takes another one's place.
    _change(
        ground,
        "UPDATE results SET score_hundredths = 1001 WHERE account_id = (SELECT MIN(account_id) FROM results)",
    )
    wrong = _check(ground, outcome)
    assert wrong.lost == 0
    assert any("kept as best" in each for each in wrong.wrongs)
    assert any("ranking of units" in each or "kept as best" in each for each in wrong.wrongs)
