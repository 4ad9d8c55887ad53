"""The outbox as organisers see it: every letter, by state; and what they decide on one."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.letters import LetterKind, LetterReason, LetterState, LetterText
from quiz_app.persistence.columns import find_from_ms, from_ms, to_ms
from quiz_app.persistence.session import Row, Statement, Work


@dataclass(frozen=True, slots=True)
class OutboxLetter:
    """A letter as the outbox shows it; its text is None as long as it is a draft."""

    id: int
    batch_id: int | None
    kind: LetterKind
    account_id: int
    name: str
    unit_name: str | None
    address: str | None
    account_address: str | None
    text: LetterText | None
    state: LetterState
    reason: LetterReason | None
    reply: str | None
    tries: int
    made_at: datetime
    next_at: datetime | None
    claimed_at: datetime | None
    ended_at: datetime | None


_LINE = (
    "SELECT letters.*, accounts.name, accounts.email, units.name AS unit_name FROM letters "
    "JOIN accounts ON accounts.id = letters.account_id LEFT JOIN units ON units.id = letters.unit_id "
)
_ORDER = "ORDER BY letters.id DESC LIMIT :most"
_OF_STATE = Statement.from_sql(f"{_LINE}WHERE letters.state = :state AND letters.id < :before {_ORDER}")
_ANY = Statement.from_sql(
    f"{_LINE}WHERE letters.state IN ('queued', 'sending', 'sent', 'failed', 'uncertain') "
    f"AND letters.id < :before {_ORDER}"
)
_FIND = Statement.from_sql(f"{_LINE}WHERE letters.id = :letter_id")
_COUNTS = Statement.from_sql("SELECT state, COUNT(*) AS number FROM letters GROUP BY state")
_QUEUE_AGAIN = (
    "UPDATE letters SET state = 'queued', reason = NULL, reply = NULL, tries = 0, ended_at = NULL, "
    "made_at = :moment, next_at = :moment, "
    "address = COALESCE((SELECT email FROM accounts WHERE accounts.id = letters.account_id), address)"
)
_AGAIN = Statement.from_sql(f"{_QUEUE_AGAIN} WHERE id = :letter_id AND state = :state")
_ALL_AGAIN = Statement.from_sql(f"{_QUEUE_AGAIN} WHERE state = 'failed'")
_CANCEL = Statement.from_sql(
    "UPDATE letters SET state = 'cancelled', reason = 'by_person', ended_at = :moment, next_at = NULL "
    "WHERE id = :letter_id AND state = :state"
)
_ARRIVED = Statement.from_sql(
    "UPDATE letters SET state = 'sent', reason = 'by_person', ended_at = :moment "
    "WHERE id = :letter_id AND state = :state"
)


def list_letters(work: Work, *, state: LetterState | None, before: int, most: int) -> Sequence[OutboxLetter]:
    """Letters with smaller ids than ``before``, newest first: of a state, or all that are neither draft nor
    cancelled.
    """
    if state is None:
        rows = work.list_all(_ANY, before=before, most=most)
    else:
        rows = work.list_all(_OF_STATE, state=str(state), before=before, most=most)
    return [_to_letter(row) for row in rows]


def find_letter(work: Work, letter_id: int) -> OutboxLetter | None:
    """The letter with this id."""
    row = work.find_one(_FIND, letter_id=letter_id)
    return None if row is None else _to_letter(row)


def count_by_state(work: Work) -> dict[LetterState, int]:
    """How many letters stand where."""
    return {LetterState(row.state): int(row.number) for row in work.list_all(_COUNTS)}


def send_again(work: Work, *, letter_id: int, state: LetterState, now: datetime) -> bool:
    """Put it into the queue again, with the address that the account has now; False where it is no longer in the
    state.
    """
    return work.run(_AGAIN, letter_id=letter_id, state=str(state), moment=to_ms(now)) == 1


def send_failed_again(work: Work, *, now: datetime) -> int:
    """The same with every letter that has failed; how many."""
    return work.run(_ALL_AGAIN, moment=to_ms(now))


def cancel_letter(work: Work, *, letter_id: int, state: LetterState, now: datetime) -> bool:
    """Let it not go out; False where it is no longer in the state."""
    return work.run(_CANCEL, letter_id=letter_id, state=str(state), moment=to_ms(now)) == 1


def note_arrived(work: Work, *, letter_id: int, state: LetterState, now: datetime) -> bool:
    """A person says that it has arrived; False where it is no longer in the state."""
    return work.run(_ARRIVED, letter_id=letter_id, state=str(state), moment=to_ms(now)) == 1


def _to_letter(row: Row) -> OutboxLetter:
    return OutboxLetter(
        id=row.id,
        batch_id=row.batch_id,
        kind=LetterKind(row.kind),
        account_id=row.account_id,
        name=row.name,
        unit_name=row.unit_name,
        address=row.address or row.email,
        account_address=row.email,
        text=None if row.subject is None else LetterText(row.subject, row.body),
        state=LetterState(row.state),
        reason=LetterReason(row.reason) if row.reason in set(LetterReason) else None,
        reply=row.reply,
        tries=row.tries,
        made_at=from_ms(row.made_at),
        next_at=find_from_ms(row.next_at),
        claimed_at=find_from_ms(row.claimed_at),
        ended_at=find_from_ms(row.ended_at),
    )
