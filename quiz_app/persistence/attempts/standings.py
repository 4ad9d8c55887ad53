"""A person's standing in rounds: all that home, start page and start need to know, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Select, and_, bindparam, exists, func, literal_column, or_, select

from quiz_app.domain.contests import Round
from quiz_app.domain.exceptions import make_personal_round
from quiz_app.persistence.attempts.rows import AttemptRow
from quiz_app.persistence.attempts.table import attempt_columns, attempts_table, is_in_progress, to_attempt
from quiz_app.persistence.columns import find_from_ms, from_ms
from quiz_app.persistence.contests import (
    contests_table,
    exclusions_table,
    round_columns,
    rounds_table,
    to_round,
)
from quiz_app.persistence.exceptions.extra_time import extra_times_table
from quiz_app.persistence.exceptions.windows import window_extensions_table
from quiz_app.persistence.items import DbItemBank
from quiz_app.persistence.notices import DbNotice
from quiz_app.persistence.people import DbAccount
from quiz_app.persistence.results import BestResult, results_table, to_best_result
from quiz_app.persistence.session import Row, Statement, Work

_banks, _accounts, _notices = DbItemBank.__table__, DbAccount.__table__, DbNotice.__table__
_mine: BindParameter[int] = bindparam("account_id")
_last_ordinal = (
    select(func.max(attempts_table.c.ordinal))
    .where(attempts_table.c.round_id == rounds_table.c.id, attempts_table.c.account_id == _mine)
    .correlate(rounds_table)
    .scalar_subquery()
)
# In the statement that reads the last ordinal: what is decided on is of one moment.
_voided_count = (
    select(func.count())
    .select_from(attempts_table)
    .where(
        attempts_table.c.round_id == rounds_table.c.id,
        attempts_table.c.account_id == _mine,
        attempts_table.c.state == literal_column("'voided'"),
    )
    .correlate(rounds_table)
    .scalar_subquery()
)

_extended_close = (
    select(func.max(window_extensions_table.c.closes_at))
    .where(
        window_extensions_table.c.round_id == rounds_table.c.id,
        window_extensions_table.c.withdrawn_at.is_(None),
        or_(
            window_extensions_table.c.account_id == _mine,
            window_extensions_table.c.unit_id
            == select(_accounts.c.unit_id).where(_accounts.c.id == _mine).scalar_subquery(),
        ),
    )
    .correlate(rounds_table)
    .scalar_subquery()
)
_extra_percent = (
    select(extra_times_table.c.percent)
    .where(extra_times_table.c.contest_id == rounds_table.c.contest_id, extra_times_table.c.account_id == _mine)
    .correlate(rounds_table)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt in progress, as far as a link to it needs."""

    id: int
    started_at: datetime
    deadline_at: datetime
    accepts_until_at: datetime


@dataclass(frozen=True, slots=True)
class RoundStanding:
    """A round as it holds for one person (see ``domain.exceptions``), and what they have done in it."""

    round: Round
    contest_title: str
    is_demonstration: bool
    bank_version: int
    is_excluded: bool
    last_ordinal: int
    voided_count: int
    open_attempt: OpenAttempt | None
    best: BestResult | None
    has_notices: bool = False
    """Whether the person has notices of the round that they have not dismissed; only lists of standings say it."""

    @property
    def counted_attempts(self) -> int:
        """Attempts that use up a try of the regime: every one that was started and not voided."""
        return self.last_ordinal - self.voided_count


def _select_standings() -> Select[tuple[object, ...]]:
    open_attempts = attempts_table.alias("open_attempts")
    return select(
        *round_columns,
        contests_table.c.title.label("contest_title"),
        contests_table.c.is_demonstration,
        _banks.c.version.label("bank_version"),
        exists()
        .where(
            exclusions_table.c.contest_id == rounds_table.c.contest_id,
            exclusions_table.c.login == _accounts.c.login,
            _accounts.c.id == _mine,
        )
        .label("is_excluded"),
        func.coalesce(_last_ordinal, 0).label("last_ordinal"),
        _voided_count.label("voided_count"),
        _extended_close.label("extended_close"),
        func.coalesce(_extra_percent, 0).label("extra_percent"),
        open_attempts.c.id.label("open_id"),
        open_attempts.c.started_at.label("open_started_at"),
        open_attempts.c.deadline_at.label("open_deadline_at"),
        open_attempts.c.accepts_until_at.label("open_accepts_until_at"),
        *(column.label(f"result_{column.name}") for column in results_table.c),
    ).select_from(
        rounds_table.join(contests_table, contests_table.c.id == rounds_table.c.contest_id)
        .join(_banks, _banks.c.id == rounds_table.c.bank_id)
        .outerjoin(
            results_table,
            and_(results_table.c.round_id == rounds_table.c.id, results_table.c.account_id == _mine),
        )
        .outerjoin(
            open_attempts,
            and_(
                open_attempts.c.round_id == rounds_table.c.id,
                open_attempts.c.account_id == _mine,
                open_attempts.c.state == is_in_progress.right,
            ),
        )
    )


_FIND = Statement(_select_standings().where(rounds_table.c.id == bindparam("round_id")))
_FIND_WITH_ATTEMPT = Statement(
    _select_standings()
    .add_columns(*attempt_columns)
    .where(
        attempts_table.c.id == bindparam("attempt_id"),
        attempts_table.c.account_id == _mine,
        rounds_table.c.id == attempts_table.c.round_id,
    )
)
_has_notices = exists().where(
    _notices.c.account_id == _mine, _notices.c.round_id == rounds_table.c.id, _notices.c.seen_at.is_(None)
)
_LIST = Statement(
    _select_standings()
    .add_columns(_has_notices.label("has_notices"))
    .order_by(contests_table.c.created_at.desc(), rounds_table.c.position)
)
_STARTED_AT = Statement(
    select(attempts_table.c.started_at)
    .where(
        attempts_table.c.round_id == bindparam("round_id"),
        attempts_table.c.account_id == _mine,
        attempts_table.c.ordinal <= bindparam("last_ordinal"),
        attempts_table.c.state != literal_column("'voided'"),
    )
    .order_by(attempts_table.c.ordinal.desc())
    .offset(bindparam("skipped"))
    .limit(1)
)


def find_standing(work: Work, *, round_id: int, account_id: int) -> RoundStanding | None:
    """The person's standing in one round; None when there is no such round."""
    row = work.find_one(_FIND, round_id=round_id, account_id=account_id)
    return None if row is None else _to_standing(row)


def list_standings(work: Work, account_id: int) -> list[RoundStanding]:
    """The person's standing in every round, the newest contest first."""
    rows = work.list_all(_LIST, account_id=account_id)
    return [_to_standing(row, has_notices=bool(row.has_notices)) for row in rows]


def find_attempt_with_standing(
    work: Work, *, attempt_id: int, account_id: int
) -> tuple[AttemptRow, RoundStanding] | None:
    """The attempt, if it is this person's, and their standing in its round."""
    row = work.find_one(_FIND_WITH_ATTEMPT, attempt_id=attempt_id, account_id=account_id)
    return None if row is None else (AttemptRow(to_attempt(row), to_round(row), row.bank_version), _to_standing(row))


def find_started_at(work: Work, *, round_id: int, account_id: int, last_ordinal: int, number: int) -> datetime | None:
    """When the person's last but so many attempt was started, the ``last_ordinal`` being the first of them; voided ones
    are passed over. None where there are fewer.
    """
    row = work.find_one(
        _STARTED_AT, round_id=round_id, account_id=account_id, last_ordinal=last_ordinal, skipped=number - 1
    )
    return None if row is None else find_from_ms(row.started_at)


def _to_standing(row: Row, *, has_notices: bool = False) -> RoundStanding:
    open_attempt = None
    if row.open_id is not None:
        open_attempt = OpenAttempt(
            row.open_id,
            from_ms(row.open_started_at),
            from_ms(row.open_deadline_at),
            from_ms(row.open_accepts_until_at),
        )
    return RoundStanding(
        round=make_personal_round(
            to_round(row), extended_close=find_from_ms(row.extended_close), extra_percent=row.extra_percent
        ),
        contest_title=row.contest_title,
        is_demonstration=bool(row.is_demonstration),
        bank_version=row.bank_version,
        is_excluded=bool(row.is_excluded),
        last_ordinal=row.last_ordinal,
        voided_count=row.voided_count,
        open_attempt=open_attempt,
        best=None if row.result_round_id is None else to_best_result(row),
        has_notices=has_notices,
    )
