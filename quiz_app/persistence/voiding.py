"""Voiding an attempt, and the person's result computed anew from the attempts that are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, insert
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.attempts import AttemptState
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Instant, find_from_ms, from_ms, to_ms
from quiz_app.persistence.session import Row, Statement, Work


class DbVoidedAttempt(Model):
    """Why an attempt was voided, and by whom."""

    __tablename__ = "voided_attempts"
    attempt_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("attempts.id"), primary_key=True, autoincrement=False
    )
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    __table_args__ = (CheckConstraint("length(reason) BETWEEN 1 AND 500", name="reason"),)


@dataclass(frozen=True, slots=True)
class PersonAttempt:
    """An attempt of a person, for those who decide on it."""

    id: int
    round_id: int
    account_id: int
    ordinal: int
    state: AttemptState
    started_at: datetime
    deadline_at: datetime
    finished_at: datetime | None
    elapsed_ms: int | None
    score_hundredths: int | None
    void_reason: str | None = None


@dataclass(frozen=True, slots=True)
class VoidLine:
    """A voided attempt."""

    account_id: int
    name: str
    login: str
    ordinal: int
    reason: str
    made_by: str
    made_at: datetime


_COLUMNS = (
    "attempts.id, attempts.round_id, attempts.account_id, attempts.ordinal, attempts.state, attempts.started_at, "
    "attempts.deadline_at, attempts.finished_at, attempts.elapsed_ms, attempts.score_hundredths"
)
_LOCK_SQL = f"SELECT {_COLUMNS}, NULL AS reason FROM attempts WHERE id = :attempt_id"  # noqa: S608 - constants
_LOCK = Statement.from_sqls(postgresql=f"{_LOCK_SQL} FOR UPDATE", sqlite=_LOCK_SQL)
_ROUND_ID = Statement.from_sql("SELECT round_id FROM attempts WHERE id = :attempt_id")
_LIST = Statement.from_sql(
    f"SELECT {_COLUMNS}, voided_attempts.reason FROM attempts "  # noqa: S608 - constants
    "LEFT JOIN voided_attempts ON voided_attempts.attempt_id = attempts.id "
    "WHERE attempts.round_id = :round_id AND attempts.account_id = :account_id "
    "ORDER BY attempts.ordinal DESC LIMIT :most"
)
_VOID = Statement.from_sql("UPDATE attempts SET state = 'voided' WHERE id = :attempt_id")
_ADD = Statement(insert(DbVoidedAttempt.__table__))
_LOCK_RESULT_SQL = "SELECT attempt_id FROM results WHERE round_id = :round_id AND account_id = :account_id"
_LOCK_RESULT = Statement.from_sqls(postgresql=f"{_LOCK_RESULT_SQL} FOR UPDATE", sqlite=_LOCK_RESULT_SQL)
_BEST = (
    "SELECT {column} FROM attempts WHERE attempts.round_id = results.round_id "
    "AND attempts.account_id = results.account_id AND attempts.state = 'finished' {rest}"
)
_BY_RANK = "ORDER BY attempts.rank_key, attempts.id LIMIT 1"
_COPIED = ("unit_id", "score_hundredths", "correct_count", "elapsed_ms", "finished_at", "rank_key")
_REPLACE = Statement.from_sql(
    "UPDATE results SET "  # noqa: S608 - constants
    + ", ".join(f"{name} = ({_BEST.format(column=name, rest=_BY_RANK)})" for name in _COPIED)
    + f", attempt_id = ({_BEST.format(column='id', rest=_BY_RANK)})"
    + f", attempt_count = ({_BEST.format(column='COUNT(*)', rest='')})"
    + f", last_finished_at = ({_BEST.format(column='MAX(finished_at)', rest='')})"
    + f", is_passed = ({_BEST.format(column='score_hundredths', rest=_BY_RANK)}) >= :cut_score "
    "WHERE round_id = :round_id AND account_id = :account_id"
)
_DROP = Statement.from_sql("DELETE FROM results WHERE round_id = :round_id AND account_id = :account_id")
_COUNT_LEFT = Statement.from_sql(
    "SELECT COUNT(*) AS number FROM attempts "
    "WHERE round_id = :round_id AND account_id = :account_id AND state = 'finished'"
)
_VOIDS = Statement.from_sql(
    """
    SELECT people.id AS account_id, people.name, people.login, attempts.ordinal, voided_attempts.reason,
           makers.name AS made_by, made_at
    FROM voided_attempts JOIN attempts ON attempts.id = voided_attempts.attempt_id
    JOIN accounts people ON people.id = attempts.account_id JOIN accounts makers ON makers.id = made_by_id
    WHERE attempts.round_id = :round_id ORDER BY made_at DESC
    """
)


def find_round_id(work: Work, attempt_id: int) -> int | None:
    """The round of the attempt, which never changes."""
    row = work.find_one(_ROUND_ID, attempt_id=attempt_id)
    return None if row is None else int(row.round_id)


def lock_any_attempt(work: Work, attempt_id: int) -> PersonAttempt | None:
    """The attempt of whomever it is, held against saves and finishes."""
    row = work.find_one(_LOCK, attempt_id=attempt_id)
    return None if row is None else _to_attempt(row)


def list_attempts_of(work: Work, *, round_id: int, account_id: int, most: int) -> list[PersonAttempt]:
    """A person's attempts in a round, voided ones and one in progress too, the latest first."""
    return [_to_attempt(row) for row in work.list_all(_LIST, round_id=round_id, account_id=account_id, most=most)]


def list_voids(work: Work, round_id: int) -> list[VoidLine]:
    """Voided attempts of a round, the last first."""
    return [
        VoidLine(row.account_id, row.name, row.login, row.ordinal, row.reason, row.made_by, from_ms(row.made_at))
        for row in work.list_all(_VOIDS, round_id=round_id)
    ]


def void_attempt(work: Work, *, attempt_id: int, reason: str, made_by_id: int, now: datetime) -> None:
    """Mark a locked attempt as voided. It keeps its responses and its score as a record."""
    work.run(_VOID, attempt_id=attempt_id)
    work.run(_ADD, attempt_id=attempt_id, reason=reason, made_by_id=made_by_id, made_at=to_ms(now))


def recompute_result(work: Work, *, round_id: int, account_id: int, cut_score_hundredths: int) -> None:
    """The person's result from the finished attempts that are left; none when none is left.

    The result's row is locked before the attempts are read: a finish under way is then either seen, or comes later and
    is counted by its own statement.
    """
    values = {"round_id": round_id, "account_id": account_id}
    if work.find_one(_LOCK_RESULT, **values) is None:
        return
    left = work.find_one(_COUNT_LEFT, **values)
    if left is None or left.number == 0:
        work.run(_DROP, **values)
    else:
        work.run(_REPLACE, cut_score=cut_score_hundredths, **values)


def _to_attempt(row: Row) -> PersonAttempt:
    return PersonAttempt(
        id=row.id,
        round_id=row.round_id,
        account_id=row.account_id,
        ordinal=row.ordinal,
        state=AttemptState(row.state),
        started_at=from_ms(row.started_at),
        deadline_at=from_ms(row.deadline_at),
        finished_at=find_from_ms(row.finished_at),
        elapsed_ms=row.elapsed_ms,
        score_hundredths=row.score_hundredths,
        void_reason=row.reason,
    )
