"""Single attempts: adding, reading, locking, finishing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, select, update

from quiz_app.domain.attempts import Attempt, Ending, make_shape
from quiz_app.domain.contests import Round
from quiz_app.persistence.attempts.table import (
    attempt_columns,
    attempts_table,
    is_in_progress,
    paper_to_json,
    to_attempt,
)
from quiz_app.persistence.columns import from_ms, to_ms
from quiz_app.persistence.contests import contests_table, round_columns, rounds_table, to_round
from quiz_app.persistence.items import DbItemBank
from quiz_app.persistence.session import Row, Statement, Work

_banks = DbItemBank.__table__


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt with its round and the bank's version (for what a process holds of it)."""

    attempt: Attempt
    round: Round
    bank_version: int


def _select_attempts() -> Select[tuple[object, ...]]:
    return select(*attempt_columns, *round_columns, _banks.c.version.label("bank_version")).select_from(
        attempts_table.join(rounds_table, rounds_table.c.id == attempts_table.c.round_id)
        .join(contests_table, contests_table.c.id == rounds_table.c.contest_id)
        .join(_banks, _banks.c.id == rounds_table.c.bank_id)
    )


_owned = (
    attempts_table.c.id == bindparam("attempt_id"),
    attempts_table.c.account_id == bindparam("account_id"),
)
_FIND = Statement(_select_attempts().where(*_owned))
_LOCK = Statement(_select_attempts().where(*_owned).with_for_update(of=attempts_table))
_LOCK_OVERDUE = Statement(
    _select_attempts()
    .where(is_in_progress, attempts_table.c.accepts_until_at < bindparam("now"))
    .order_by(attempts_table.c.accepts_until_at)
    .limit(bindparam("most"))
    .with_for_update(of=attempts_table, skip_locked=True)
)
# A short range of the index of overdue attempts; it holds only what is in flight.
_FIND_HERD = Statement.from_sql(
    "SELECT accepts_until_at FROM attempts WHERE state = 'in_progress' "
    "AND accepts_until_at >= :now AND accepts_until_at < :before "
    "GROUP BY accepts_until_at HAVING COUNT(*) >= :least ORDER BY accepts_until_at LIMIT 1"
)
# The round is looked at by the statement that then refers to it, in the lock that the reference takes anyway: whoever
# changes the round as a whole waits for this attempt to be stored, or this statement waits and finds another version.
_ADD_SQL = (
    f"INSERT INTO attempts ({', '.join(column.name for column in attempts_table.c)}) "  # noqa: S608 - column names
    f"SELECT {', '.join(':' + column.name for column in attempts_table.c)} FROM rounds "
    "WHERE rounds.id = :round_id AND rounds.version = :round_version {lock} ON CONFLICT DO NOTHING"
)
_ADD = Statement.from_sqls(postgresql=_ADD_SQL.format(lock="FOR KEY SHARE"), sqlite=_ADD_SQL.format(lock=""))
_FINISH = Statement(
    update(attempts_table)
    .where(attempts_table.c.id == bindparam("attempt_id"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "state", "finished_at", "closed_by", "elapsed_ms", "correct_count", "score_hundredths", "rank_key"
            )
        }
    )
)  # fmt: skip


def add_attempt(work: Work, attempt: Attempt, *, round_version: int) -> bool:
    """Insert an attempt in progress; False when a unique index refused it (another start was first), or when its round
    is no longer of the version that the attempt was decided on.
    """
    values = {
        "id": attempt.id,
        "round_id": attempt.round_id,
        "account_id": attempt.account_id,
        "unit_id": attempt.unit_id,
        "ordinal": attempt.ordinal,
        "state": str(attempt.state),
        "started_at": to_ms(attempt.started_at),
        "deadline_at": to_ms(attempt.deadline_at),
        "accepts_until_at": to_ms(attempt.accepts_until_at),
        "paper": paper_to_json(attempt.paper),
        "shape": make_shape(attempt.paper),
        "responses": "{}",
    }
    nothing = dict.fromkeys(
        (
            "prediction",
            "finished_at",
            "closed_by",
            "elapsed_ms",
            "correct_count",
            "score_hundredths",
            "rank_key",
        )
    )
    return work.run(_ADD, round_version=round_version, **values, **nothing) == 1


def find_attempt(work: Work, *, attempt_id: int, account_id: int) -> AttemptRow | None:
    """The attempt, if it is this person's."""
    row = work.find_one(_FIND, attempt_id=attempt_id, account_id=account_id)
    return None if row is None else _to_attempt_row(row)


def lock_attempt(work: Work, *, attempt_id: int, account_id: int) -> AttemptRow | None:
    """The same, held against saves and finishes until the transaction ends."""
    row = work.find_one(_LOCK, attempt_id=attempt_id, account_id=account_id)
    return None if row is None else _to_attempt_row(row)


def lock_overdue(work: Work, *, now: datetime, most: int) -> list[AttemptRow]:
    """Attempts that nobody finished in time, the oldest first; those that someone else is closing are passed over."""
    return [_to_attempt_row(row) for row in work.list_all(_LOCK_OVERDUE, now=to_ms(now), most=most)]


def find_herd(work: Work, *, now: datetime, before: datetime, least: int) -> datetime | None:
    """The first moment of this span in which at least so many open attempts end together, as when a round closes."""
    row = work.find_one(_FIND_HERD, now=to_ms(now), before=to_ms(before), least=least)
    return None if row is None else from_ms(row.accepts_until_at)


def finish_attempts(work: Work, endings: list[tuple[int, Ending, int, int, str]]) -> None:
    """Store endings: (attempt id, ending, correct count, score in hundredths, rank key)."""
    rows = [
        {
            "attempt_id": attempt_id,
            "new_state": "finished",
            "new_finished_at": to_ms(ending.finished_at),
            "new_closed_by": str(ending.closed_by),
            "new_elapsed_ms": ending.elapsed_ms,
            "new_correct_count": correct_count,
            "new_score_hundredths": score_hundredths,
            "new_rank_key": rank_key,
        }
        for attempt_id, ending, correct_count, score_hundredths, rank_key in endings
    ]
    work.run_many(_FINISH, rows)


def _to_attempt_row(row: Row) -> AttemptRow:
    return AttemptRow(to_attempt(row), to_round(row), row.bank_version)
