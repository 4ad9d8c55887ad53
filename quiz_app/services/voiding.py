"""A person's attempts in a round, and one of them voided: with a reason, and in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.attempts import AttemptState
from quiz_app.domain.contests import Round
from quiz_app.domain.directory import EVERYONE, PersonLine
from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_make_exceptions
from quiz_app.domain.reasons import check_reason
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import notices as notices_store
from quiz_app.persistence import people as people_store
from quiz_app.persistence import voiding as voiding_store
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.persistence.voiding import PersonAttempt

MOST_ATTEMPTS = 200
"""Attempts of a person on one page, the latest."""
NOTICE_VOIDED = "attempt_voided"


@dataclass(frozen=True, slots=True)
class PersonAttempts:
    """A person's attempts in a round."""

    round: Round
    person: PersonLine
    attempts: tuple[PersonAttempt, ...]


def view_person_attempts(*, organiser: Person, round_id: int, account_id: int) -> PersonAttempts:
    """A person's attempts in a round. Raises NotAllowed, NotFound."""
    _ensure_may(organiser)
    with reading() as work:
        round_ = contests_store.get_round(work, round_id)
        record = people_store.find_record(work, EVERYONE, account_id)
        if record is None:
            raise NotFound
        attempts = voiding_store.list_attempts_of(work, round_id=round_id, account_id=account_id, most=MOST_ATTEMPTS)
    return PersonAttempts(round_, record.line, tuple(attempts))


def void_attempt(*, organiser: Person, attempt_id: int, reason: str, now: datetime) -> PersonAttempt:
    """Let an attempt count for nothing. The person's best result is found anew, and the person is told.

    A second call changes nothing. The attempt stays on record with its responses and score. Raises NotAllowed,
    NotFound, InvalidInput.
    """
    _ensure_may(organiser)
    reason = check_reason(reason)
    with transaction() as work:
        # The round before the attempt, as whatever ranks the whole round anew holds them: it then either sees the void,
        # or is over before it.
        round_ = _hold_round_of(work, attempt_id)
        attempt = voiding_store.lock_any_attempt(work, attempt_id)
        if attempt is None:
            raise NotFound
        if attempt.account_id == organiser.id:
            raise NotAllowed
        if attempt.state is AttemptState.VOIDED:
            return attempt
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


def _hold_round_of(work: Work, attempt_id: int) -> Round:
    """The round of the attempt, held while people go on starting and finishing. Raises NotFound."""
    round_id = voiding_store.find_round_id(work, attempt_id)
    round_ = None if round_id is None else contests_store.hold_round(work, round_id)
    if round_ is None:
        raise NotFound
    return round_


def _ensure_may(person: Person) -> None:
    if not may_make_exceptions(person):
        raise NotAllowed
