"""Starting an attempt, or going on with the one that is open."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from question_bank.assembly import BlueprintNotFillable, assemble_paper
from quiz_app.domain.attempts import Attempt, AttemptState, compute_deadline
from quiz_app.domain.contests import RegimeKind, Standing, ensure_may_start
from quiz_app.domain.errors import NotFound, PaperNotAvailable, Refusal, StorageUnavailable
from quiz_app.domain.people import Person
from quiz_app.persistence import attempts as attempts_store
from quiz_app.persistence.attempts import RoundStanding
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.attempts.closing import close_attempts
from quiz_app.services.bank_cache import hold_bank

_TRIES = 10
"""More than the attempts that others of the same person's devices can start and hand in meanwhile: with three tries, a
regime of three attempts could end in "try again" where the limit was reached."""


def start_attempt(*, person: Person, round_id: int, now: datetime) -> int:
    """Start an attempt, its paper drawn and frozen; the id of it, or of the attempt that is open already.

    Raises NotFound, PersonExcluded, RoundNotOpen, RoundClosed, AttemptLimitReached, PauseNotOver, PaperNotAvailable.
    """
    with transaction() as work:
        outcome = _start(work, person, round_id, now)
    # Raised only now: an overdue attempt that was closed on the way stays closed.
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _start(work: Work, person: Person, round_id: int, now: datetime) -> int | Refusal:
    # When another start of the same person comes first, the unique indexes refuse this one and it looks again. So it
    # does when the round was changed meanwhile: another deadline may follow.
    for _ in range(_TRIES):
        standing = close_if_overdue(work, get_standing(work, person, round_id), person, now)
        if standing.open_attempt is not None:
            return standing.open_attempt.id
        try:
            ensure_may_start(standing.round, to_domain_standing(work, standing, person), now)
            attempt = _draw_attempt(work, standing, person, now)
        except Refusal as refusal:
            return refusal
        if attempts_store.add_attempt(work, attempt, round_version=standing.round.version):
            return attempt.id
    return StorageUnavailable()


def get_standing(work: Work, person: Person, round_id: int) -> RoundStanding:
    """The person's standing in the round. Raises NotFound."""
    standing = attempts_store.find_standing(work, round_id=round_id, account_id=person.id)
    if standing is None:
        raise NotFound
    return standing


def close_if_overdue(work: Work, standing: RoundStanding, person: Person, now: datetime) -> RoundStanding:
    """The standing after an open attempt whose time is over has been closed and scored."""
    open_attempt = standing.open_attempt
    if open_attempt is None or now <= open_attempt.accepts_until_at:
        return standing
    row = attempts_store.lock_attempt(work, attempt_id=open_attempt.id, account_id=person.id)
    if row is not None and row.attempt.state is AttemptState.IN_PROGRESS:
        close_attempts(work, [row], now, actor_id=None)
    return get_standing(work, person, standing.round.id)


def to_domain_standing(work: Work, standing: RoundStanding, person: Person) -> Standing:
    """What the rule of starting is decided on."""
    regime = standing.round.settings.regime
    limiting_started_at = None
    if regime.kind is RegimeKind.PER_WEEK and standing.counted_attempts >= regime.limit:
        limiting_started_at = attempts_store.find_started_at(
            work,
            round_id=standing.round.id,
            account_id=person.id,
            last_ordinal=standing.last_ordinal,
            number=regime.limit,
        )
    return Standing(
        is_excluded=standing.is_excluded or bool(person.roles & standing.round.settings.excluded_roles),
        attempt_count=standing.counted_attempts,
        last_finished_at=standing.best.last_finished_at if standing.best else None,
        limiting_started_at=limiting_started_at,
    )


def _draw_attempt(work: Work, standing: RoundStanding, person: Person, now: datetime) -> Attempt:
    round_ = standing.round
    bank = hold_bank(work, round_.bank_id, standing.bank_version)
    try:
        paper = assemble_paper(bank.get_pool(round_), round_.settings.blueprint, seed=secrets.randbits(63))
    except BlueprintNotFillable as error:
        raise PaperNotAvailable(error.shortfalls) from error
    deadline_at = compute_deadline(round_, now)
    return Attempt(
        id=make_id(),
        round_id=round_.id,
        account_id=person.id,
        unit_id=person.unit_id,
        ordinal=standing.last_ordinal + 1,
        state=AttemptState.IN_PROGRESS,
        started_at=now,
        deadline_at=deadline_at,
        accepts_until_at=deadline_at + timedelta(seconds=round_.settings.transport_grace_seconds),
        paper=paper,
        responses={},
    )
