"""Contests, rounds and exclusions."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    UniqueConstraint,
    bindparam,
    false,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.contests import (
    Contest,
    Round,
    RoundSettings,
)
from quiz_app.domain.errors import NotFound
from quiz_app.extensions import Model
from quiz_app.persistence.columns import (
    Identifier,
    Instant,
    JsonText,
    OptionalInstant,
    find_from_ms,
    from_json,
    from_ms,
    to_json,
    to_ms,
)
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.round_settings import settings_from_mapping, settings_to_mapping
from quiz_app.persistence.session import Row, Statement, Work


class DbContest(Model):
    """An event with its rounds."""

    __tablename__ = "contests"
    id: Mapped[Identifier]
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    organiser: Mapped[str]
    summary: Mapped[str]
    rules: Mapped[JsonText]
    time_zone: Mapped[str]
    is_demonstration: Mapped[bool]
    created_at: Mapped[Instant]
    allows_registration: Mapped[bool] = mapped_column(server_default=false())


class DbRound(Model):
    """A round. ``version`` rises with every change of its settings, so that what a process has parsed can be kept; and
    with every change of what deadlines follow from, so that no attempt is stored by the rules of before.
    """

    __tablename__ = "rounds"
    id: Mapped[Identifier]
    contest_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("contests.id"))
    code: Mapped[str]
    title: Mapped[str]
    position: Mapped[int]
    opens_at: Mapped[Instant]
    closes_at: Mapped[Instant]
    bank_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("item_banks.id"))
    settings: Mapped[JsonText]
    version: Mapped[int]
    finalised_at: Mapped[OptionalInstant]
    extended_until: Mapped[OptionalInstant]
    prediction_actual: Mapped[int | None]
    __table_args__ = (
        UniqueConstraint("contest_id", "code"),
        CheckConstraint("opens_at < closes_at", name="window"),
    )


class DbExclusion(Model):
    """A person who does not take part by the contest's rules, and why; by login, since staff may be imported later."""

    __tablename__ = "exclusions"
    contest_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("contests.id"), primary_key=True)
    login: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]


contests_table, rounds_table = DbContest.__table__, DbRound.__table__
exclusions_table = DbExclusion.__table__

round_columns = [
    rounds_table.c.id,
    rounds_table.c.contest_id,
    rounds_table.c.code,
    rounds_table.c.title,
    rounds_table.c.opens_at,
    rounds_table.c.closes_at,
    rounds_table.c.bank_id,
    rounds_table.c.settings,
    rounds_table.c.version,
    rounds_table.c.finalised_at,
    rounds_table.c.extended_until,
    contests_table.c.time_zone,
]
"""What ``to_round`` needs of a row; label other tables' columns when selecting them beside these."""
_rounds_with_contest = rounds_table.join(contests_table, contests_table.c.id == rounds_table.c.contest_id)

_FIND_CONTEST = Statement(select(contests_table).where(contests_table.c.code == bindparam("contest_code")))
_LIST_CONTESTS = Statement(select(contests_table).order_by(contests_table.c.created_at.desc()))
_SWITCH_REGISTRATION = Statement.from_sql(
    "UPDATE contests SET allows_registration = :allows WHERE id = :contest_id AND allows_registration <> :allows"
)
_ADD_CONTEST = Statement(insert(contests_table))
_GET_ROUND = Statement(
    select(*round_columns).select_from(_rounds_with_contest).where(rounds_table.c.id == bindparam("round_id"))
)
_LOCK_ROUND = Statement(
    select(*round_columns)
    .select_from(_rounds_with_contest)
    .where(rounds_table.c.id == bindparam("round_id"))
    .with_for_update(of=rounds_table)
)
_HOLD_ROUND = Statement(
    select(*round_columns)
    .select_from(_rounds_with_contest)
    .where(rounds_table.c.id == bindparam("round_id"))
    # Less than a change of the round's key takes, so that attempts, which refer to it, can begin meanwhile.
    .with_for_update(of=rounds_table, key_share=True)
)
_SET_PREDICTION_ACTUAL = Statement.from_sql("UPDATE rounds SET prediction_actual = :actual WHERE id = :round_id")
_PREDICTION_ACTUAL = Statement(
    select(rounds_table.c.prediction_actual).where(rounds_table.c.id == bindparam("round_id"))
)
_LIST_ROUNDS = Statement(
    select(*round_columns).select_from(_rounds_with_contest).order_by(rounds_table.c.position, rounds_table.c.opens_at)
)
_TOUCH_ROUNDS = Statement(
    update(rounds_table)
    .where(rounds_table.c.contest_id == bindparam("of_contest_id"))
    .values(version=rounds_table.c.version + 1)
)
_ADD_ROUND = Statement(insert(rounds_table))
_ADD_EXCLUSION = Statement(insert(exclusions_table))
_FINALISE = Statement(
    update(rounds_table)
    .where(rounds_table.c.id == bindparam("round_id"))
    .values(
        finalised_at=bindparam("moment"),
        prediction_actual=bindparam("actual"),
        version=rounds_table.c.version + 1,
    )
)

_parsed_settings: dict[int, tuple[int, RoundSettings]] = {}
"""Settings by round id with the version they were parsed from; a handful of rounds, checked against each row read."""


def find_contest(work: Work, code: str) -> Contest | None:
    """The contest with this code."""
    row = work.find_one(_FIND_CONTEST, contest_code=code)
    return None if row is None else to_contest(row)


def list_contests(work: Work) -> list[Contest]:
    """All contests, the newest first."""
    return [to_contest(row) for row in work.list_all(_LIST_CONTESTS)]


def find_round(work: Work, round_id: int) -> Round | None:
    """The round with this id."""
    row = work.find_one(_GET_ROUND, round_id=round_id)
    return None if row is None else to_round(row)


def get_round(work: Work, round_id: int) -> Round:
    """The round with this id. Raises NotFound."""
    round_ = find_round(work, round_id)
    if round_ is None:
        raise NotFound
    return round_


def lock_round(work: Work, round_id: int) -> Round | None:
    """The same, held against other changes of the round until the transaction ends."""
    row = work.find_one(_LOCK_ROUND, round_id=round_id)
    return None if row is None else to_round(row)


def hold_round(work: Work, round_id: int) -> Round | None:
    """The same, held against everything that changes results of the round as a whole; attempts go on meanwhile."""
    row = work.find_one(_HOLD_ROUND, round_id=round_id)
    return None if row is None else to_round(row)


def touch_rounds(work: Work, contest_id: int) -> None:
    """Let starts under way in the locked rounds of a contest be decided anew: what they depend on has changed."""
    work.run(_TOUCH_ROUNDS, of_contest_id=contest_id)


def set_prediction_actual(work: Work, *, round_id: int, actual: int) -> None:
    """Another true number, after keys were put right."""
    work.run(_SET_PREDICTION_ACTUAL, round_id=round_id, actual=actual)


def find_prediction_actual(work: Work, round_id: int) -> int | None:
    """The true number that the prediction question asked for, once it is known."""
    row = work.find_one(_PREDICTION_ACTUAL, round_id=round_id)
    return None if row is None else row.prediction_actual


def list_rounds(work: Work) -> list[Round]:
    """All rounds in the order of their contests' programmes."""
    return [to_round(row) for row in work.list_all(_LIST_ROUNDS)]


def add_contest(work: Work, contest: Contest, now: datetime) -> int:
    """Insert a contest; its new id (the id of the value is not used)."""
    contest_id = make_id()
    work.run(
        _ADD_CONTEST,
        id=contest_id,
        code=contest.code,
        title=contest.title,
        organiser=contest.organiser,
        summary=contest.summary,
        rules=to_json(contest.rules),
        time_zone=contest.zone.key,
        is_demonstration=contest.is_demonstration,
        allows_registration=contest.allows_registration,
        created_at=to_ms(now),
    )
    return contest_id


def switch_registration(work: Work, *, contest_id: int, allows: bool) -> int:
    """Let people ask to join a contest, or no longer; 0 where that is so already."""
    return work.run(_SWITCH_REGISTRATION, contest_id=contest_id, allows=allows)


def add_round(work: Work, round_: Round, *, contest_id: int, bank_id: int, position: int) -> int:
    """Insert a round; its new id."""
    round_id = make_id()
    work.run(
        _ADD_ROUND,
        id=round_id,
        contest_id=contest_id,
        code=round_.code,
        title=round_.title,
        position=position,
        opens_at=to_ms(round_.opens_at),
        closes_at=to_ms(round_.closes_at),
        bank_id=bank_id,
        settings=to_json(settings_to_mapping(round_.settings)),
        version=1,
        finalised_at=None,
        extended_until=None,
        prediction_actual=None,
    )
    return round_id


def add_exclusion(work: Work, *, contest_id: int, login: str, reason: str) -> None:
    """Keep a person out of a contest, whether the account is there yet or not."""
    work.run(_ADD_EXCLUSION, contest_id=contest_id, login=login, reason=reason)


def mark_finalised(work: Work, *, round_id: int, now: datetime, prediction_actual: int | None) -> None:
    """The ranking of the round no longer waits for anything."""
    work.run(_FINALISE, round_id=round_id, moment=to_ms(now), actual=prediction_actual)


def to_contest(row: Row) -> Contest:
    """The contest of a row."""
    return Contest(
        id=row.id,
        code=row.code,
        title=row.title,
        organiser=row.organiser,
        summary=row.summary,
        rules=tuple(from_json(row.rules)),
        zone=ZoneInfo(row.time_zone),
        is_demonstration=bool(row.is_demonstration),
        allows_registration=bool(row.allows_registration),
    )


def to_round(row: Row) -> Round:
    """The round of a row with ``round_columns``."""
    known = _parsed_settings.get(row.id)
    if known is None or known[0] != row.version:
        known = _parsed_settings[row.id] = (row.version, settings_from_mapping(from_json(row.settings)))
    return Round(
        id=row.id,
        contest_id=row.contest_id,
        code=row.code,
        title=row.title,
        opens_at=from_ms(row.opens_at),
        closes_at=from_ms(row.closes_at),
        bank_id=row.bank_id,
        zone=ZoneInfo(row.time_zone),
        settings=known[1],
        version=row.version,
        finalised_at=find_from_ms(row.finalised_at),
        extended_until=find_from_ms(row.extended_until),
    )
