"""Keeping the best attempt of each person: at a finish, after a correction of scores, and anew from all attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete

from quiz_app.persistence.columns import from_ms, to_json
from quiz_app.persistence.results.table import results_table
from quiz_app.persistence.session import Row, Statement, Work

_BEST_COLUMNS = (
    "unit_id", "attempt_id", "score_hundredths", "correct_count", "elapsed_ms", "finished_at", "is_passed", "rank_key"
)  # fmt: skip
_ALL_COLUMNS = ("round_id", "account_id", "attempt_count", "last_finished_at", *_BEST_COLUMNS)
_KEEP_BEST = Statement.from_sql(
    f"INSERT INTO results ({', '.join(_ALL_COLUMNS)}) "  # noqa: S608 - column names, no values
    f"VALUES ({', '.join(':' + name for name in _ALL_COLUMNS)}) "
    "ON CONFLICT (round_id, account_id) DO UPDATE SET attempt_count = results.attempt_count + 1, "
    "last_finished_at = excluded.last_finished_at, "
    + ", ".join(
        f"{name} = CASE WHEN excluded.rank_key < results.rank_key THEN excluded.{name} ELSE results.{name} END"
        for name in _BEST_COLUMNS
    )
)


@dataclass(frozen=True, slots=True)
class BestResult:
    """A person's best result in a round, and how often they finished."""

    attempt_id: int
    attempt_count: int
    score_hundredths: int
    correct_count: int
    elapsed_ms: int
    finished_at: datetime
    is_passed: bool
    last_finished_at: datetime


@dataclass(frozen=True, slots=True)
class KeptResult:
    """What is kept of a person as the best, as far as a change of scores compares it."""

    account_id: int
    attempt_id: int
    score_hundredths: int
    correct_count: int
    is_passed: bool
    rank_key: str


@dataclass(frozen=True, slots=True)
class FinishedAttempt:
    """What a result is computed from."""

    attempt_id: int
    account_id: int
    unit_id: int | None
    ordinal: int
    score_hundredths: int
    correct_count: int
    elapsed_ms: int
    finished_at_ms: int
    prediction: int | None


_COUNT_OPEN = Statement.from_sql(
    "SELECT COUNT(*) AS open_count FROM attempts WHERE round_id = :round_id AND state = 'in_progress'"
)
_FINISHED = Statement.from_sql(
    "SELECT id AS attempt_id, account_id, unit_id, ordinal, score_hundredths, correct_count, elapsed_ms, "
    "finished_at AS finished_at_ms, prediction "
    "FROM attempts WHERE round_id = :round_id AND state = 'finished' ORDER BY id"
)
_SET_RANK_KEY = Statement.from_sql(
    "UPDATE attempts SET rank_key = :rank_key WHERE id = :attempt_id AND state = 'finished'"
)
_LOCK_SQL = (
    "SELECT account_id, attempt_id, score_hundredths, correct_count, is_passed, rank_key FROM results "
    "WHERE round_id = :round_id AND account_id IN ({ids}) ORDER BY account_id{lock}"
)
_KEPT = Statement.from_sqls(
    postgresql=_LOCK_SQL.format(
        ids="SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:account_ids AS json))", lock=""
    ),
    sqlite=_LOCK_SQL.format(ids="SELECT value FROM json_each(:account_ids)", lock=""),
)
_LOCK_KEPT = Statement.from_sqls(
    postgresql=_LOCK_SQL.format(
        ids="SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:account_ids AS json))",
        lock=" FOR UPDATE OF results",
    ),
    sqlite=_LOCK_SQL.format(ids="SELECT value FROM json_each(:account_ids)", lock=""),
)
# The best finished attempt of each of these people; of equals the earlier one, as when an attempt is kept at its end.
_SET_BEST_SQL = f"""
  UPDATE results SET attempt_id = best.id, is_passed = best.score_hundredths >= :cut_score,
         {", ".join(f"{name} = best.{name}" for name in _BEST_COLUMNS if name not in ("attempt_id", "is_passed"))}
  FROM (SELECT attempts.*, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY rank_key, id) AS place
        FROM attempts WHERE round_id = :round_id AND account_id IN ({{ids}}) AND state = 'finished') AS best
  WHERE best.place = 1 AND results.round_id = best.round_id AND results.account_id = best.account_id
    AND (results.attempt_id <> best.id OR results.rank_key <> best.rank_key
         OR results.score_hundredths <> best.score_hundredths OR results.correct_count <> best.correct_count)
"""  # noqa: S608 - column names, no values
_SET_BEST = Statement.from_sqls(
    postgresql=_SET_BEST_SQL.format(
        ids="SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:account_ids AS json))"
    ),
    sqlite=_SET_BEST_SQL.format(ids="SELECT value FROM json_each(:account_ids)"),
)
_DELETE = Statement(delete(results_table).where(results_table.c.round_id == bindparam("round_id")))


def keep_best(work: Work, rows: list[dict[str, Any]]) -> None:
    """Count a finished attempt of each row's person, and keep it where it is better than what is kept.

    A row has every column of the table; ``attempt_count`` is 1.
    """
    work.run_many(_KEEP_BEST, rows)


def count_open(work: Work, round_id: int) -> int:
    """Attempts of the round still in progress."""
    row = work.find_one(_COUNT_OPEN, round_id=round_id)
    return 0 if row is None else int(row.open_count)


def list_finished(work: Work, round_id: int) -> list[FinishedAttempt]:
    """Every finished attempt of the round, the earliest first."""
    return [FinishedAttempt(**row._asdict()) for row in work.list_all(_FINISHED, round_id=round_id)]


def delete_results(work: Work, round_id: int) -> None:
    """Drop the results of a round, to be built anew in the same transaction; waits for finishes that hold one."""
    work.run(_DELETE, round_id=round_id)


def replace_results(work: Work, round_id: int, ranked: list[tuple[FinishedAttempt, str, bool]]) -> int:
    """Put new rank keys on the attempts and build the results from them; how many people have a result."""
    work.run_many(
        _SET_RANK_KEY,
        [{"attempt_id": attempt.attempt_id, "rank_key": rank_key} for attempt, rank_key, _ in ranked],
    )
    delete_results(work, round_id)
    work.run_many(
        _KEEP_BEST,
        [
            {
                **_to_best_row(round_id, attempt, rank_key, has_passed=has_passed),
                "attempt_count": 1,
                "last_finished_at": attempt.finished_at_ms,
            }
            for attempt, rank_key, has_passed in ranked
        ],
    )
    return len({attempt.account_id for attempt, _, _ in ranked})


def list_kept(work: Work, *, round_id: int, account_ids: Sequence[int], locks: bool) -> dict[int, KeptResult]:
    """What is kept of these people, by account id; with ``locks`` held against finishes until the transaction ends."""
    rows = work.list_all(_LOCK_KEPT if locks else _KEPT, round_id=round_id, account_ids=to_json(list(account_ids)))
    return {
        row.account_id: KeptResult(
            row.account_id, row.attempt_id, row.score_hundredths, row.correct_count, bool(row.is_passed), row.rank_key
        )
        for row in rows
    }


def renew_best(work: Work, *, round_id: int, account_ids: Sequence[int], cut_score_hundredths: int) -> None:
    """Find the best finished attempt of each of these people anew, after scores were changed; writes what differs.

    The results are locked by the caller (``list_kept``). How often people finished stays as it is.
    """
    work.run(_SET_BEST, round_id=round_id, account_ids=to_json(list(account_ids)), cut_score=cut_score_hundredths)


def _to_best_row(round_id: int, attempt: FinishedAttempt, rank_key: str, *, has_passed: bool) -> dict[str, Any]:
    return {
        "round_id": round_id,
        "account_id": attempt.account_id,
        "unit_id": attempt.unit_id,
        "attempt_id": attempt.attempt_id,
        "score_hundredths": attempt.score_hundredths,
        "correct_count": attempt.correct_count,
        "elapsed_ms": attempt.elapsed_ms,
        "finished_at": attempt.finished_at_ms,
        "is_passed": has_passed,
        "rank_key": rank_key,
    }


def to_best_result(row: Row) -> BestResult:
    """The best result of a row whose result columns are labelled ``result_…``."""
    return BestResult(
        attempt_id=row.result_attempt_id,
        attempt_count=row.result_attempt_count,
        score_hundredths=row.result_score_hundredths,
        correct_count=row.result_correct_count,
        elapsed_ms=row.result_elapsed_ms,
        finished_at=from_ms(row.result_finished_at),
        is_passed=bool(row.result_is_passed),
        last_finished_at=from_ms(row.result_last_finished_at),
    )
