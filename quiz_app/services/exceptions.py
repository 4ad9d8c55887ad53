"""Exceptions that organisers make, each with a reason and in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from quiz_app.domain.attempts import AttemptState
from quiz_app.domain.contests import Phase, Reveal, Round, compute_phase
from quiz_app.domain.directory import EVERYONE, PersonLine
from quiz_app.domain.errors import InvalidInput, NotAllowed, NotFound
from quiz_app.domain.exceptions import ensure_extra_percent, ensure_may_extend, find_close_without
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_make_exceptions
from quiz_app.domain.reasons import check_reason
from quiz_app.domain.units import Unit, UnitTree
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import exceptions as exceptions_store
from quiz_app.persistence import notices as notices_store
from quiz_app.persistence import people as people_store
from quiz_app.persistence import voiding as voiding_store
from quiz_app.persistence.exceptions import ExtensionLine, ExtraTimeLine, VoidLine
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.people.role_holders import find_active_account
from quiz_app.persistence.session import Work, reading, single_write, transaction
from quiz_app.persistence.voiding import PersonAttempt

MOST_ATTEMPTS = 200
"""Attempts of a person on one page, the latest."""
NOTICE_VOIDED = "attempt_voided"


class ExtendedFor(StrEnum):
    """Whose window is extended."""

    ALL = "all"
    UNIT = "unit"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class ExceptionPage:
    """What was granted in a round, and the units to choose from."""

    round: Round
    phase: Phase
    extensions: tuple[ExtensionLine, ...]
    extra_times: tuple[ExtraTimeLine, ...]
    voids: tuple[VoidLine, ...]
    units: tuple[Unit, ...]
    shows_keys: bool
    """Whether people see the keys of their papers once the round is closed: opening it again is then a risk."""


@dataclass(frozen=True, slots=True)
class PersonAttempts:
    """A person's attempts in a round."""

    round: Round
    person: PersonLine
    attempts: tuple[PersonAttempt, ...]


def view_exceptions(*, organiser: Person, round_id: int, now: datetime) -> ExceptionPage:
    """Everything granted in the round. Raises NotAllowed, NotFound."""
    _ensure_may(organiser)
    with reading() as work:
        round_ = _get_round(work, round_id)
        units = [unit for unit in unit_store.list_units(work) if unit.is_open]
        return ExceptionPage(
            round=round_,
            phase=compute_phase(round_.opens_at, round_.closes_at, now),
            extensions=tuple(exceptions_store.list_extensions(work, round_id)),
            extra_times=tuple(exceptions_store.list_extra_times(work, round_.contest_id)),
            voids=tuple(exceptions_store.list_voids(work, round_id)),
            units=tuple(sorted(units, key=lambda unit: unit.name)),
            shows_keys=round_.settings.reveal_after_close in (Reveal.KEY_AND_EXPLANATION, Reveal.RIGHT_OR_WRONG),
        )


def view_person_attempts(*, organiser: Person, round_id: int, account_id: int) -> PersonAttempts:
    """A person's attempts in a round. Raises NotAllowed, NotFound."""
    _ensure_may(organiser)
    with reading() as work:
        round_ = _get_round(work, round_id)
        record = people_store.find_record(work, EVERYONE, account_id)
        if record is None:
            raise NotFound
        attempts = voiding_store.list_attempts_of(work, round_id=round_id, account_id=account_id, most=MOST_ATTEMPTS)
    return PersonAttempts(round_, record.line, tuple(attempts))


def extend_window(
    *,
    organiser: Person,
    round_id: int,
    whom: ExtendedFor,
    unit_id: int | None = None,
    login: str = "",
    closes_at: datetime,
    reason: str,
    now: datetime,
) -> int:
    """Let a round be open longer: for all, for a unit with its sub-units of now, or for a person. Attempts that run
    get the deadline that follows; how many did. A round that was final is final no longer.

    Raises NotAllowed, NotFound, InvalidInput.
    """
    _ensure_may(organiser)
    reason = check_reason(reason)
    with transaction() as work:
        round_ = contests_store.lock_round(work, round_id)
        if round_ is None:
            raise NotFound
        ensure_may_extend(round_, closes_at, now)
        unit_ids: list[int] = []
        account_id = None
        if whom is ExtendedFor.UNIT:
            tree = UnitTree.of(unit_store.list_units(work))
            unit_ids = tree.list_subtree_ids(tree.get(unit_id or 0).id)
        elif whom is ExtendedFor.PERSON:
            account_id = _find_account(work, login)
        exceptions_store.add_extension(
            work,
            round_id=round_id,
            unit_ids=unit_ids,
            account_id=account_id,
            closes_at=closes_at,
            closes_before=round_.closes_at if whom is ExtendedFor.ALL else None,
            reason=reason,
            made_by_id=organiser.id,
            now=now,
        )
        exceptions_store.extend_round(work, round_id=round_id, closes_at=closes_at, is_for_all=whom is ExtendedFor.ALL)
        lengthened = exceptions_store.lengthen_open_attempts(work, _get_round(work, round_id), now)
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="window_extended",
            subject=("round", round_id),
            details={
                "whom": str(whom),
                "unit_id": unit_ids[0] if unit_ids else None,
                "account_id": account_id,
                "before": round_.closes_at.isoformat(),
                "after": closes_at.isoformat(),
                "reason": reason,
                "attempts_lengthened": lengthened,
            },
        )
    return lengthened + _lengthen_late(round_id, now)


def withdraw_extension(*, organiser: Person, round_id: int, grant_id: int, reason: str, now: datetime) -> None:
    """Take an extension back: nobody starts under it any more. An attempt that runs keeps the deadline that its person
    was told, whatever is taken back; so nothing is final, and no key is shown, before the last of them ends.

    One for all sets the round's close back to where it was, but not into the past. A second call changes nothing.
    Raises NotAllowed, NotFound, InvalidInput.
    """
    _ensure_may(organiser)
    reason = check_reason(reason)
    with transaction() as work:
        round_ = contests_store.lock_round(work, round_id)
        grants = exceptions_store.map_grants(work, round_id)
        grant = grants.pop(grant_id, None)
        if round_ is None or grant is None:
            raise NotFound
        if grant.is_withdrawn:
            return
        closes_at = round_.closes_at
        if grant.is_for_all:
            others = [each for each in grants.values() if each.is_for_all]
            before = [each.closes_before for each in (grant, *others) if each.closes_before is not None]
            holding = [each.closes_at for each in others if not each.is_withdrawn]
            closes_at = find_close_without(round_.closes_at, holding, min(before, default=None), now)
        elif grant.closes_at <= now:
            raise InvalidInput("The extension has run out: there is nothing to take back.")
        exceptions_store.withdraw_extension(
            work, round_id=round_id, grant_id=grant_id, reason=reason, made_by_id=organiser.id, now=now
        )
        exceptions_store.narrow_round(work, round_id=round_id, closes_at=closes_at)
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="window_withdrawn",
            subject=("round", round_id),
            details={
                "whom": "all" if grant.is_for_all else "unit or person",
                "extension": grant.closes_at.isoformat(),
                "before": round_.closes_at.isoformat(),
                "after": closes_at.isoformat(),
                "reason": reason,
            },
        )
    with transaction() as work:
        # Once more after the commit: an attempt that was being started meanwhile keeps its deadline too.
        again = contests_store.lock_round(work, round_id)
        if again is not None:
            exceptions_store.narrow_round(work, round_id=round_id, closes_at=again.closes_at)


def set_extra_time(*, organiser: Person, round_id: int, login: str, percent: int, reason: str, now: datetime) -> int:
    """Give a person more time in every attempt of the contest, in percent of the limit; 0 takes it back.

    An attempt that runs gets the later deadline; one that had more time keeps it. How many got more. Raises NotAllowed,
    NotFound, InvalidInput.
    """
    _ensure_may(organiser)
    reason = check_reason(reason)
    ensure_extra_percent(percent)
    with transaction() as work:
        round_ = _get_round(work, round_id)
        account_id = _find_account(work, login)
        before = exceptions_store.put_extra_time(
            work,
            contest_id=round_.contest_id,
            account_id=account_id,
            percent=percent,
            reason=reason,
            made_by_id=organiser.id,
            now=now,
        )
        lengthened = sum(
            exceptions_store.lengthen_open_attempts(work, each, now)
            for each in contests_store.list_rounds(work)
            if each.contest_id == round_.contest_id
        )
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="extra_time_set",
            subject=("account", account_id),
            details={"contest_id": round_.contest_id, "before": before, "after": percent, "reason": reason},
        )
    return lengthened + _lengthen_late(round_id, now)


def _lengthen_late(round_id: int, now: datetime) -> int:
    """Once more after the commit: an attempt started meanwhile by the rules of before has its deadline too."""
    with single_write() as work:
        return exceptions_store.lengthen_open_attempts(work, _get_round(work, round_id), now)


def void_attempt(*, organiser: Person, attempt_id: int, reason: str, now: datetime) -> PersonAttempt:
    """Let an attempt count for nothing. The person's best result is found anew, and the person is told.

    A second call changes nothing. The attempt stays on record with its responses and score. Raises NotAllowed,
    NotFound, InvalidInput.
    """
    _ensure_may(organiser)
    reason = check_reason(reason)
    with transaction() as work:
        attempt = voiding_store.lock_any_attempt(work, attempt_id)
        if attempt is None:
            raise NotFound
        if attempt.account_id == organiser.id:
            raise NotAllowed
        if attempt.state is AttemptState.VOIDED:
            return attempt
        round_ = _get_round(work, attempt.round_id)
        voiding_store.void_attempt(work, attempt_id=attempt_id, reason=reason, made_by_id=organiser.id, now=now)
        voiding_store.recompute_result(
            work,
            round_id=attempt.round_id,
            account_id=attempt.account_id,
            cut_score_hundredths=round_.settings.cut_score_hundredths,
        )
        facts = {"ordinal": attempt.ordinal, "reason": reason, "score_hundredths": attempt.score_hundredths}
        notices_store.add_notices(
            work, round_id=attempt.round_id, kind=NOTICE_VOIDED, notices=[(attempt.account_id, facts)], now=now
        )
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="attempt_voided",
            subject=("attempt", attempt_id),
            details={"before": str(attempt.state), "account_id": attempt.account_id, **facts},
        )
    return attempt


def _ensure_may(person: Person) -> None:
    if not may_make_exceptions(person):
        raise NotAllowed


def _get_round(work: Work, round_id: int) -> Round:
    round_ = contests_store.find_round(work, round_id)
    if round_ is None:
        raise NotFound
    return round_


def _find_account(work: Work, login: str) -> int:
    found = find_active_account(work, login.strip())
    if found is None:
        raise InvalidInput("There is no open account with this name. Look it up in the list of people.")
    return found[0]
