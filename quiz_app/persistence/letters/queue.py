"""The queue of letters: put in once, claimed by one sender, ended; and what was last heard of the mail server."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from quiz_app.domain.letters import (
    STALE_AFTER,
    LetterKind,
    LetterReason,
    LetterState,
    LetterText,
    OutgoingLetter,
)
from quiz_app.persistence.columns import from_ms, to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.letters.table import IN_FORCE
from quiz_app.persistence.session import Statement, Work

_ACCOUNT = Statement.from_sql("SELECT name, email, unit_id FROM accounts WHERE id = :account_id AND is_active")
_ADD = Statement.from_sql(
    "INSERT INTO letters (id, batch_id, kind, about, account_id, unit_id, address, subject, body, facts, state, "
    "reason, reply, tries, made_at, next_at, claimed_at, ended_at) VALUES (:id, NULL, :kind, :about, :account_id, "
    ":unit_id, :address, :subject, :body, :facts, 'queued', NULL, NULL, 0, :moment, :moment, NULL, NULL) "
    f"ON CONFLICT (kind, about, account_id) WHERE {IN_FORCE} DO NOTHING"
)
_IS_DUE = Statement.from_sql("SELECT 1 AS found FROM letters WHERE state = 'queued' AND next_at <= :moment LIMIT 1")
# The pace is one for all senders: they claim one after the other.
_TURN = Statement.from_sqls(postgresql="SELECT pg_advisory_xact_lock(7700113) AS locked", sqlite="SELECT 1 AS locked")
_CLAIM = Statement.from_sql(
    "UPDATE letters SET state = 'sending', tries = tries + 1, claimed_at = :moment, next_at = NULL "
    "WHERE id = (SELECT id FROM letters WHERE state = 'queued' AND next_at <= :moment ORDER BY next_at, id LIMIT 1) "
    "AND state = 'queued' "
    "AND (SELECT COUNT(*) FROM letters recent WHERE recent.claimed_at > :since) < :pace RETURNING id"
)
_CLAIMED = Statement.from_sql(
    "SELECT letters.id, letters.address, letters.subject, letters.body, letters.tries, letters.made_at, "
    "letters.claimed_at, accounts.name, accounts.is_active, makers.email AS reply_to FROM letters "
    "JOIN accounts ON accounts.id = letters.account_id "
    "LEFT JOIN letter_batches ON letter_batches.id = letters.batch_id "
    "LEFT JOIN accounts makers ON makers.id = letter_batches.made_by_id WHERE letters.id = :letter_id"
)
# The moment tells tries apart that have the same number: an organiser's decision counts them anew.
_OF_SENDER = "WHERE id = :letter_id AND state = 'sending' AND tries = :try AND claimed_at = :claimed_at"
_END = Statement.from_sql(
    "UPDATE letters SET state = :state, reason = :reason, reply = :reply, ended_at = :ended_at, next_at = :next_at "
    f"{_OF_SENDER}"
)
_RELEASE = Statement.from_sql(
    f"UPDATE letters SET state = 'queued', tries = tries - 1, claimed_at = NULL, next_at = :moment {_OF_SENDER}"
)
_SETTLE = Statement.from_sql(
    "UPDATE letters SET state = 'uncertain', reason = 'cut_off' WHERE state = 'sending' AND claimed_at < :before"
)
_HAS_STALE = Statement.from_sql(
    "SELECT 1 AS found FROM letters WHERE state = 'sending' AND claimed_at < :before LIMIT 1"
)
_NOTE = Statement.from_sql(
    "INSERT INTO mail_server (id, trouble, noted_at) VALUES (1, :trouble, :moment) "
    "ON CONFLICT (id) DO UPDATE SET trouble = excluded.trouble, noted_at = excluded.noted_at"
)
_HEARD = Statement.from_sql("SELECT trouble, noted_at FROM mail_server WHERE id = 1")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom an automatic letter goes to."""

    name: str
    address: str | None
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What was last heard of the mail server, and when."""

    trouble: str | None
    noted_at: datetime


def find_addressee(work: Work, account_id: int) -> Addressee | None:
    """Name and address of an open account."""
    row = work.find_one(_ACCOUNT, account_id=account_id)
    return None if row is None else Addressee(row.name, row.email, row.unit_id)


def add_letter(
    work: Work,
    *,
    kind: LetterKind,
    about: str,
    account_id: int,
    unit_id: int | None,
    address: str,
    text: LetterText,
    facts: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Put a letter into the queue; False where the person has one of this kind and occasion already."""
    values = {
        "id": make_id(),
        "kind": str(kind),
        "about": about,
        "account_id": account_id,
        "unit_id": unit_id,
        "address": address,
        "subject": text.subject,
        "body": text.body,
        "facts": to_json(dict(facts)),
        "moment": to_ms(now),
    }
    return work.run(_ADD, **values) == 1


def is_any_due(work: Work, *, now: datetime) -> bool:
    """Whether there is a letter to send; a read, so that an idle sender writes nothing."""
    return work.find_one(_IS_DUE, moment=to_ms(now)) is not None


def claim_letter(work: Work, *, per_minute: int, now: datetime) -> int | None:
    """Within a transaction: note the oldest letter that is due as being sent; its id, or None where there is none or
    so many were begun within the last minute. At most one sender gets it.
    """
    work.list_all(_TURN)
    since = to_ms(now - timedelta(minutes=1))
    rows = work.list_all(_CLAIM, moment=to_ms(now), since=since, pace=per_minute)
    return int(rows[0].id) if rows else None


def read_claimed(work: Work, letter_id: int) -> tuple[OutgoingLetter, bool]:
    """The letter that was claimed, and whether its recipient's account is still open."""
    row = work.find_one(_CLAIMED, letter_id=letter_id)
    assert row is not None  # noqa: S101 - letters are never deleted
    text = LetterText(row.subject, row.body)
    letter = OutgoingLetter(
        id=row.id,
        name=row.name,
        address=row.address,
        text=text,
        reply_to=row.reply_to,
        made_at=from_ms(row.made_at),
        tries=row.tries,
        claimed_at=from_ms(row.claimed_at),
    )
    return letter, bool(row.is_active)


def end_sending(
    work: Work,
    letter: OutgoingLetter,
    *,
    state: LetterState,
    reason: LetterReason | None,
    reply: str | None,
    next_at: datetime | None,
    now: datetime,
) -> bool:
    """Write what came of it; False where the letter is no longer this sender's."""
    is_over = state in (LetterState.SENT, LetterState.FAILED, LetterState.CANCELLED)
    values: dict[str, Any] = {
        **_name_claim(letter),
        "state": str(state),
        "reason": reason and str(reason),
        "reply": reply,
        "ended_at": to_ms(now) if is_over else None,
        "next_at": next_at and to_ms(next_at),
    }
    return work.run(_END, **values) == 1


def release(work: Work, letter: OutgoingLetter, *, next_at: datetime) -> None:
    """The server heard nothing of the letter: it waits again, and this try does not count."""
    work.run(_RELEASE, **_name_claim(letter), moment=to_ms(next_at))


def has_stale(work: Work, *, now: datetime) -> bool:
    """Whether a letter is on its way for longer than any sender waits."""
    return work.find_one(_HAS_STALE, before=to_ms(now - STALE_AFTER)) is not None


def settle_stale(work: Work, *, now: datetime) -> int:
    """Note the letters of senders that are gone as uncertain; how many."""
    return work.run(_SETTLE, before=to_ms(now - STALE_AFTER))


def note_server(work: Work, *, trouble: str | None, now: datetime) -> None:
    """Keep what was heard of the mail server."""
    work.run(_NOTE, trouble=trouble, moment=to_ms(now))


def find_heard(work: Work) -> Heard | None:
    """What was last heard of the mail server, if it was ever asked."""
    row = work.find_one(_HEARD)
    return None if row is None else Heard(row.trouble, from_ms(row.noted_at))


def _name_claim(letter: OutgoingLetter) -> dict[str, int]:
    return {"letter_id": letter.id, "try": letter.tries, "claimed_at": to_ms(letter.claimed_at)}
