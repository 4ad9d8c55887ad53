"""E-mail addresses: kept by the person, by the lead of the unit, and by organisers. The trail names no address."""

from __future__ import annotations

from datetime import datetime

from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.people import addresses as addresses_store
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.directory import ensure_manageable


def find_own_email(person: Person) -> str | None:
    """The person's address, if there is one."""
    with reading() as work:
        return addresses_store.find_email(work, person.id)


def set_own_email(*, person: Person, email: str | None, now: datetime) -> None:
    """Keep another address of one's own, or none."""
    with transaction() as work:
        _set(
            work,
            actor=person,
            account_id=person.id,
            old=addresses_store.find_email(work, person.id),
            email=email,
            now=now,
        )


def set_email_of(*, actor: Person, scope: PeopleScope, account_id: int, email: str | None, now: datetime) -> None:
    """Keep another address of somebody whose account one may manage, or none. Raises NotFound, NotAllowed."""
    with transaction() as work:
        record = ensure_manageable(work, actor=actor, scope=scope, account_id=account_id)
        _set(work, actor=actor, account_id=account_id, old=record.email, email=email, now=now)


def _set(work: Work, *, actor: Person, account_id: int, old: str | None, email: str | None, now: datetime) -> None:
    if email == old:
        return
    addresses_store.set_email(work, account_id=account_id, email=email)
    audit.add_entry(
        work,
        now=now,
        actor_id=actor.id,
        action="account_edited",
        subject=("account", account_id),
        details={"changed": ["email"], "before": {}, "after": {}},
    )
