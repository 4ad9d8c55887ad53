"""A batch of reminders: drafted, read, changed, approved or thrown away. Nothing goes out without a person's approval.

A unit lead writes to people of the led units only, and the units are looked up anew at each step: whoever loses a unit
between drafting and approving no longer writes to its people.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from quiz_app.domain.contests import Round
from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.errors import InvalidInput, NotAllowed, NotFound
from quiz_app.domain.letters import (
    MOST_RECIPIENTS,
    BatchEnded,
    BatchState,
    LetterKind,
    LetterReason,
    LetterText,
    MailNotSet,
    NobodyToWriteTo,
    add_close,
    clean_text,
    is_usable_address,
    make_facts,
)
from quiz_app.domain.participation import REMINDED, Participation
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence import participation as participation_store
from quiz_app.persistence.contests import get_round
from quiz_app.persistence.letters import batches as batches_store
from quiz_app.persistence.letters.batches import Batch, NewDraft, ReadyLetter
from quiz_app.persistence.participation import ParticipantFilter, ParticipantLine
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.letters.writers import Filler


def make_batch(
    *,
    person: Person,
    scope: PeopleScope,
    round_id: int,
    state: Participation,
    unit_id: int | None,
    text: LetterText,
    now: datetime,
) -> int:
    """Draft a reminder to those who are in this state; the batch's id. A second click, and a second visit, find the
    draft of the first, with those added who have come to be in the state since.

    Raises NotFound, InvalidInput, NobodyToWriteTo.
    """
    if state not in REMINDED:
        raise InvalidInput("A reminder goes to people who have not begun, or to people below the cut score.")
    text = clean_text(text.subject, text.body)
    with transaction() as work:
        round_ = get_round(work, round_id)
        lines = _list_lines(work, scope, round_, state, unit_id)
        if not lines:
            raise NobodyToWriteTo
        batch_id = batches_store.add_batch(
            work,
            kind=LetterKind.REMINDER,
            round_id=round_.id,
            participation=state,
            unit_id=unit_id,
            scope=scope,
            made_by_id=person.id,
            text=text,
            now=now,
        )
        drafts = [NewDraft(line.account_id, line.unit_id, _make_facts(line)) for line in lines]
        batches_store.put_drafts(work, batch_id=batch_id, kind=LetterKind.REMINDER, drafts=drafts, now=now)
    return batch_id


def change_text(*, person: Person, scope: PeopleScope, batch_id: int, subject: str, body: str) -> None:
    """Write another text for all letters of a draft. Raises NotFound, NotAllowed, BatchEnded, InvalidInput."""
    text = clean_text(subject, body)
    with transaction() as work:
        batch = get_own_batch(work, person=person, scope=scope, batch_id=batch_id)
        if not batches_store.set_text(work, batch_id=batch.id, text=text):
            raise BatchEnded


def remove_recipients(
    *, person: Person, scope: PeopleScope, batch_id: int, letter_ids: Sequence[int], now: datetime
) -> int:
    """Take people out of a draft; how many. Raises NotFound, NotAllowed, BatchEnded, InvalidInput where none of them
    stands in it.
    """
    with transaction() as work:
        _lock_draft(work, person=person, scope=scope, batch_id=batch_id)
        chosen = set(batches_store.map_drafts(work, batch_id).values()).intersection(letter_ids)
        if not chosen:
            raise InvalidInput("Nobody who was ticked stands in the draft any more. Nothing was changed.")
        batches_store.cancel_drafts(
            work, batch_id=batch_id, letter_ids=sorted(chosen), reason=LetterReason.REMOVED, now=now
        )
    return len(chosen)


def discard_batch(*, person: Person, scope: PeopleScope, batch_id: int, now: datetime) -> None:
    """Throw a draft away. Raises NotFound, NotAllowed, BatchEnded."""
    with transaction() as work:
        _lock_draft(work, person=person, scope=scope, batch_id=batch_id)
        batches_store.cancel_all_drafts(work, batch_id=batch_id, reason=LetterReason.DISCARDED, now=now)
        batches_store.end_batch(work, batch_id=batch_id, state=BatchState.DISCARDED, now=now)


def stop_batch(*, person: Person, scope: PeopleScope, batch_id: int, now: datetime) -> int:
    """Take back what of an approved batch waits still; how many letters. Raises NotFound, NotAllowed."""
    with transaction() as work:
        batch = get_own_batch(work, person=person, scope=scope, batch_id=batch_id)
        stopped = batches_store.stop_queued(work, batch_id=batch.id, reason=LetterReason.BY_PERSON, now=now)
        if stopped:
            _note(work, person, "letters_stopped", batch, now, letters=stopped)
    return stopped


def approve_batch(
    *, person: Person, scope: PeopleScope, batch_id: int, fill: Filler, is_mail_set: bool, now: datetime
) -> int:
    """Hand the letters of a draft to the queue; how many.

    It is looked up once more who still needs one: whoever has taken part since, has no address, has had the same
    reminder today (also from somebody else), or is no longer within the scope, gets none.
    Raises NotFound, NotAllowed, MailNotSet, BatchEnded, NobodyToWriteTo.
    """
    if not is_mail_set:
        raise MailNotSet
    with transaction() as work:
        batches_store.queue_approvals(work)
        batch = _lock_draft(work, person=person, scope=scope, batch_id=batch_id)
        round_ = get_round(work, batch.round_id)
        about = f"round:{round_.id}:{batch.participation}:{now.astimezone(round_.zone):%Y-%m-%d}"
        reminded = batches_store.find_reminded(work, kind=batch.kind, about=about)
        found = _list_lines(work, PeopleScope(batch.lead_id), round_, batch.participation, batch.unit_id)
        lines = {line.account_id: line for line in found}
        ready: list[ReadyLetter] = []
        left_out: dict[LetterReason, list[int]] = {}
        for account_id, letter_id in batches_store.map_drafts(work, batch.id).items():
            line = lines.get(account_id)
            reason = _find_obstacle(line, account_id in reminded)
            if line is None or line.email is None or reason is not None:
                left_out.setdefault(reason or LetterReason.NO_ADDRESS, []).append(letter_id)
                continue
            facts = _make_facts(line)
            text = fill(batch.text, add_close(facts, round_.closes_at, round_.zone))
            ready.append(ReadyLetter(letter_id, line.email, text, facts))
        if not ready:
            raise NobodyToWriteTo
        for reason, letter_ids in left_out.items():
            batches_store.cancel_drafts(work, batch_id=batch.id, letter_ids=letter_ids, reason=reason, now=now)
        batches_store.queue_drafts(work, about=about, letters=ready, now=now)
        batches_store.end_batch(work, batch_id=batch.id, state=BatchState.APPROVED, now=now)
        _note(work, person, "letters_approved", batch, now, letters=len(ready), subject=batch.text.subject)
    return len(ready)


def get_batch(work: Work, *, person: Person, scope: PeopleScope, batch_id: int) -> Batch:
    """The batch, if it lies within the scope: a unit lead sees those that they have written as one. Raises NotFound."""
    batch = batches_store.find_batch(work, batch_id)
    if batch is None:
        raise NotFound
    if scope.lead_id is not None and (batch.lead_id != scope.lead_id or batch.made_by_id != person.id):
        raise NotFound
    return batch


def get_own_batch(work: Work, *, person: Person, scope: PeopleScope, batch_id: int) -> Batch:
    """The same, if the person has written it: nobody changes or sends what another has written. Raises NotAllowed."""
    batch = get_batch(work, person=person, scope=scope, batch_id=batch_id)
    if batch.made_by_id != person.id:
        raise NotAllowed
    return batch


def _lock_draft(work: Work, *, person: Person, scope: PeopleScope, batch_id: int) -> Batch:
    get_own_batch(work, person=person, scope=scope, batch_id=batch_id)
    if not batches_store.lock_draft(work, batch_id):
        raise BatchEnded
    # Read under the lock: the text may have been changed while this waited.
    return get_own_batch(work, person=person, scope=scope, batch_id=batch_id)


def _list_lines(
    work: Work, scope: PeopleScope, round_: Round, state: Participation, unit_id: int | None
) -> list[ParticipantLine]:
    chosen = ParticipantFilter((), unit_id, state)
    found = participation_store.list_participants(work, scope, round_, chosen, after=None, most=MOST_RECIPIENTS)
    return [line for line, _ in found]


def _find_obstacle(line: ParticipantLine | None, is_reminded: bool) -> LetterReason | None:
    if line is None:
        return LetterReason.NOT_NEEDED
    if line.email is None or not is_usable_address(line.email):
        return LetterReason.NO_ADDRESS
    return LetterReason.ALREADY_REMINDED if is_reminded else None


def _make_facts(line: ParticipantLine) -> dict[str, object]:
    return make_facts(line.name, line.unit_name, line.score_hundredths)


def _note(work: Work, person: Person, action: str, batch: Batch, now: datetime, **details: object) -> None:
    # How many and about what, and nobody's address.
    audit.add_entry(
        work,
        now=now,
        actor_id=person.id,
        action=action,
        subject=("letter_batch", batch.id),
        details={"round_id": batch.round_id, "state": str(batch.participation), **details},
    )
