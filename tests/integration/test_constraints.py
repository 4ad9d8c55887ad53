"""What the databases themselves refuse, whatever the code above them does."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest

from quiz_app.domain.people import Role
from quiz_app.services.attempts import start_attempt
from tests.factories import MIDDLE, add_person, add_round, add_unit, run_sql, sit_attempt

REFUSED = (sqlite3.IntegrityError, psycopg.errors.IntegrityError)
COLUMNS = (
    "round_id, account_id, unit_id, state, started_at, deadline_at, accepts_until_at, paper, shape, responses, "
    "prediction, finished_at, closed_by, elapsed_ms, correct_count, score_hundredths, rank_key"
)
COPY = f"INSERT INTO attempts (id, ordinal, {COLUMNS}) SELECT id + 1, ordinal + :more, {COLUMNS} FROM attempts"

STATEMENTS = {
    "finished before it started": "UPDATE attempts SET finished_at = started_at - 1 WHERE state = 'finished'",
    "finished after the deadline": "UPDATE attempts SET finished_at = deadline_at + 1 WHERE state = 'finished'",
    "finished without a moment": "UPDATE attempts SET finished_at = NULL WHERE state = 'finished'",
    "finished without a rank": "UPDATE attempts SET rank_key = NULL WHERE state = 'finished'",
    "open and finished": "UPDATE attempts SET finished_at = started_at WHERE state = 'in_progress'",
    "deadline before the start": "UPDATE attempts SET deadline_at = started_at WHERE state = 'in_progress'",
    "deadline after the last save": "UPDATE attempts SET deadline_at = accepts_until_at + 1",
    "unknown state": "UPDATE attempts SET state = 'lost'",
    "negative score": "UPDATE attempts SET score_hundredths = -1 WHERE state = 'finished'",
    "nobody's attempt": "UPDATE attempts SET account_id = 1",
    "attempt of no round": "UPDATE attempts SET round_id = 1",
    "result without an attempt": "UPDATE results SET attempt_id = 1",
    "result of no attempts": "UPDATE results SET attempt_count = 0",
    "round that closes before it opens": "UPDATE rounds SET closes_at = opens_at",
    "contest of rounds removed": "DELETE FROM contests",
    "person with attempts removed": "DELETE FROM accounts",
    "unit above itself": "UPDATE units SET parent_id = id",
    "negative staff": "UPDATE units SET staff_number = -1",
    "login twice": "UPDATE accounts SET login = 'an'",
    "unknown role": "UPDATE role_grants SET role = 'king' WHERE unit_id IS NULL",
    "lead of no unit": "UPDATE role_grants SET role = 'unit_lead' WHERE unit_id IS NULL",
    "item in an unknown state": "UPDATE items SET state = 'gone'",
    "version of no item": "UPDATE item_versions SET item_id = 1",
}


def is_refused(statement: str) -> bool:
    try:
        run_sql(statement)
    except REFUSED:
        return True
    return False


@pytest.mark.usefixtures("app")
def test_the_database_refuses_what_no_rule_allows() -> None:
    unit_id = add_unit()
    person, round_ = add_person("an", unit_id=unit_id), add_round()
    add_person("binh", roles=[Role.UNIT_LEAD, Role.PARTICIPANT], led_unit_id=unit_id)
    sit_attempt(person, round_, right=5)
    start_attempt(person=person, round_id=round_.id, now=MIDDLE.replace(hour=12))
    for name, statement in STATEMENTS.items():
        assert is_refused(f"{statement} RETURNING 1"), name


@pytest.mark.usefixtures("app")
def test_the_database_allows_one_open_attempt_of_a_person_in_a_round_and_many_finished_ones() -> None:
    person, round_ = add_person(), add_round()
    start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    with pytest.raises(REFUSED):
        run_sql(f"{COPY} RETURNING id", more=1)
    sit_attempt(person, round_, right=5)
    with pytest.raises(REFUSED):
        run_sql(f"{COPY} RETURNING id", more=0)
    run_sql(f"{COPY} RETURNING id", more=1)
    assert run_sql("SELECT COUNT(*) AS attempts FROM attempts") == [(2,)]
