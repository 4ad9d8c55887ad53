"""More time for a person in every attempt of a contest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, insert
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.extensions import Model
from quiz_app.persistence.columns import Instant, from_ms, to_ms
from quiz_app.persistence.session import Statement, Work


class DbExtraTime(Model):
    """More time for a person in all rounds of a contest, in percent of the time limit."""

    __tablename__ = "extra_times"
    contest_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("contests.id"), primary_key=True, autoincrement=False
    )
    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    )
    percent: Mapped[int]
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    __table_args__ = (
        CheckConstraint("percent BETWEEN 1 AND 300", name="percent"),
        CheckConstraint("length(reason) BETWEEN 1 AND 500", name="reason"),
    )


extra_times_table = DbExtraTime.__table__


@dataclass(frozen=True, slots=True)
class ExtraTimeLine:
    """A person with extra time."""

    account_id: int
    name: str
    login: str
    percent: int
    reason: str
    made_by: str
    made_at: datetime


_DROP_EXTRA = Statement.from_sql("DELETE FROM extra_times WHERE contest_id = :contest_id AND account_id = :account_id")
_ADD_EXTRA = Statement(insert(extra_times_table))
_FIND_EXTRA = Statement.from_sql(
    "SELECT percent FROM extra_times WHERE contest_id = :contest_id AND account_id = :account_id"
)
_EXTRA_TIMES = Statement.from_sql(
    """
    SELECT people.id AS account_id, people.name, people.login, percent, reason, makers.name AS made_by, made_at
    FROM extra_times JOIN accounts people ON people.id = account_id JOIN accounts makers ON makers.id = made_by_id
    WHERE contest_id = :contest_id ORDER BY people.name_key, people.id
    """
)


def put_extra_time(
    work: Work, *, contest_id: int, account_id: int, percent: int, reason: str, made_by_id: int, now: datetime
) -> int:
    """Store extra time in place of what was; 0 takes it away. What it was before."""
    row = work.find_one(_FIND_EXTRA, contest_id=contest_id, account_id=account_id)
    work.run(_DROP_EXTRA, contest_id=contest_id, account_id=account_id)
    if percent:
        work.run(
            _ADD_EXTRA,
            contest_id=contest_id,
            account_id=account_id,
            percent=percent,
            reason=reason,
            made_by_id=made_by_id,
            made_at=to_ms(now),
        )
    return 0 if row is None else int(row.percent)


def list_extra_times(work: Work, contest_id: int) -> list[ExtraTimeLine]:
    """People with extra time, by name."""
    return [
        ExtraTimeLine(row.account_id, row.name, row.login, row.percent, row.reason, row.made_by, from_ms(row.made_at))
        for row in work.list_all(_EXTRA_TIMES, contest_id=contest_id)
    ]
