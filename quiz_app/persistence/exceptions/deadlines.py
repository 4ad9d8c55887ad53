"""The deadlines of running attempts, when extensions and extra time have changed."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from datetime import datetime

from quiz_app.domain.contests import Round
from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.session import Statement, Work

_ENTITLED = (
    "{least}(attempts.started_at + CAST(:limit_ms AS bigint) * (100 + COALESCE((SELECT percent FROM extra_times "
    "WHERE extra_times.contest_id = :contest_id AND extra_times.account_id = attempts.account_id), 0)) / 100, "
    "{greatest}(CAST(:closes_at AS bigint), COALESCE((SELECT MAX(window_extensions.closes_at) FROM window_extensions "
    "WHERE window_extensions.round_id = attempts.round_id AND window_extensions.withdrawn_at IS NULL "
    "AND (window_extensions.account_id = attempts.account_id "
    "OR window_extensions.unit_id = attempts.unit_id)), 0)))"
)
_LENGTHEN = (
    f"UPDATE attempts SET deadline_at = {_ENTITLED}, accepts_until_at = {_ENTITLED} + :grace_ms "
    f"WHERE round_id = :round_id AND state = 'in_progress' AND accepts_until_at >= :now AND deadline_at < {_ENTITLED}"
)
_LENGTHEN_OPEN = Statement.from_sqls(
    postgresql=_LENGTHEN.format(least="LEAST", greatest="GREATEST"),
    sqlite=_LENGTHEN.format(least="MIN", greatest="MAX"),
)


def lengthen_open_attempts(work: Work, round_: Round, now: datetime) -> int:
    """Give running attempts of the round the deadlines that they are entitled to by now; how many got a later one.

    An attempt whose time is over stays as it is, closed yet or not.
    """
    return work.run(
        _LENGTHEN_OPEN,
        round_id=round_.id,
        contest_id=round_.contest_id,
        limit_ms=round_.settings.time_limit_seconds * 1000,
        grace_ms=round_.settings.transport_grace_seconds * 1000,
        closes_at=to_ms(round_.closes_at),
        now=to_ms(now),
    )
