"""People: accounts, roles, and what makes a password acceptable."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from quiz_app.domain.errors import PasswordTooWeak, TooManyFailures


class Role(StrEnum):
    """What a person is to the contest. One person may have several."""

    PARTICIPANT = "participant"
    UNIT_LEAD = "unit_lead"
    ORGANISER = "organiser"
    JUDGE = "judge"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account. ``led_unit_ids`` are the units that a unit lead answers for."""

    id: int
    login: str
    name: str
    unit_id: int | None
    unit_name: str | None
    roles: frozenset[Role]
    led_unit_ids: frozenset[int]
    auth_version: int
    must_change_password: bool

    def has_role(self, role: Role) -> bool:
        """Whether the person has been given the role."""
        return role in self.roles


def normalise_login(text: str) -> str:
    """One spelling per account: NFC, lower case, no spaces around (whitespace around a name once opened accounts in
    CTFd).
    """
    return unicodedata.normalize("NFC", text).strip().casefold()


MINIMUM_PASSWORD_LENGTH = 8
"""ASVS 5.0, 6.2.1: at least eight characters, no rules of composition."""
MAXIMUM_PASSWORD_LENGTH = 128


def check_new_password(password: str, *, old: str, login: str, common_passwords: frozenset[str]) -> None:
    """Raise PasswordTooWeak with the reason, unless the password may be used."""
    if len(password) < MINIMUM_PASSWORD_LENGTH:
        raise PasswordTooWeak("The new password needs at least 8 characters.")
    if len(password) > MAXIMUM_PASSWORD_LENGTH:
        raise PasswordTooWeak("The new password may have at most 128 characters.")
    if password == old:
        raise PasswordTooWeak("The new password is the old one. Choose another.")
    folded = password.casefold()
    if folded in common_passwords or folded == login or len(set(folded)) < 3:
        raise PasswordTooWeak("This password is too easy to guess. Choose another.")


@dataclass(frozen=True, slots=True)
class Failures:
    """How many failed sign-ins there were in the window, and when the last one was."""

    count: int = 0
    latest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailureCounts:
    """Failed sign-ins of this account from this address, of this account in all, and from this address in all.

    ``is_known_address`` tells that the account's owner signed in from this address last time.
    """

    pair: Failures
    account: Failures
    address: Failures
    is_known_address: bool


FAILURE_WINDOW = timedelta(minutes=15)
PAIR_LIMIT = 5
ACCOUNT_LIMIT = 50
ADDRESS_LIMIT = 500
"""A school of 1,000 behind one address mistypes often; a machine that guesses gets no more than 500 quick tries."""
SHORTEST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(seconds=60)


def ensure_may_try_sign_in(counts: FailureCounts, now: datetime) -> None:
    """Raise TooManyFailures when guessing must slow down: after a failure of the same kind, for some seconds.

    The limits of the account and of the address as a whole do not hold for an address from which the owner has signed
    in before, so that a stranger who guesses cannot lock the owner out (ASVS 5.0, 6.3.1), nor one machine its school.
    """
    doublings = min(max(0, counts.pair.count - PAIR_LIMIT), 10)
    waits = [(counts.pair, PAIR_LIMIT, min(LONGEST_WAIT, SHORTEST_WAIT * 2**doublings))]
    if not counts.is_known_address:
        waits += [(counts.account, ACCOUNT_LIMIT, SHORTEST_WAIT), (counts.address, ADDRESS_LIMIT, SHORTEST_WAIT)]
    ends = [
        failures.latest_at + wait
        for failures, limit, wait in waits
        if failures.count >= limit and failures.latest_at is not None
    ]
    if ends and now < max(ends):
        raise TooManyFailures(max(ends))
