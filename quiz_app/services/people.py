"""Signing in and out, and passwords."""

from __future__ import annotations

from datetime import datetime

from quiz_app.domain.activation import ActivationCodeTyped
from quiz_app.domain.errors import AgencyAccountUnknown, NotFound, SignInRequired, WrongCredentials
from quiz_app.domain.people import (
    FAILURE_WINDOW,
    Person,
    check_new_password,
    ensure_may_try_sign_in,
    normalise_login,
)
from quiz_app.keyed_hashes import KeyedHashes
from quiz_app.passwords import hash_password, is_password_right, needs_new_hash
from quiz_app.persistence import audit
from quiz_app.persistence import people as people_store
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.activation import COMMON_PASSWORDS, is_code_right

MOST_CHECKS = 3
"""Of one sign-in, each begun because the account's sessions were ended during the one before."""


def find_signed_in(*, account_id: int, auth_version: int) -> Person | None:
    """The person of a session, unless the account was closed or its sessions were ended since."""
    with reading() as work:
        person = people_store.find_person(work, account_id)
    return person if person and person.auth_version == auth_version else None


def sign_in(*, login: str, password: str, address: str, now: datetime, keys: KeyedHashes | None = None) -> Person:
    """The person, if account and password fit. Raises WrongCredentials or TooManyFailures; and ActivationCodeTyped
    where what was typed is the person's one-time code, which is not used up by that.

    The hash is checked outside any transaction: it takes as long as fifty saves. Whether the account is still as it was
    then is asked inside one; where a password was taken away or changed meanwhile, all is asked again.
    """
    login = normalise_login(login)
    for _ in range(MOST_CHECKS):
        person = _try_sign_in(login, password, address=address, now=now, keys=keys)
        if person is not None:
            return person
    raise WrongCredentials


def _try_sign_in(login: str, password: str, *, address: str, now: datetime, keys: KeyedHashes | None) -> Person | None:
    """As ``sign_in``, once; None where the account's sessions were ended since the password was looked up."""
    with reading() as work:
        known = people_store.find_credentials(work, login)
        counts = people_store.count_failures(
            work,
            login=login,
            address=address,
            since=now - FAILURE_WINDOW,
            last_address=known.last_address if known else None,
        )
    ensure_may_try_sign_in(counts, now)
    if not is_password_right(password, (known.password_hash or None) if known else None) or known is None:
        if keys is not None and known is not None and is_code_right(known, password, keys=keys, now=now):
            raise ActivationCodeTyped(login, password)
        with transaction() as work:
            people_store.add_failure(work, login=login[:200], address=address, now=now)
            # An unknown account is not named: people type their password there, and nothing leaves the trail again.
            subject = ("account", known.account_id if known else None)
            audit.add_entry(work, now=now, actor_id=None, action="sign_in_failed", subject=subject)
        raise WrongCredentials
    fresh_hash = hash_password(password) if needs_new_hash(known.password_hash) else None
    with transaction() as work:
        # Not the hash is compared: another good sign-in at the same moment may write it anew.
        if not people_store.note_checked_sign_in(
            work, account_id=known.account_id, seen_version=known.auth_version, address=address, now=now
        ):
            return None
        if counts.pair.count or counts.address.count:
            people_store.forget_failures(work, login=login, address=address, before=now - FAILURE_WINDOW)
        if fresh_hash:
            people_store.replace_hash(work, account_id=known.account_id, password_hash=fresh_hash)
        return people_store.find_person(work, known.account_id)


def sign_in_from_agency(*, name: str, address: str, now: datetime) -> Person:
    """The person whom the agency's identity provider has confirmed under this name, which is that of their account.

    Raises AgencyAccountUnknown: no account is made by signing in, and a closed one stays closed.
    """
    login = normalise_login(name)
    with transaction() as work:
        known = people_store.find_credentials(work, login) if login else None
        if known is not None:
            people_store.note_sign_in(work, account_id=known.account_id, address=address, now=now)
            person = people_store.find_person(work, known.account_id)
            if person is not None:
                return person
        audit.add_entry(work, now=now, actor_id=None, action="sign_in_failed", subject=("account", None))
    raise AgencyAccountUnknown


def change_password(*, person: Person, current: str, new: str, now: datetime) -> Person:
    """Set a new password; every other session ends. The person as of now.

    Raises WrongCredentials, PasswordTooWeak, and SignInRequired where this session itself was ended meanwhile.
    """
    with reading() as work:
        stored = people_store.find_password_hash(work, person.id)
    if not is_password_right(current, stored):
        raise WrongCredentials
    check_new_password(new, old=current, login=person.login, common_passwords=COMMON_PASSWORDS)
    new_hash = hash_password(new)
    with transaction() as work:
        # The version of the session: what ends it (a reset, say) ends what was begun in it.
        if not people_store.change_password(
            work, account_id=person.id, password_hash=new_hash, seen_version=person.auth_version
        ):
            raise SignInRequired
        audit.add_entry(work, now=now, actor_id=person.id, action="password_changed", subject=("account", person.id))
        changed = people_store.find_person(work, person.id)
    if changed is None:
        raise NotFound
    return changed


def sign_out_everywhere(*, person: Person, now: datetime) -> None:
    """End every session of the account, this one included."""
    with transaction() as work:
        people_store.end_sessions(work, person.id)
        audit.add_entry(
            work, now=now, actor_id=person.id, action="signed_out_everywhere", subject=("account", person.id)
        )
