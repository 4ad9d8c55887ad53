"""Accounts as organisers keep them, and one-time codes as organisers and unit leads hand them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from quiz_app.domain.accounts import AccountEdit, NobodyWithoutPassword, TooManySlips
from quiz_app.domain.activation import compute_expires_at
from quiz_app.domain.directory import PeopleScope, PersonLine
from quiz_app.domain.errors import NotAllowed, NotFound, UnitClosed
from quiz_app.domain.people import Person, Role
from quiz_app.domain.permissions import may_manage_account
from quiz_app.domain.roles import LastAdministratorStays
from quiz_app.keyed_hashes import KeyedHashes
from quiz_app.persistence import audit
from quiz_app.persistence import people as people_store
from quiz_app.persistence.people import units as units_store
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.activation import make_codes
from quiz_app.services.directory import ensure_manageable, find_organiser_scope

MOST_SLIPS = 2_000
"""Slips at once: more is a sign that the unit is too large a choice, and nobody cuts them apart in a day."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What a person is handed: account and one-time code. The code is known nowhere else."""

    login: str
    name: str
    unit_name: str
    code: str
    expires_at: datetime


def edit_account(
    *, actor: Person, account_id: int, edit: AccountEdit, now: datetime, untouched: frozenset[str] = frozenset()
) -> None:
    """Change what is known of a person; fields that the actor left untouched stay as they are by now.

    Raises NotAllowed, NotFound.
    """
    with transaction() as work:
        record = ensure_manageable(work, actor=actor, scope=find_organiser_scope(actor), account_id=account_id)
        old = AccountEdit(record.line.name, record.line.job_title, record.birth, record.phone, record.email)
        edit = replace(edit, **{name: getattr(old, name) for name in untouched})
        if edit == old:
            return
        people_store.edit_account(work, account_id=account_id, login=record.line.login, edit=edit)
        changed = [name for name in ("birth", "phone", "email") if getattr(edit, name) != getattr(old, name)]
        told = [name for name in ("name", "job_title") if getattr(edit, name) != getattr(old, name)]
        _note(
            work, actor, "account_edited", account_id, now,
            changed=changed,
            before={name: getattr(old, name) for name in told},
            after={name: getattr(edit, name) for name in told},
        )  # fmt: skip


def move_account(*, actor: Person, account_id: int, unit_id: int, now: datetime) -> None:
    """Move a person to another unit; results so far stay with the unit of their attempts.

    Raises NotAllowed, NotFound, UnitClosed.
    """
    with transaction() as work:
        unit = units_store.find_unit(work, unit_id)
        if unit is None:
            raise NotFound
        if unit_id not in people_store.lock_open_units(work).values():
            raise UnitClosed(unit.name)
        record = ensure_manageable(work, actor=actor, scope=find_organiser_scope(actor), account_id=account_id)
        if record.line.unit_id == unit_id:
            return
        people_store.move_account(work, account_id=account_id, unit_id=unit_id)
        _note(
            work, actor, "account_moved", account_id, now,
            before={"unit_id": record.line.unit_id}, after={"unit_id": unit_id},
        )  # fmt: skip


def set_account_active(*, actor: Person, account_id: int, is_active: bool, now: datetime) -> None:
    """Close an account (its sessions end at once) or open it again. Raises NotAllowed, NotFound,
    LastAdministratorStays."""
    scope = find_organiser_scope(actor)
    with transaction() as work:
        # Locked first and in one order, so that of two administrators who close each other one remains.
        administrators: frozenset[int] = frozenset() if is_active else people_store.lock_administrators(work)
        record = ensure_manageable(work, actor=actor, scope=scope, account_id=account_id)
        if record.line.is_active is is_active:
            return
        if not is_active and Role.ADMINISTRATOR in record.line.roles:
            if actor.id not in administrators:
                raise NotAllowed
            if administrators <= {account_id}:
                raise LastAdministratorStays
        if is_active:
            people_store.reopen_accounts(work, [account_id])
        else:
            people_store.close_accounts(work, [account_id])
        _note(work, actor, "account_reopened" if is_active else "account_closed", account_id, now)


def reset_password(
    *, actor: Person, scope: PeopleScope, account_id: int, keys: KeyedHashes, days: int, now: datetime
) -> Slip:
    """Take a person's password away and give them a one-time code; every session of theirs ends.

    Raises NotFound (also for a closed account and outside the scope), NotAllowed.
    """
    with transaction() as work:
        record = ensure_manageable(work, actor=actor, scope=scope, account_id=account_id)
        if not record.line.is_active:
            raise NotFound
        people_store.set_password(work, account_id=account_id, password_hash="", must_change=False)
        (code,) = make_codes(work, account_ids=[account_id], made_by=actor, keys=keys, days=days, now=now)
        _note(work, actor, "password_reset", account_id, now)
    return _make_slip(record.line, code, days=days, now=now)


def make_slips(
    *, actor: Person, scope: PeopleScope, unit_id: int, keys: KeyedHashes, days: int, now: datetime
) -> Sequence[Slip]:
    """New one-time codes for all of a unit and its sub-units who have no password and whom the actor may manage; codes
    of earlier slips no longer hold.

    Raises NotFound for a unit outside the scope, NobodyWithoutPassword, TooManySlips.
    """
    with transaction() as work:
        listed = _list_for_slips(work, actor, scope, unit_id)
        if len(listed) > MOST_SLIPS:
            raise TooManySlips(MOST_SLIPS)
        # Somebody may have chosen a password, or been given a role, since the list was read: to those who are locked
        # nothing of the kind happens any more, and they are read again.
        locked = people_store.lock_without_password(work, [line.id for line in listed])
        lines = [line for line in _list_for_slips(work, actor, scope, unit_id) if line.id in locked]
        if not lines:
            raise NobodyWithoutPassword
        codes = make_codes(work, account_ids=[line.id for line in lines], made_by=actor, keys=keys, days=days, now=now)
        audit.add_entry(
            work,
            now=now,
            actor_id=actor.id,
            action="slips_made",
            subject=("unit", unit_id),
            details={"people": len(lines)},
        )
    return [_make_slip(line, code, days=days, now=now) for line, code in zip(lines, codes, strict=True)]


def _list_for_slips(work: Work, actor: Person, scope: PeopleScope, unit_id: int) -> list[PersonLine]:
    """Those of a unit without a password whom the actor may manage, one more than there may be. Raises NotFound."""
    scope_unit_ids = frozenset(unit.id for unit in people_store.list_units_in_scope(work, scope))
    if unit_id not in scope_unit_ids:
        raise NotFound
    return [
        line
        for line in people_store.list_without_password(work, scope, unit_id, most=MOST_SLIPS + 1)
        if may_manage_account(
            actor,
            subject_id=line.id,
            roles=line.roles,
            led_unit_ids=line.led_unit_ids,
            scope_unit_ids=scope_unit_ids,
        )
    ]


def _make_slip(line: PersonLine, code: str, *, days: int, now: datetime) -> Slip:
    return Slip(line.login, line.name, line.unit_name or "", code, compute_expires_at(now, days))


def _note(work: Work, actor: Person, action: str, account_id: int, now: datetime, **details: Any) -> None:
    audit.add_entry(work, now=now, actor_id=actor.id, action=action, subject=("account", account_id), details=details)
