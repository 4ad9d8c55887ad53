"""The people of a round in their order, read along the index of rank keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from quiz_app.persistence.columns import from_ms
from quiz_app.persistence.people import DbAccount, DbUnit
from quiz_app.persistence.results.table import results_table
from quiz_app.persistence.session import Statement, Work

_accounts, _units = DbAccount.__table__, DbUnit.__table__


@dataclass(frozen=True, slots=True)
class RankingLine:
    """One person in the ranking of a round."""

    account_id: int
    name: str
    unit_name: str | None
    attempt_count: int
    score_hundredths: int
    correct_count: int
    elapsed_ms: int
    finished_at: datetime
    rank_key: str


_RANKING = Statement(
    select(
        results_table.c.account_id,
        _accounts.c.name,
        _units.c.name.label("unit_name"),
        results_table.c.attempt_count,
        results_table.c.score_hundredths,
        results_table.c.correct_count,
        results_table.c.elapsed_ms,
        results_table.c.finished_at,
        results_table.c.rank_key,
    )
    .select_from(
        results_table.join(_accounts, _accounts.c.id == results_table.c.account_id).outerjoin(
            _units, _units.c.id == results_table.c.unit_id
        )
    )
    .where(results_table.c.round_id == bindparam("round_id"))
    .order_by(results_table.c.rank_key, results_table.c.account_id)
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_COUNT_BETTER = Statement.from_sql(
    "SELECT COUNT(*) AS number FROM results WHERE round_id = :round_id AND rank_key < :rank_key"
)


def list_ranking(work: Work, *, round_id: int, skipped: int, most: int) -> list[RankingLine]:
    """The people of a round, the best first."""
    return [
        RankingLine(
            account_id=row.account_id,
            name=row.name,
            unit_name=row.unit_name,
            attempt_count=row.attempt_count,
            score_hundredths=row.score_hundredths,
            correct_count=row.correct_count,
            elapsed_ms=row.elapsed_ms,
            finished_at=from_ms(row.finished_at),
            rank_key=row.rank_key,
        )
        for row in work.list_all(_RANKING, round_id=round_id, skipped=skipped, most=most)
    ]


def count_better(work: Work, round_id: int, rank_key: str) -> int:
    """How many people of the round stand before this rank key."""
    row = work.find_one(_COUNT_BETTER, round_id=round_id, rank_key=rank_key)
    return 0 if row is None else int(row.number)
