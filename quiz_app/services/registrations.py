"""Joining a contest without being on a list: asking, looking at one's request, and deciding on those of others."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.cache import Cache
from quiz_app.domain.certificates import format_code, make_code, normalise_code
from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.errors import NotAllowed, NotFound, UnitClosed
from quiz_app.domain.names import fold_text
from quiz_app.domain.people import Person, check_new_password
from quiz_app.domain.permissions import may_organise
from quiz_app.domain.reasons import check_reason
from quiz_app.domain.registrations import (
    REFERENCE_BITS,
    REGISTRATION_LIMIT,
    REGISTRATION_WINDOW,
    TAKEN_LIMIT,
    AlreadyDecided,
    AlreadyRegistered,
    Registration,
    RegistrationClosed,
    RegistrationState,
    TooManyRegistrations,
)
from quiz_app.domain.staff_lists.units import UnitName
from quiz_app.keyed_hashes import KeyedHashes
from quiz_app.passwords import hash_password
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import people as people_store
from quiz_app.persistence.people import NewAccount, NewRegistration
from quiz_app.persistence.people import units as units_store
from quiz_app.persistence.session import UniqueViolation, Work, reading, transaction
from quiz_app.services.activation import COMMON_PASSWORDS

MOST_WAITING = 100
"""Requests on a page; the oldest stand first, and the next ones follow as these are decided."""
_SECONDS = int(REGISTRATION_WINDOW.total_seconds())


@dataclass(frozen=True, slots=True)
class Applicant:
    """What a person says of themselves. ``phone`` becomes their account; ``birth`` is ``1985-02-28`` or ``1985``."""

    name: str
    phone: str
    unit_id: int
    job_title: str | None
    birth: str | None
    email: str | None
    password: str


@dataclass(frozen=True, slots=True)
class OpenRegistration:
    """A contest that takes requests, and the units to choose from."""

    contest_id: int
    contest_title: str
    units: Sequence[UnitName]


@dataclass(frozen=True, slots=True)
class RegistrationSwitch:
    """A contest, and whether it takes requests; of several that do, the newest gets them (``is_asked``)."""

    contest_id: int
    title: str
    is_on: bool
    is_asked: bool


@dataclass(frozen=True, slots=True)
class WaitingList:
    """Requests that wait, the oldest first, and how many there are in all."""

    registrations: Sequence[Registration]
    count: int


def is_registration_open() -> bool:
    """Whether any contest takes requests: then the sign-in page leads to the form."""
    with reading() as work:
        return any(contest.allows_registration for contest in contests_store.list_contests(work))


def find_open_registration() -> OpenRegistration:
    """The newest contest that takes requests. Raises RegistrationClosed."""
    with reading() as work:
        contest = next((contest for contest in contests_store.list_contests(work) if contest.allows_registration), None)
        if contest is None:
            raise RegistrationClosed
        units = [UnitName(unit.id, unit.code, unit.name) for unit in units_store.list_units(work) if unit.is_open]
    return OpenRegistration(contest.id, contest.title, sorted(units, key=lambda unit: fold_text(unit.name)))


def list_switches(*, organiser: Person) -> list[RegistrationSwitch]:
    """Every contest, the newest first. Raises NotAllowed."""
    if not may_organise(organiser):
        raise NotAllowed
    with reading() as work:
        contests = contests_store.list_contests(work)
    asked = next((contest.id for contest in contests if contest.allows_registration), None)
    return [
        RegistrationSwitch(contest.id, contest.title, contest.allows_registration, contest.id == asked)
        for contest in contests
    ]


def switch_registration(*, organiser: Person, contest_id: int, is_on: bool, now: datetime) -> None:
    """Let people who are on no list ask to join a contest, or no longer. Requests that wait stay, to be decided on.

    What is so already is not done again. Raises NotAllowed, NotFound.
    """
    if not may_organise(organiser):
        raise NotAllowed
    with transaction() as work:
        if contest_id not in {contest.id for contest in contests_store.list_contests(work)}:
            raise NotFound
        if not contests_store.switch_registration(work, contest_id=contest_id, allows=is_on):
            return
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="registration_switched",
            subject=("contest", contest_id),
            details={"before": not is_on, "after": is_on},
        )


def ensure_may_register(*, address: str, cache: Cache) -> None:
    """Raise TooManyRegistrations when too many requests, or too many for telephones that are taken, came from there."""
    if (
        cache.read_count(f"registrations:{address}") >= REGISTRATION_LIMIT
        or cache.read_count(f"registrations-taken:{address}") >= TAKEN_LIMIT
    ):
        raise TooManyRegistrations


def register(*, applicant: Applicant, address: str, cache: Cache, keys: KeyedHashes, now: datetime) -> str:
    """Ask to join; the reference under which the applicant can look at the request. No account is made yet.

    Raises RegistrationClosed, TooManyRegistrations, AlreadyRegistered, PasswordTooWeak, UnitClosed, NotFound (no such
    unit).
    """
    ensure_may_register(address=address, cache=cache)
    contest = find_open_registration()
    check_new_password(applicant.password, old="", login=applicant.phone, common_passwords=COMMON_PASSWORDS)
    cache.count_one(f"registrations:{address}", _SECONDS)
    reference = make_code(secrets.randbits(REFERENCE_BITS))
    password_hash = hash_password(applicant.password)
    try:
        with transaction() as work:
            unit = units_store.find_unit(work, applicant.unit_id)
            if unit is None:
                raise NotFound
            if unit.id not in people_store.lock_open_units(work).values():
                raise UnitClosed(unit.name)
            if people_store.is_login_taken(work, applicant.phone):
                raise AlreadyRegistered
            registration_id = people_store.add_registration(
                work,
                NewRegistration(
                    contest_id=contest.contest_id,
                    unit_id=unit.id,
                    login=applicant.phone,
                    name=applicant.name,
                    job_title=applicant.job_title,
                    birth=applicant.birth,
                    email=applicant.email,
                    password_hash=password_hash,
                    code_hash=keys.hash_reference(reference),
                ),
                now,
            )
            audit.add_entry(
                work,
                now=now,
                actor_id=None,
                action="registration_made",
                subject=("registration", registration_id),
                details={"unit_id": unit.id, "contest_id": contest.contest_id},
            )
    except AlreadyRegistered:
        cache.count_one(f"registrations-taken:{address}", _SECONDS)
        raise
    except UniqueViolation:
        # Sent twice at the same moment.
        raise AlreadyRegistered from None
    return format_code(reference)


def view_registration(*, text: str, address: str, cache: Cache, keys: KeyedHashes) -> Registration:
    """The request with this reference. Raises NotFound; TooManyRegistrations after too many unknown ones."""
    counter = f"registration-lookups:{address}"
    if cache.read_count(counter) >= TAKEN_LIMIT:
        raise TooManyRegistrations
    reference = normalise_code(text)
    registration = None
    if reference is not None:
        with reading() as work:
            registration = people_store.find_registration_by_code(work, keys.hash_reference(reference))
    if registration is None:
        cache.count_one(counter, _SECONDS)
        raise NotFound
    return registration


def list_registrations(*, scope: PeopleScope) -> WaitingList:
    """The requests of the scope that wait."""
    with reading() as work:
        found = people_store.list_waiting(work, scope, most=MOST_WAITING)
        return WaitingList(found, people_store.count_waiting(work, scope))


def decide(
    *, actor: Person, scope: PeopleScope, registration_id: int, approves: bool, reason: str, now: datetime
) -> Registration:
    """Approve a request (which makes the account) or refuse it with a reason; the request as it was.

    Raises NotFound (also outside the scope), AlreadyDecided, AlreadyRegistered (the account exists by now), UnitClosed,
    and InvalidInput for a refusal without a reason.
    """
    reason = check_reason(reason, is_required=not approves)
    try:
        with transaction() as work:
            found = people_store.lock_registration(work, scope, registration_id)
            if found is None:
                raise NotFound
            registration, password_hash = found
            if registration.state is not RegistrationState.WAITING:
                raise AlreadyDecided
            account_id = None
            if approves:
                if registration.unit_id not in people_store.lock_open_units(work).values():
                    raise UnitClosed(registration.unit_name)
                account_id = _add_account(work, registration, password_hash, now)
            people_store.decide_registration(
                work,
                registration_id=registration_id,
                state=RegistrationState.APPROVED if approves else RegistrationState.REFUSED,
                decided_by_id=actor.id,
                reason=reason or None,
                account_id=account_id,
                now=now,
            )
            audit.add_entry(
                work,
                now=now,
                actor_id=actor.id,
                action="registration_approved" if approves else "registration_refused",
                subject=("registration", registration_id),
                details={"account_id": account_id} if approves else {"reason": reason},
            )
    except UniqueViolation:
        raise AlreadyRegistered from None
    return registration


def _add_account(work: Work, registration: Registration, password_hash: str, now: datetime) -> int:
    """With the password that the applicant chose. A telephone that has become an account violates a unique index."""
    (account_id,) = people_store.add_accounts(
        work,
        [
            NewAccount(
                login=registration.login,
                name=registration.name,
                password_hash=password_hash,
                unit_id=registration.unit_id,
                job_title=registration.job_title,
                must_change_password=False,
                birth=registration.birth,
                phone=registration.login,
                email=registration.email,
            )
        ],
        now,
    )
    return account_id
