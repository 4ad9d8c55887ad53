"""The rows of score lists: everyone who took part, and everyone who may and has not, each list in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from quiz_app.persistence.session import Statement, Work


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A person in a round. ``unit_id`` is where the best result was reached, or where the person is now without one;
    instants in milliseconds. Figures are None for whoever has finished nothing.
    """

    account_id: int
    login: str
    name: str
    name_key: str
    birth: str | None
    job_title: str | None
    phone: str | None
    unit_id: int | None
    attempt_count: int | None
    correct_count: int | None
    score_hundredths: int | None
    elapsed_ms: int | None
    finished_at: int | None
    is_passed: bool | None
    rank_key: str | None


_PERSON = "a.id AS account_id, a.login, a.name, a.name_key, a.birth, a.job_title, a.phone"
_WITH_RESULT = (
    f"SELECT {_PERSON}, r.unit_id, r.attempt_count, r.correct_count, r.score_hundredths, r.elapsed_ms, "  # noqa: S608
    "r.finished_at, r.is_passed, r.rank_key FROM results r JOIN accounts a ON a.id = r.account_id "
    "WHERE r.round_id = :round_id"
)
# Who does not take part by the rules owes nothing: excluded by name, or by a role. Both are few, and looked up once.
_WITHOUT = (
    f"SELECT {_PERSON}, a.unit_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM accounts a "  # noqa: S608
    "WHERE a.is_active AND NOT EXISTS (SELECT 1 FROM results r WHERE r.round_id = :round_id AND r.account_id = a.id) "
    "AND a.id NOT IN (SELECT excluded.id FROM exclusions e JOIN rounds ON rounds.contest_id = e.contest_id "
    "JOIN accounts excluded ON excluded.login = e.login WHERE rounds.id = :round_id) "
    "AND a.id NOT IN (SELECT g.account_id FROM role_grants g WHERE g.role {roles})"
)
_STATE = (
    "SELECT COUNT(*) AS people, COALESCE(SUM(r.score_hundredths), 0) AS scores, "
    "COALESCE(SUM(r.attempt_count), 0) AS attempts, COALESCE(MAX(r.last_finished_at), 0) AS latest "
    "FROM results r WHERE r.round_id = :round_id"
)


def _make(text: str) -> Statement:
    """The lists as values that PostgreSQL sees when it plans: it then reads the few people of a unit alone."""
    postgresql = {"units": "= ANY(CAST(string_to_array(:unit_ids, ',') AS bigint[]))",
                  "roles": "= ANY(string_to_array(:roles, ','))"}  # fmt: skip
    sqlite = {"units": "IN (SELECT value FROM json_each('[' || :unit_ids || ']'))",
              "roles": "IN (SELECT value FROM json_each('[\"' || replace(:roles, ',', '\",\"') || '\"]'))"}  # fmt: skip
    return Statement.from_sqls(postgresql=text.format(**postgresql), sqlite=text.format(**sqlite))


_ALL = _make(f"{_WITH_RESULT} UNION ALL {_WITHOUT}")
_OF_UNITS = _make(f"{_WITH_RESULT} AND r.unit_id {{units}} UNION ALL {_WITHOUT} AND a.unit_id {{units}}")
_RANKED = _make(_WITH_RESULT)
_STATE_OF_ALL = _make(_STATE)
_STATES = Statement.from_sql(
    "SELECT r.unit_id, COUNT(*) AS people, COALESCE(SUM(r.score_hundredths), 0) AS scores, "
    "COALESCE(SUM(r.attempt_count), 0) AS attempts, COALESCE(MAX(r.last_finished_at), 0) AS latest "
    "FROM results r WHERE r.round_id = :round_id GROUP BY r.unit_id"
)
_STATE_OF_UNITS = _make(f"{_STATE} AND r.unit_id {{units}}")


def list_rows(
    work: Work, *, round_id: int, unit_ids: Iterable[int] | None, excluded_roles: Iterable[str]
) -> list[ScoreRow]:
    """The people of these units, or of all, in no order."""
    values: dict[str, Any] = {"round_id": round_id, "roles": ",".join(sorted(excluded_roles))}
    if unit_ids is None:
        found = work.list_all(_ALL, **values)
    else:
        found = work.list_all(_OF_UNITS, unit_ids=_join(unit_ids), **values)
    return [ScoreRow(*row) for row in found]


def _join(unit_ids: Iterable[int]) -> str:
    return ",".join(map(str, sorted(unit_ids)))


def list_ranked_rows(work: Work, *, round_id: int) -> list[ScoreRow]:
    """Everyone who took part, the best first."""
    rows = [ScoreRow(*row) for row in work.list_all(_RANKED, round_id=round_id)]
    return sorted(rows, key=lambda row: (row.rank_key or "", row.account_id))


def read_state(work: Work, *, round_id: int, unit_ids: Iterable[int] | None) -> dict[str, int]:
    """How far the results are: any new finish, void or correction changes it."""
    if unit_ids is None:
        row = work.find_one(_STATE_OF_ALL, round_id=round_id)
    else:
        row = work.find_one(_STATE_OF_UNITS, round_id=round_id, unit_ids=_join(unit_ids))
    return {} if row is None else {name: int(value) for name, value in row._asdict().items()}


def map_states(work: Work, *, round_id: int) -> dict[int | None, dict[str, int]]:
    """What ``read_state`` tells, for every unit in which somebody has a result."""
    return {
        row.unit_id: {
            "people": row.people,
            "scores": int(row.scores),
            "attempts": int(row.attempts),
            "latest": row.latest,
        }
        for row in work.list_all(_STATES, round_id=round_id)
    }


def add_states(states: Iterable[dict[str, int]]) -> dict[str, int]:
    """The state of several units together."""
    total = {"people": 0, "scores": 0, "attempts": 0, "latest": 0}
    for state in states:
        for name in ("people", "scores", "attempts"):
            total[name] += state[name]
        total["latest"] = max(total["latest"], state["latest"])
    return total
