"""Accounts: the person, what a sign-in is checked against, passwords and sessions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, bindparam, insert, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.names import make_name_key, make_search_text
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, OptionalInstant, find_from_ms, to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.people.activation_codes import DbActivationCode
from quiz_app.persistence.people.roles import add_grants, make_grant
from quiz_app.persistence.session import Row, Statement, Work


class DbAccount(Model):
    """A person who can sign in. A higher ``auth_version`` ends every session begun under a lower one.

    A ``password_hash`` of "" is none: the person has a one-time code, or gets one. ``birth`` is ``1985-02-28`` or
    ``1985``; of a citizen's number there is a keyed hash and the last three digits. ``name_key`` sorts by given name,
    and ``search_text`` is what a search without accents looks through: both are made from the other columns.
    """

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
    birth: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(index=True)
    email: Mapped[str | None]
    citizen_hash: Mapped[str | None]
    citizen_tail: Mapped[str | None]
    name_key: Mapped[str] = mapped_column(server_default=text("''"))
    search_text: Mapped[str] = mapped_column(server_default=text("''"))
    __table_args__ = (
        CheckConstraint("length(citizen_tail) = 3", name="citizen_tail"),
        Index("uq_accounts_citizen_hash", "citizen_hash", unique=True),
        Index("ix_accounts_name_key", "name_key", "id"),
        # People by unit, counted from the index alone.
        Index(
            "ix_accounts_active",
            "id",
            "unit_id",
            postgresql_where=text("is_active"),
            sqlite_where=text("is_active"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against. ``code_hash`` is that of the person's one-time code, if there is one; under
    another ``auth_version`` than this one the password may be another one too.
    """

    account_id: int
    password_hash: str
    auth_version: int
    last_address: str | None
    code_hash: str | None
    code_expires_at: datetime | None


_accounts, _codes = DbAccount.__table__, DbActivationCode.__table__

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
    select(
        _accounts.c.id,
        _accounts.c.password_hash,
        _accounts.c.auth_version,
        _accounts.c.last_address,
        _codes.c.code_hash,
        _codes.c.expires_at.label("code_expires_at"),
    )
    .select_from(_accounts.outerjoin(_codes, _codes.c.account_id == _accounts.c.id))
    .where(_accounts.c.login == bindparam("login"), _accounts.c.is_active)
)
_PASSWORD_HASH = Statement(select(_accounts.c.password_hash).where(_accounts.c.id == bindparam("account_id")))
_ADD_ACCOUNT = Statement(insert(_accounts))
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
_CHANGE_PASSWORD = Statement(
    update(_accounts)
    .where(_accounts.c.id == bindparam("account_id"), _accounts.c.auth_version == bindparam("seen_version"))
    .values(password_hash=bindparam("new_hash"), must_change_password=False, auth_version=_accounts.c.auth_version + 1)
)
_SET_HASH = Statement(
    update(_accounts).where(_accounts.c.id == bindparam("account_id")).values(password_hash=bindparam("new_hash"))
)
# A row that another transaction holds is waited for and asked again; what a statement reads of other tables is not,
# and so is read by a statement of its own after this one. No key changes: rows that name the account can be added.
_LOCK_SQL = "SELECT id FROM accounts WHERE id IN ({ids}) AND is_active AND password_hash = '' ORDER BY id{lock}"  # noqa: S608
_LOCK_WITHOUT_PASSWORD = Statement.from_sqls(
    postgresql=_LOCK_SQL.format(
        ids="SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:account_ids AS json))",
        lock=" FOR NO KEY UPDATE OF accounts",
    ),
    sqlite=_LOCK_SQL.format(ids="SELECT value FROM json_each(:account_ids)", lock=""),
)
_END_SESSIONS = Statement(
    update(_accounts).where(_accounts.c.id == bindparam("account_id")).values(auth_version=_accounts.c.auth_version + 1)
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
    if row is None:
        return None
    return Credentials(
        row.id, row.password_hash, row.auth_version, row.last_address, row.code_hash, find_from_ms(row.code_expires_at)
    )


def lock_without_password(work: Work, account_ids: Sequence[int]) -> frozenset[int]:
    """Those of the accounts that are open and have no password; none of them gets one, or is closed, before the
    transaction ends.
    """
    rows = work.list_all(_LOCK_WITHOUT_PASSWORD, account_ids=to_json(list(account_ids)))
    return frozenset(row.id for row in rows)


def find_password_hash(work: Work, account_id: int) -> str | None:
    """The stored hash of this account."""
    row = work.find_one(_PASSWORD_HASH, account_id=account_id)
    return None if row is None else row.password_hash


def set_password(work: Work, *, account_id: int, password_hash: str, must_change: bool) -> None:
    """Store a new password; every session of the account ends."""
    work.run(_SET_PASSWORD, account_id=account_id, new_hash=password_hash, must_change=must_change)


def change_password(work: Work, *, account_id: int, password_hash: str, seen_version: int) -> bool:
    """Store the password that the person has chosen, unless the account's sessions were ended since that version;
    whether it was stored. Every session of the account ends.
    """
    return work.run(_CHANGE_PASSWORD, account_id=account_id, new_hash=password_hash, seen_version=seen_version) == 1


def replace_hash(work: Work, *, account_id: int, password_hash: str) -> None:
    """Store the same password under newer parameters; sessions go on."""
    work.run(_SET_HASH, account_id=account_id, new_hash=password_hash)


def end_sessions(work: Work, account_id: int) -> None:
    """Sign the account out everywhere."""
    work.run(_END_SESSIONS, account_id=account_id)


def map_logins(work: Work) -> dict[str, int]:
    """Account ids by login."""
    return {row.login: row.id for row in work.list_all(_LOGINS)}


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A person to be added, with roles; a unit lead leads ``led_unit_id``. Without a hash there is no password yet."""

    login: str
    name: str
    password_hash: str = ""
    unit_id: int | None = None
    job_title: str | None = None
    must_change_password: bool = True
    roles: frozenset[Role] = frozenset({Role.PARTICIPANT})
    led_unit_id: int | None = None
    birth: str | None = None
    phone: str | None = None
    email: str | None = None
    citizen_hash: str | None = None
    citizen_tail: str | None = None


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
                "birth": account.birth,
                "phone": account.phone,
                "email": account.email,
                "citizen_hash": account.citizen_hash,
                "citizen_tail": account.citizen_tail,
                "name_key": make_name_key(account.name),
                "search_text": make_search_text(account.name, account.login, account.phone),
            }
        )
        for role in sorted(account.roles):
            unit_id = account.led_unit_id if role is Role.UNIT_LEAD else None
            grants.append(make_grant(account_id=account_id, role=role, unit_id=unit_id))
    work.run_many(_ADD_ACCOUNT, rows)
    add_grants(work, grants)
    return ids
