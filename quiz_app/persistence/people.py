"""Accounts, units, roles and failed sign-ins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.people import FailureCounts, Failures, Person, Role
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, OptionalInstant, find_from_ms, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Row, Statement, Work


class DbUnit(Model):
    """An organisational unit; ``staff_number`` is the denominator of its rate of participation."""

    __tablename__ = "units"
    id: Mapped[Identifier]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    block: Mapped[str | None]
    parent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"), index=True)
    staff_number: Mapped[int | None]
    __table_args__ = (
        CheckConstraint("staff_number >= 0", name="staff_number"),
        CheckConstraint("parent_id <> id", name="parent"),
    )


class DbAccount(Model):
    """A person who can sign in. A higher ``auth_version`` ends every session begun under a lower one."""

    __tablename__ = "accounts"
    id: Mapped[Identifier]
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    job_title: Mapped[str | None]
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"), index=True)
    password_hash: Mapped[str]
    must_change_password: Mapped[bool]
    is_active: Mapped[bool]
    auth_version: Mapped[int]
    created_at: Mapped[Instant]
    last_address: Mapped[str | None]
    last_signed_in_at: Mapped[OptionalInstant]


class DbRoleGrant(Model):
    """A role of a person; a unit lead's names the unit."""

    __tablename__ = "role_grants"
    id: Mapped[Identifier]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    role: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    __table_args__ = (
        UniqueConstraint("account_id", "role", "unit_id"),
        CheckConstraint("(role = 'unit_lead') = (unit_id IS NOT NULL)", name="unit_of_lead"),
        CheckConstraint(f"role IN ({', '.join(repr(str(role)) for role in Role)})", name="role"),
    )


class DbSignInFailure(Model):
    """A failed sign-in, kept for as long as it counts."""

    __tablename__ = "sign_in_failures"
    id: Mapped[Identifier]
    login: Mapped[str]
    address: Mapped[str]
    failed_at: Mapped[Instant]
    __table_args__ = (
        Index("ix_sign_in_failures_login", "login", "failed_at"),
        Index("ix_sign_in_failures_address", "address", "failed_at"),
    )


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against."""

    account_id: int
    password_hash: str
    last_address: str | None


_accounts, _units, _grants = DbAccount.__table__, DbUnit.__table__, DbRoleGrant.__table__
_failures = DbSignInFailure.__table__

# A person has one to three roles; as one text in the person's row they cost no second statement on every page.
_PERSON_SQL = """
  SELECT accounts.id, login, accounts.name, accounts.unit_id, auth_version, must_change_password,
         units.name AS unit_name,
         (SELECT {aggregate}(role || ':' || COALESCE(CAST(role_grants.unit_id AS text), ''), ',')
          FROM role_grants WHERE account_id = accounts.id) AS roles
  FROM accounts LEFT JOIN units ON units.id = accounts.unit_id
  WHERE accounts.id = :account_id AND is_active
"""
_PERSON = Statement.from_sqls(
    postgresql=_PERSON_SQL.format(aggregate="string_agg"), sqlite=_PERSON_SQL.format(aggregate="group_concat")
)
_CREDENTIALS = Statement(
    select(_accounts.c.id, _accounts.c.password_hash, _accounts.c.last_address).where(
        _accounts.c.login == bindparam("login"), _accounts.c.is_active
    )
)
_PASSWORD_HASH = Statement(select(_accounts.c.password_hash).where(_accounts.c.id == bindparam("account_id")))
_ADD_ACCOUNT = Statement(insert(_accounts))
_ADD_UNIT = Statement(insert(_units))
_ADD_GRANT = Statement(insert(_grants))
_UNITS_BY_CODE = Statement(select(_units.c.code, _units.c.id))
_LOGINS = Statement(select(_accounts.c.login, _accounts.c.id))
_SET_PASSWORD = Statement(
    update(_accounts)
    .where(_accounts.c.id == bindparam("account_id"))
    .values(
        password_hash=bindparam("new_hash"),
        must_change_password=bindparam("must_change"),
        auth_version=_accounts.c.auth_version + 1,
    )
)
_SET_HASH = Statement(
    update(_accounts).where(_accounts.c.id == bindparam("account_id")).values(password_hash=bindparam("new_hash"))
)
_END_SESSIONS = Statement(
    update(_accounts).where(_accounts.c.id == bindparam("account_id")).values(auth_version=_accounts.c.auth_version + 1)
)
_NOTE_SIGN_IN = Statement(
    update(_accounts)
    .where(_accounts.c.id == bindparam("account_id"))
    .values(last_signed_in_at=bindparam("moment"), last_address=bindparam("address"))
)
_ADD_FAILURE = Statement(insert(_failures))
_FORGET_FAILURES = Statement(
    delete(_failures).where(
        or_(
            and_(_failures.c.login == bindparam("login_"), _failures.c.address == bindparam("address_")),
            _failures.c.failed_at < bindparam("before"),
        )
    )
)
_FAILURES = Statement.from_sql(
    "SELECT COUNT(CASE WHEN login = :login AND address = :address THEN 1 END) AS pair, "
    "MAX(CASE WHEN login = :login AND address = :address THEN failed_at END) AS pair_latest, "
    "COUNT(CASE WHEN login = :login THEN 1 END) AS account, "
    "MAX(CASE WHEN login = :login THEN failed_at END) AS account_latest, "
    "COUNT(CASE WHEN address = :address THEN 1 END) AS from_address, "
    "MAX(CASE WHEN address = :address THEN failed_at END) AS address_latest "
    "FROM sign_in_failures WHERE failed_at > :since AND (login = :login OR address = :address)"
)


def find_person(work: Work, account_id: int) -> Person | None:
    """The active person with this id, with roles."""
    row = work.find_one(_PERSON, account_id=account_id)
    return None if row is None else _to_person(row)


def _to_person(row: Row) -> Person:
    roles, led = set(), set()
    for grant in (row.roles or "").split(","):
        role, _, unit_id = grant.partition(":")
        if role:
            roles.add(Role(role))
        if unit_id:
            led.add(int(unit_id))
    return Person(
        id=row.id,
        login=row.login,
        name=row.name,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        roles=frozenset(roles),
        led_unit_ids=frozenset(led),
        auth_version=row.auth_version,
        must_change_password=bool(row.must_change_password),
    )


def find_credentials(work: Work, login: str) -> Credentials | None:
    """The account of this login, if it is active."""
    row = work.find_one(_CREDENTIALS, login=login)
    return None if row is None else Credentials(row.id, row.password_hash, row.last_address)


def find_password_hash(work: Work, account_id: int) -> str | None:
    """The stored hash of this account."""
    row = work.find_one(_PASSWORD_HASH, account_id=account_id)
    return None if row is None else row.password_hash


def count_failures(work: Work, *, login: str, address: str, since: datetime, last_address: str | None) -> FailureCounts:
    """Failed sign-ins since that moment, by account and address."""
    row = work.find_one(_FAILURES, login=login, address=address, since=to_ms(since))
    assert row is not None  # noqa: S101 - an aggregate always has one row
    return FailureCounts(
        pair=Failures(row.pair, find_from_ms(row.pair_latest)),
        account=Failures(row.account, find_from_ms(row.account_latest)),
        address=Failures(row.from_address, find_from_ms(row.address_latest)),
        is_known_address=last_address is not None and last_address == address,
    )


def add_failure(work: Work, *, login: str, address: str, now: datetime) -> None:
    """Count a failed sign-in."""
    work.run(_ADD_FAILURE, id=make_id(), login=login, address=address, failed_at=to_ms(now))


def forget_failures(work: Work, *, login: str, address: str, before: datetime) -> None:
    """After a good sign-in: drop the failures of the same account and address, and all that are too old to count."""
    work.run(_FORGET_FAILURES, login_=login, address_=address, before=to_ms(before))


def note_sign_in(work: Work, *, account_id: int, address: str, now: datetime) -> None:
    """Remember when and from where the person signed in last."""
    work.run(_NOTE_SIGN_IN, account_id=account_id, moment=to_ms(now), address=address)


def set_password(work: Work, *, account_id: int, password_hash: str, must_change: bool) -> None:
    """Store a new password; every session of the account ends."""
    work.run(_SET_PASSWORD, account_id=account_id, new_hash=password_hash, must_change=must_change)


def replace_hash(work: Work, *, account_id: int, password_hash: str) -> None:
    """Store the same password under newer parameters; sessions go on."""
    work.run(_SET_HASH, account_id=account_id, new_hash=password_hash)


def end_sessions(work: Work, account_id: int) -> None:
    """Sign the account out everywhere."""
    work.run(_END_SESSIONS, account_id=account_id)


def map_unit_codes(work: Work) -> dict[str, int]:
    """Unit ids by code."""
    return {row.code: row.id for row in work.list_all(_UNITS_BY_CODE)}


def map_logins(work: Work) -> dict[str, int]:
    """Account ids by login."""
    return {row.login: row.id for row in work.list_all(_LOGINS)}


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to be added."""

    code: str
    name: str
    kind: str
    block: str | None = None
    parent_id: int | None = None
    staff_number: int | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A person to be added, with roles; a unit lead leads ``led_unit_id``."""

    login: str
    name: str
    password_hash: str
    unit_id: int | None = None
    job_title: str | None = None
    must_change_password: bool = True
    roles: frozenset[Role] = frozenset({Role.PARTICIPANT})
    led_unit_id: int | None = None


def add_unit(work: Work, unit: NewUnit) -> int:
    """Insert a unit; its new id. A code that is taken violates a unique constraint."""
    unit_id = make_id()
    work.run(
        _ADD_UNIT,
        id=unit_id,
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        block=unit.block,
        parent_id=unit.parent_id,
        staff_number=unit.staff_number,
    )
    return unit_id


def add_accounts(work: Work, accounts: Iterable[NewAccount], now: datetime) -> list[int]:
    """Insert accounts with their roles; the new ids in order. A login that is taken violates a unique constraint."""
    rows, grants, ids = [], [], []
    for account in accounts:
        account_id = make_id()
        ids.append(account_id)
        rows.append(
            {
                "id": account_id,
                "login": account.login,
                "name": account.name,
                "job_title": account.job_title,
                "unit_id": account.unit_id,
                "password_hash": account.password_hash,
                "must_change_password": account.must_change_password,
                "is_active": True,
                "auth_version": 1,
                "created_at": to_ms(now),
                "last_address": None,
                "last_signed_in_at": None,
            }
        )
        for role in sorted(account.roles):
            unit_id = account.led_unit_id if role is Role.UNIT_LEAD else None
            grants.append({"id": make_id(), "account_id": account_id, "role": str(role), "unit_id": unit_id})
    work.run_many(_ADD_ACCOUNT, rows)
    work.run_many(_ADD_GRANT, grants)
    return ids
