"""Extended windows, extra time and voided attempts."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, insert
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.contests import Round
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, OptionalInstant, find_from_ms, from_ms, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Statement, Work


class DbWindowExtension(Model):
    """A later close of a round: for a unit, for a person, or (neither) for all, which then is the round's own.

    An extension for a unit has one row for it and one for each sub-unit of that moment; they share ``grant_id``, which
    is the id of the first. One that was taken back stays on record and holds no longer. ``closes_before`` is the close
    of the round when one for all was made.
    """

    __tablename__ = "window_extensions"
    id: Mapped[Identifier]
    grant_id: Mapped[int] = mapped_column(BigInteger)
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rounds.id"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    closes_at: Mapped[Instant]
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    closes_before: Mapped[OptionalInstant]
    withdrawn_at: Mapped[OptionalInstant]
    withdrawn_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    withdrawal_reason: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("unit_id IS NULL OR account_id IS NULL", name="whom"),
        CheckConstraint("length(reason) BETWEEN 1 AND 500", name="reason"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL) AND (withdrawn_at IS NULL) = "
            "(withdrawal_reason IS NULL)",
            name="withdrawal",
        ),
        Index("ix_window_extensions_round_id", "round_id", "account_id", "unit_id"),
    )


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


window_extensions_table, extra_times_table = DbWindowExtension.__table__, DbExtraTime.__table__


@dataclass(frozen=True, slots=True)
class ExtensionLine:
    """An extension in the list; without unit and person it was for all. With ``withdrawn_at`` it was taken back."""

    grant_id: int
    closes_at: datetime
    reason: str
    unit_name: str | None
    unit_count: int
    person_name: str | None
    login: str | None
    made_by: str
    made_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawal_reason: str | None


@dataclass(frozen=True, slots=True)
class Grant:
    """An extension as it is decided on. ``closes_before`` is set where it was for all."""

    closes_at: datetime
    closes_before: datetime | None
    is_for_all: bool
    is_withdrawn: bool


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


_ADD_EXTENSION = Statement(insert(window_extensions_table))
_EXTEND_ROUND = Statement.from_sql(
    "UPDATE rounds SET closes_at = CASE WHEN :is_for_all THEN :closes_at ELSE closes_at END, "
    "extended_until = CASE WHEN :is_for_all OR COALESCE(extended_until, 0) >= :closes_at THEN extended_until "
    "ELSE :closes_at END, finalised_at = NULL, prediction_actual = NULL, version = version + 1 WHERE id = :round_id"
)
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
_GRANTS = Statement.from_sql(
    "SELECT grant_id, closes_at, closes_before, unit_id IS NULL AND account_id IS NULL AS is_for_all, "
    "withdrawn_at IS NOT NULL AS is_withdrawn FROM window_extensions WHERE round_id = :round_id AND id = grant_id"
)
_WITHDRAW = Statement.from_sql(
    "UPDATE window_extensions SET withdrawn_at = :now, withdrawn_by_id = :made_by_id, withdrawal_reason = :reason "
    "WHERE round_id = :round_id AND grant_id = :grant_id AND withdrawn_at IS NULL"
)
# Later than the close only where somebody may still start, or sits: until then no key is shown and nothing is final.
_NARROW_ROUND = Statement.from_sql(
    "UPDATE rounds SET closes_at = :closes_at, extended_until = (SELECT MAX(late.ends_at) FROM ("
    "SELECT closes_at AS ends_at FROM window_extensions WHERE round_id = :round_id AND withdrawn_at IS NULL "
    "UNION ALL SELECT deadline_at FROM attempts WHERE round_id = :round_id AND state = 'in_progress') late "
    "WHERE late.ends_at > :closes_at), version = version + 1 WHERE id = :round_id"
)
_DROP_EXTRA = Statement.from_sql("DELETE FROM extra_times WHERE contest_id = :contest_id AND account_id = :account_id")
_ADD_EXTRA = Statement(insert(extra_times_table))
_FIND_EXTRA = Statement.from_sql(
    "SELECT percent FROM extra_times WHERE contest_id = :contest_id AND account_id = :account_id"
)
_EXTENSIONS = Statement.from_sql(
    """
    SELECT firsts.closes_at, firsts.reason, units.name AS unit_name, people.name AS person_name, people.login,
           makers.name AS made_by, firsts.made_at, firsts.grant_id, firsts.withdrawn_at,
           firsts.withdrawal_reason, takers.name AS withdrawn_by,
           (SELECT COUNT(*) FROM window_extensions others WHERE others.grant_id = firsts.id) AS unit_count
    FROM window_extensions firsts LEFT JOIN units ON units.id = firsts.unit_id
    LEFT JOIN accounts people ON people.id = firsts.account_id JOIN accounts makers ON makers.id = firsts.made_by_id
    LEFT JOIN accounts takers ON takers.id = firsts.withdrawn_by_id
    WHERE firsts.round_id = :round_id AND firsts.id = firsts.grant_id ORDER BY firsts.id DESC
    """
)
_EXTRA_TIMES = Statement.from_sql(
    """
    SELECT people.id AS account_id, people.name, people.login, percent, reason, makers.name AS made_by, made_at
    FROM extra_times JOIN accounts people ON people.id = account_id JOIN accounts makers ON makers.id = made_by_id
    WHERE contest_id = :contest_id ORDER BY people.name_key, people.id
    """
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


def add_extension(
    work: Work,
    *,
    round_id: int,
    unit_ids: Sequence[int],
    account_id: int | None,
    closes_at: datetime,
    closes_before: datetime | None,
    reason: str,
    made_by_id: int,
    now: datetime,
) -> None:
    """Keep a later close for these units (the first is the one that was named), for this person, or for all."""
    targets: list[int | None] = list(unit_ids) or [None]
    ids = [make_id() for _ in targets]
    work.run_many(
        _ADD_EXTENSION,
        [
            {"id": row_id, "grant_id": ids[0], "round_id": round_id, "unit_id": unit_id, "account_id": account_id,
             "closes_at": to_ms(closes_at), "reason": reason, "made_by_id": made_by_id, "made_at": to_ms(now),
             "closes_before": None if closes_before is None else to_ms(closes_before), "withdrawn_at": None,
             "withdrawn_by_id": None, "withdrawal_reason": None}
            for row_id, unit_id in zip(ids, targets, strict=True)
        ],
    )  # fmt: skip


def extend_round(work: Work, *, round_id: int, closes_at: datetime, is_for_all: bool) -> None:
    """Move the close of the round, or note that somebody's is later; what was final is final no longer."""
    work.run(_EXTEND_ROUND, round_id=round_id, closes_at=to_ms(closes_at), is_for_all=is_for_all)


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


def map_grants(work: Work, round_id: int) -> dict[int, Grant]:
    """Every extension of a round by its id, those taken back too."""
    return {
        row.grant_id: Grant(
            from_ms(row.closes_at), find_from_ms(row.closes_before), bool(row.is_for_all), bool(row.is_withdrawn)
        )
        for row in work.list_all(_GRANTS, round_id=round_id)
    }


def withdraw_extension(
    work: Work, *, round_id: int, grant_id: int, reason: str, made_by_id: int, now: datetime
) -> None:
    """Let an extension hold no longer, for all of its units."""
    work.run(_WITHDRAW, round_id=round_id, grant_id=grant_id, reason=reason, made_by_id=made_by_id, now=to_ms(now))


def narrow_round(work: Work, *, round_id: int, closes_at: datetime) -> None:
    """Set the close of the round after an extension was taken back, and how long somebody may still sit."""
    work.run(_NARROW_ROUND, round_id=round_id, closes_at=to_ms(closes_at))


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


def list_extensions(work: Work, round_id: int) -> list[ExtensionLine]:
    """Extensions of a round, the newest first."""
    return [
        ExtensionLine(
            row.grant_id, from_ms(row.closes_at), row.reason, row.unit_name, row.unit_count, row.person_name, row.login,
            row.made_by, from_ms(row.made_at), find_from_ms(row.withdrawn_at), row.withdrawn_by, row.withdrawal_reason,
        )
        for row in work.list_all(_EXTENSIONS, round_id=round_id)
    ]  # fmt: skip


def list_extra_times(work: Work, contest_id: int) -> list[ExtraTimeLine]:
    """People with extra time, by name."""
    return [
        ExtraTimeLine(row.account_id, row.name, row.login, row.percent, row.reason, row.made_by, from_ms(row.made_at))
        for row in work.list_all(_EXTRA_TIMES, contest_id=contest_id)
    ]


def list_voids(work: Work, round_id: int) -> list[VoidLine]:
    """Voided attempts of a round, the last first."""
    return [
        VoidLine(row.account_id, row.name, row.login, row.ordinal, row.reason, row.made_by, from_ms(row.made_at))
        for row in work.list_all(_VOIDS, round_id=round_id)
    ]
