"""Roles: who has which, granting and taking away, and the first administrator."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.people import Person, Role, normalise_login
from quiz_app.domain.permissions import may_change_roles, may_see_roles
from quiz_app.domain.role_matrix import MatrixRow, make_matrix
from quiz_app.domain.roles import (
    LastAdministratorStays,
    LoginTaken,
    RoleAlreadyGranted,
    RoleHolder,
    UnitNeeded,
    UnknownAccount,
)
from quiz_app.passwords import hash_password
from quiz_app.persistence import audit
from quiz_app.persistence import people as people_store
from quiz_app.persistence.people import NewAccount, role_holders
from quiz_app.persistence.session import Work, reading, transaction

MOST_HOLDERS = 2000
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike on paper."""


@dataclass(frozen=True, slots=True)
class RolesPage:
    """What the page of roles shows. Of participants there is the number only."""

    matrix: Sequence[MatrixRow]
    holders: Sequence[RoleHolder]
    counts: dict[Role, int]
    may_change: bool

    def list_holders(self, role: Role) -> list[RoleHolder]:
        """Those with this role."""
        return [holder for holder in self.holders if holder.role is role]


def view_roles(*, person: Person) -> RolesPage:
    """Who may do what, and who has which role. Raises NotAllowed."""
    if not may_see_roles(person):
        raise NotAllowed
    with reading() as work:
        holders = role_holders.list_role_holders(work, MOST_HOLDERS)
        counts = role_holders.count_role_holders(work)
    return RolesPage(make_matrix(), holders, counts, may_change_roles(person))


def grant_role(*, actor: Person, login: str, role: Role, unit_code: str | None, now: datetime) -> str:
    """Give the person with this login the role (a unit lead: of the unit with this code); the person's name.

    Every session of theirs ends, so that the next one is of a person who has signed in with the new rights. Raises
    NotAllowed, UnknownAccount, UnitNeeded, RoleAlreadyGranted.
    """
    if not may_change_roles(actor):
        raise NotAllowed
    with transaction() as work:
        # The unit before the account, as whoever moves people takes them.
        unit_id = people_store.lock_open_units(work).get(unit_code) if unit_code else None
        known = role_holders.lock_active_account(work, normalise_login(login))
        if known is None:
            raise UnknownAccount(login)
        account_id, name = known
        if (role is Role.UNIT_LEAD) is (unit_id is None):
            raise UnitNeeded
        _grant(work, actor_id=actor.id, account_id=account_id, name=name, role=role, unit_id=unit_id, now=now)
    return name


def revoke_role(*, actor: Person, grant_id: int, now: datetime) -> RoleHolder:
    """Take a role away; every session of the person ends. What was taken away.

    Raises NotAllowed, NotFound, LastAdministratorStays: of two administrators who take the role from each other at the
    same moment, one remains.
    """
    if not may_change_roles(actor):
        raise NotAllowed
    with transaction() as work:
        administrators = people_store.lock_administrators(work)
        if actor.id not in administrators:
            # Lost the role while waiting for the lock.
            raise NotAllowed
        holder = role_holders.find_role_holder(work, grant_id)
        if holder is None:
            raise NotFound
        if holder.role is Role.ADMINISTRATOR and administrators <= {holder.account_id}:
            raise LastAdministratorStays
        if not role_holders.remove_grant(work, grant_id):
            raise NotFound
        people_store.end_sessions(work, holder.account_id)
        audit.add_entry(
            work,
            now=now,
            actor_id=actor.id,
            action="role_revoked",
            subject=("account", holder.account_id),
            details={"before": {"role": str(holder.role), "unit_id": holder.unit_id}, "after": {}},
        )
    return holder


def make_administrator(*, login: str, name: str, resets: bool, now: datetime) -> str:
    """Add an account with the role of administrator; its one-time password, which must be changed at the first use.

    For the operator of the server. With ``resets`` an account that is there gets the role, if it has not got it, and a
    new password: the way back in when nobody knows one any more. Raises LoginTaken, and UnknownAccount for a closed
    account.
    """
    login = normalise_login(login)
    password = make_one_time_password()
    password_hash = hash_password(password)
    with transaction() as work:
        known = role_holders.find_any_account(work, login)
        if known is None:
            account = NewAccount(
                login=login, name=name, password_hash=password_hash, roles=frozenset({Role.ADMINISTRATOR})
            )
            (account_id,) = people_store.add_accounts(work, [account], now)
            details = {"after": {"login": login, "name": name, "role": str(Role.ADMINISTRATOR)}}
            audit.add_entry(
                work, now=now, actor_id=None, action="administrator_made", subject=("account", account_id),
                details=details,
            )  # fmt: skip
            return password
        account_id, is_active = known
        if not resets:
            raise LoginTaken(login)
        if not is_active:
            raise UnknownAccount(login)
        people_store.set_password(work, account_id=account_id, password_hash=password_hash, must_change=True)
        role_holders.grant_role(work, account_id=account_id, role=Role.ADMINISTRATOR, unit_id=None)
        audit.add_entry(
            work, now=now, actor_id=None, action="administrator_made", subject=("account", account_id),
            details={"after": {"role": str(Role.ADMINISTRATOR), "password": "reset"}},
        )  # fmt: skip
    return password


def make_one_time_password() -> str:
    """Four groups of four letters and digits: 79 bits, and can be read out over the telephone."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _grant(
    work: Work, *, actor_id: int, account_id: int, name: str, role: Role, unit_id: int | None, now: datetime
) -> None:
    if not role_holders.grant_role(work, account_id=account_id, role=role, unit_id=unit_id):
        raise RoleAlreadyGranted(name)
    people_store.end_sessions(work, account_id)
    audit.add_entry(
        work,
        now=now,
        actor_id=actor_id,
        action="role_granted",
        subject=("account", account_id),
        details={"before": {}, "after": {"role": str(role), "unit_id": unit_id}},
    )
