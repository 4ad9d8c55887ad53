"""Longer windows and extra time that organisers grant, each with a reason and in the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from quiz_app.domain.contests import Phase, Reveal, Round, compute_phase
from quiz_app.domain.errors import InvalidInput, NotAllowed, NotFound
from quiz_app.domain.exceptions import ensure_extra_percent, ensure_may_extend, find_close_without
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_make_exceptions
from quiz_app.domain.reasons import check_reason
from quiz_app.domain.units import Unit, UnitTree
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import voiding as voiding_store
from quiz_app.persistence.exceptions import deadlines as deadline_store
from quiz_app.persistence.exceptions import extra_time as extra_time_store
from quiz_app.persistence.exceptions import windows as window_store
from quiz_app.persistence.exceptions.extra_time import ExtraTimeLine
from quiz_app.persistence.exceptions.windows import ExtensionLine
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.people.role_holders import find_active_account
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.persistence.voiding import VoidLine


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


def view_exceptions(*, organiser: Person, round_id: int, now: datetime) -> ExceptionPage:
    """Everything granted in the round. Raises NotAllowed, NotFound."""
    _ensure_may(organiser)
    with reading() as work:
        round_ = contests_store.get_round(work, round_id)
        units = [unit for unit in unit_store.list_units(work) if unit.is_open]
        return ExceptionPage(
            round=round_,
            phase=compute_phase(round_.opens_at, round_.closes_at, now),
            extensions=tuple(window_store.list_extensions(work, round_id)),
            extra_times=tuple(extra_time_store.list_extra_times(work, round_.contest_id)),
            voids=tuple(voiding_store.list_voids(work, round_id)),
            units=tuple(sorted(units, key=lambda unit: unit.name)),
            shows_keys=round_.settings.reveal_after_close in (Reveal.KEY_AND_EXPLANATION, Reveal.RIGHT_OR_WRONG),
        )


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
        round_ = contests_store.hold_round(work, round_id)
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
        window_store.add_extension(
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
        extended = replace(round_, closes_at=closes_at) if whom is ExtendedFor.ALL else round_
        lengthened = _lengthen_and_lock(work, [extended], now)
        window_store.extend_round(work, round_id=round_id, closes_at=closes_at, is_for_all=whom is ExtendedFor.ALL)
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
    return lengthened


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
        grants = window_store.map_grants(work, round_id)
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
        window_store.withdraw_extension(
            work, round_id=round_id, grant_id=grant_id, reason=reason, made_by_id=organiser.id, now=now
        )
        window_store.narrow_round(work, round_id=round_id, closes_at=closes_at)
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


def set_extra_time(*, organiser: Person, round_id: int, login: str, percent: int, reason: str, now: datetime) -> int:
    """Give a person more time in every attempt of the contest, in percent of the limit; 0 takes it back.

    An attempt that runs gets the later deadline; one that had more time keeps it. How many got more. Raises NotAllowed,
    NotFound, InvalidInput.
    """
    _ensure_may(organiser)
    reason = check_reason(reason)
    ensure_extra_percent(percent)
    with transaction() as work:
        rounds = _hold_rounds_beside(work, round_id)
        contest_id = rounds[0].contest_id
        account_id = _find_account(work, login)
        before = extra_time_store.put_extra_time(
            work,
            contest_id=contest_id,
            account_id=account_id,
            percent=percent,
            reason=reason,
            made_by_id=organiser.id,
            now=now,
        )
        lengthened = _lengthen_and_lock(work, rounds, now)
        contests_store.touch_rounds(work, contest_id)
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="extra_time_set",
            subject=("account", account_id),
            details={"contest_id": contest_id, "before": before, "after": percent, "reason": reason},
        )
    return lengthened


def _hold_rounds_beside(work: Work, round_id: int) -> list[Round]:
    """The rounds of this one's contest, held; always in the order of their ids, so that two grants do not wait for
    each other in a circle. Raises NotFound.
    """
    contest_id = contests_store.get_round(work, round_id).contest_id
    ids = sorted(each.id for each in contests_store.list_rounds(work) if each.contest_id == contest_id)
    held = [contests_store.hold_round(work, each) for each in ids]
    return [each for each in held if each is not None]


def _lengthen_and_lock(work: Work, rounds: Sequence[Round], now: datetime) -> int:
    """Give running attempts the deadlines that follow from what was just granted, and lock the rounds; how many got a
    later one. The caller lets the versions of the rounds rise: a start whose attempt is not stored yet waits for that,
    and is then decided anew.

    Before the lock, since a finish that holds its attempt may wait for the round: to wait for the attempt while holding
    the round would be a circle. And after it, for what was started until then.
    """
    lengthened = sum(deadline_store.lengthen_open_attempts(work, each, now) for each in rounds)
    for each in rounds:
        contests_store.lock_round(work, each.id)
    return lengthened + sum(deadline_store.lengthen_open_attempts(work, each, now) for each in rounds)


def _ensure_may(person: Person) -> None:
    if not may_make_exceptions(person):
        raise NotAllowed


def _find_account(work: Work, login: str) -> int:
    found = find_active_account(work, login.strip())
    if found is None:
        raise InvalidInput("There is no open account with this name. Look it up in the list of people.")
    return found[0]
