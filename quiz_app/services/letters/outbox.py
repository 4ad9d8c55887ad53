"""The outbox as organisers see it, and what they decide on letters that did not go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.letters import DECISIONS, Decision, LetterDecided, LetterState, mask_address
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence import audit
from quiz_app.persistence.letters import batches as batches_store
from quiz_app.persistence.letters import outbox as outbox_store
from quiz_app.persistence.letters import queue as queue_store
from quiz_app.persistence.letters.batches import Batch
from quiz_app.persistence.letters.outbox import OutboxLetter
from quiz_app.persistence.letters.queue import Heard
from quiz_app.persistence.session import reading, transaction

PAGE = 50
_ABOVE_ALL_IDS = 2**63 - 1
SHOWN_BATCHES = 10


@dataclass(frozen=True, slots=True)
class Outbox:
    """A page of the outbox."""

    letters: Sequence[OutboxLetter]
    next_before: int | None
    counts: Mapping[LetterState, int]
    batches: Sequence[Batch]
    heard: Heard | None


def view_outbox(*, organiser: Person, state: LetterState | None, before: int | None) -> Outbox:
    """Letters of a state, or all that went out or are to; newest first. Raises NotAllowed."""
    if not may_organise(organiser):
        raise NotAllowed
    with reading() as work:
        letters = outbox_store.list_letters(work, state=state, before=before or _ABOVE_ALL_IDS, most=PAGE + 1)
        counts = outbox_store.count_by_state(work)
        batches = batches_store.list_batches(work, made_by_lead_id=None, most=SHOWN_BATCHES)
        heard = queue_store.find_heard(work)
    next_before = letters[PAGE - 1].id if len(letters) > PAGE else None
    return Outbox(letters[:PAGE], next_before, counts, batches, heard)


def view_outbox_letter(*, organiser: Person, letter_id: int) -> OutboxLetter:
    """One letter with its text. Raises NotAllowed, NotFound."""
    if not may_organise(organiser):
        raise NotAllowed
    with reading() as work:
        letter = outbox_store.find_letter(work, letter_id)
    # A draft is its writer's until it is approved.
    if letter is None or letter.text is None:
        raise NotFound
    return letter


def decide_letter(*, organiser: Person, letter_id: int, decision: Decision, now: datetime) -> None:
    """Try a letter again, let it not go out, or note that it has arrived. Raises NotAllowed, NotFound, LetterDecided.

    A letter whose fate is not known goes out again by such a decision only: it may then arrive twice.
    """
    letter = view_outbox_letter(organiser=organiser, letter_id=letter_id)
    if decision not in DECISIONS.get(letter.state, ()):
        raise LetterDecided
    decide = {
        Decision.AGAIN: outbox_store.send_again,
        Decision.CANCEL: outbox_store.cancel_letter,
        Decision.ARRIVED: outbox_store.note_arrived,
    }[decision]
    with transaction() as work:
        if not decide(work, letter_id=letter_id, state=letter.state, now=now):
            raise LetterDecided
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="letter_decided",
            subject=("letter", letter_id),
            details={
                "decision": str(decision),
                "before": {"state": str(letter.state)},
                "address": mask_address(letter.address or ""),
            },
        )


def retry_failed(*, organiser: Person, now: datetime) -> int:
    """Try every letter again that has failed, with the addresses that the accounts have now; how many.

    Raises NotAllowed.
    """
    if not may_organise(organiser):
        raise NotAllowed
    with transaction() as work:
        count = outbox_store.send_failed_again(work, now=now)
        if count:
            audit.add_entry(
                work,
                now=now,
                actor_id=organiser.id,
                action="letters_retried",
                subject=("letter", None),
                details={"letters": count},
            )
    return count
