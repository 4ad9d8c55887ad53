"""One-time codes: making them, and choosing a password with one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files

from quiz_app.domain.activation import (
    ALPHABET,
    CODE_LENGTH,
    WrongActivationCode,
    compute_expires_at,
    is_code_live,
    make_code,
    normalise_code,
)
from quiz_app.domain.errors import PasswordTooWeak
from quiz_app.domain.people import (
    FAILURE_WINDOW,
    Person,
    check_new_password,
    ensure_may_try_sign_in,
    normalise_login,
)
from quiz_app.keyed_hashes import KeyedHashes, are_equal
from quiz_app.passwords import hash_password
from quiz_app.persistence import audit
from quiz_app.persistence import people as people_store
from quiz_app.persistence.people import Credentials, NewCode
from quiz_app.persistence.session import Work, reading, transaction

COMMON_PASSWORDS = frozenset(files("quiz_app").joinpath("common_passwords.txt").read_text(encoding="utf-8").split())


def make_codes(
    work: Work, *, account_ids: Sequence[int], made_by: Person, keys: KeyedHashes, days: int, now: datetime
) -> list[str]:
    """Give each of these accounts a new code, within the caller's transaction; the codes, in order.

    They are known from here on to nobody but who is shown them: only their hashes are kept. Earlier codes no longer
    hold.
    """
    codes = [make_code(secrets.randbelow(len(ALPHABET) ** CODE_LENGTH)) for _ in account_ids]
    people_store.put_codes(
        work,
        [
            NewCode(account_id, keys.hash_code(account_id, code))
            for account_id, code in zip(account_ids, codes, strict=True)
        ],
        made_by_id=made_by.id,
        made_at=now,
        expires_at=compute_expires_at(now, days),
    )
    return codes


def is_code_right(known: Credentials, text: str, *, keys: KeyedHashes, now: datetime) -> bool:
    """Whether what was typed is the account's code, and still holds: not where there is a password by now."""
    code = normalise_code(text)
    if code is None or known.password_hash or known.code_hash is None or known.code_expires_at is None:
        return False
    right = are_equal(keys.hash_code(known.account_id, code), known.code_hash)
    return right and is_code_live(known.code_expires_at, now)


def activate_account(*, login: str, code: str, new: str, address: str, keys: KeyedHashes, now: datetime) -> Person:
    """Use up the code for a password of the person's own choice; the person, signed in.

    Raises WrongActivationCode, TooManyFailures (wrong codes count as failed sign-ins), PasswordTooWeak.
    """
    login = normalise_login(login)
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
    if known is None or known.code_hash is None or not is_code_right(known, code, keys=keys, now=now):
        with transaction() as work:
            people_store.add_failure(work, login=login[:200], address=address, now=now)
            subject = ("account", known.account_id if known else None)
            audit.add_entry(work, now=now, actor_id=None, action="sign_in_failed", subject=subject)
        raise WrongActivationCode
    check_new_password(new, old=code, login=login, common_passwords=COMMON_PASSWORDS)
    if normalise_code(new) == normalise_code(code):
        raise PasswordTooWeak("The new password is the old one. Choose another.")
    new_hash = hash_password(new)
    with transaction() as work:
        # The account before its code, as whoever makes codes takes them. Of two who come with the same code at once,
        # one finds that the account has its password.
        if not people_store.lock_without_password(work, [known.account_id]):
            raise WrongActivationCode
        if not people_store.take_code(work, account_id=known.account_id, code_hash=known.code_hash, now=now):
            raise WrongActivationCode
        people_store.set_password(work, account_id=known.account_id, password_hash=new_hash, must_change=False)
        people_store.forget_failures(work, login=login, address=address, before=now - FAILURE_WINDOW)
        people_store.note_sign_in(work, account_id=known.account_id, address=address, now=now)
        audit.add_entry(
            work,
            now=now,
            actor_id=known.account_id,
            action="account_activated",
            subject=("account", known.account_id),
        )
        person = people_store.find_person(work, known.account_id)
        if person is None:
            # Closed at this very moment: the transaction is undone.
            raise WrongActivationCode
    return person
