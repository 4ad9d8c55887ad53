"""Batches and letters as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.contests import Phase, Round, compute_phase
from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.errors import NotFound
from quiz_app.domain.letters import (
    MOST_RECIPIENTS,
    BatchState,
    LetterReason,
    LetterState,
    LetterText,
    add_close,
    is_usable_address,
)
from quiz_app.domain.people import Person
from quiz_app.persistence.contests import get_round
from quiz_app.persistence.letters import batches as batches_store
from quiz_app.persistence.letters import queue as queue_store
from quiz_app.persistence.letters import recipients as recipients_store
from quiz_app.persistence.letters.batches import Batch
from quiz_app.persistence.letters.queue import Heard
from quiz_app.persistence.letters.recipients import Recipient
from quiz_app.persistence.session import reading
from quiz_app.services.letters.drafting import get_batch
from quiz_app.services.letters.writers import Filler

MOST_BATCHES = 50


@dataclass(frozen=True, slots=True)
class BatchPage:
    """A batch with its letters; ``counts`` say how many stand where, and why."""

    batch: Batch
    round: Round
    phase: Phase
    recipients: Sequence[Recipient]
    counts: Mapping[tuple[LetterState, LetterReason | None], int]
    heard: Heard | None
    is_own: bool

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed."""
        return self.batch.state is BatchState.DRAFT

    @property
    def is_under_way(self) -> bool:
        """Whether letters wait or are on their way."""
        return bool(self.count(LetterState.QUEUED) or self.count(LetterState.SENDING))

    @property
    def ready_count(self) -> int:
        """How many drafts have an address."""
        return sum(
            one.state is LetterState.DRAFT and one.address is not None and is_usable_address(one.address)
            for one in self.recipients
        )

    @property
    def without_address(self) -> int:
        """How many people of the draft, or of what was sent, have no address."""
        if self.is_draft:
            return self.count(LetterState.DRAFT) - self.ready_count
        return self.counts.get((LetterState.CANCELLED, LetterReason.NO_ADDRESS), 0)

    @property
    def total(self) -> int:
        """Letters that were approved."""
        return sum(number for (state, _), number in self.counts.items() if state is not LetterState.CANCELLED)

    def count(self, state: LetterState) -> int:
        """How many letters are in this state."""
        return sum(number for (found, _), number in self.counts.items() if found == state)


@dataclass(frozen=True, slots=True)
class LetterPage:
    """One letter of a batch, with the text that its recipient reads."""

    batch: Batch
    recipient: Recipient
    text: LetterText


def find_round(*, round_id: int) -> Round:
    """The round that letters are about. Raises NotFound."""
    with reading() as work:
        return get_round(work, round_id)


def view_batch(*, person: Person, scope: PeopleScope, batch_id: int, now: datetime) -> BatchPage:
    """The batch with its letters within the scope. Raises NotFound."""
    with reading() as work:
        batch = get_batch(work, person=person, scope=scope, batch_id=batch_id)
        round_ = get_round(work, batch.round_id)
        recipients = recipients_store.list_recipients(work, scope, batch_id, most=MOST_RECIPIENTS)
        counts = recipients_store.count_letters(work, scope, batch_id)
        heard = queue_store.find_heard(work)
    phase = compute_phase(round_.opens_at, round_.closes_at, now)
    return BatchPage(batch, round_, phase, recipients, counts, heard, batch.made_by_id == person.id)


def view_letter(*, person: Person, scope: PeopleScope, batch_id: int, letter_id: int, fill: Filler) -> LetterPage:
    """A letter of the batch as it was sent, or as it would be. Raises NotFound."""
    with reading() as work:
        batch = get_batch(work, person=person, scope=scope, batch_id=batch_id)
        round_ = get_round(work, batch.round_id)
        recipient = recipients_store.find_recipient(work, scope, batch_id=batch_id, letter_id=letter_id)
    if recipient is None:
        raise NotFound
    facts = add_close(recipient.facts, round_.closes_at, round_.zone)
    return LetterPage(batch, recipient, recipient.text or fill(batch.text, facts))


def list_own_batches(*, lead: Person) -> list[Batch]:
    """What the person has written as a unit lead, newest first."""
    with reading() as work:
        return batches_store.list_batches(work, made_by_lead_id=lead.id, most=MOST_BATCHES)
