"""Batches of letters: drafted, changed, approved."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.letters import BatchState, LetterKind, LetterReason, LetterState, LetterText
from quiz_app.domain.participation import Participation
from quiz_app.persistence.columns import find_from_ms, from_ms, to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.letters.table import IN_FORCE, DbLetter
from quiz_app.persistence.session import Row, Statement, Work


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it stands."""

    id: int
    kind: LetterKind
    round_id: int
    round_title: str
    participation: Participation
    unit_id: int | None
    unit_name: str | None
    lead_id: int | None
    made_by_id: int
    made_by_name: str
    made_at: datetime
    text: LetterText
    state: BatchState
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewDraft:
    """A recipient of a draft."""

    account_id: int
    unit_id: int | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReadyLetter:
    """A draft that is to go out, with all that it says."""

    letter_id: int
    address: str
    text: LetterText
    facts: Mapping[str, Any]


_BATCH = (
    "SELECT letter_batches.*, rounds.title AS round_title, units.name AS unit_name, accounts.name AS made_by_name "
    "FROM letter_batches JOIN rounds ON rounds.id = letter_batches.round_id "
    "JOIN accounts ON accounts.id = letter_batches.made_by_id "
    "LEFT JOIN units ON units.id = letter_batches.unit_id "
)
_FIND = Statement.from_sql(f"{_BATCH}WHERE letter_batches.id = :batch_id")
_LOCK_SQL = "SELECT id FROM letter_batches WHERE id = :batch_id AND state = 'draft'"
_LOCK = Statement.from_sqls(postgresql=f"{_LOCK_SQL} FOR UPDATE", sqlite=_LOCK_SQL)
_LOCK_OWN_SQL = (
    "SELECT id FROM letter_batches WHERE made_by_id = :made_by_id AND round_id = :round_id "
    "AND participation = :participation AND scope = :scope AND state = 'draft'"
)
_LOCK_OWN = Statement.from_sqls(postgresql=f"{_LOCK_OWN_SQL} FOR UPDATE", sqlite=_LOCK_OWN_SQL)
_OF_MAKER = Statement.from_sql(
    f"{_BATCH}WHERE letter_batches.made_by_id = :made_by_id AND letter_batches.lead_id = :made_by_id "
    "AND letter_batches.state <> 'discarded' ORDER BY letter_batches.id DESC LIMIT :most"
)
_ALL = Statement.from_sql(
    f"{_BATCH}WHERE letter_batches.state <> 'discarded' ORDER BY letter_batches.id DESC LIMIT :most"
)
_ADD_BATCH = Statement.from_sql(
    "INSERT INTO letter_batches (id, kind, round_id, participation, unit_id, lead_id, scope, made_by_id, made_at, "
    "subject, body, state, ended_at) VALUES (:id, :kind, :round_id, :participation, :unit_id, :lead_id, :scope, "
    ":made_by_id, :made_at, :subject, :body, 'draft', NULL) "
    "ON CONFLICT (made_by_id, round_id, participation, scope) WHERE state = 'draft' DO NOTHING"
)
_ADD_LETTER = Statement(insert(DbLetter.__table__))
_SET_TEXT = Statement.from_sql(
    "UPDATE letter_batches SET subject = :subject, body = :body WHERE id = :batch_id AND state = 'draft'"
)
_END = Statement.from_sql(
    "UPDATE letter_batches SET state = :state, ended_at = :moment WHERE id = :batch_id AND state = 'draft'"
)
_KNOWN = Statement.from_sql("SELECT account_id, id, state FROM letters WHERE batch_id = :batch_id")
_CANCEL = Statement.from_sql(
    "UPDATE letters SET state = 'cancelled', reason = :reason, ended_at = :moment "
    "WHERE id = :letter_id AND batch_id = :batch_id AND state = 'draft'"
)
_CANCEL_ALL = Statement.from_sql(
    "UPDATE letters SET state = 'cancelled', reason = :reason, ended_at = :moment "
    "WHERE batch_id = :batch_id AND state = 'draft'"
)
_STOP = Statement.from_sql(
    "UPDATE letters SET state = 'cancelled', reason = :reason, ended_at = :moment, next_at = NULL "
    "WHERE batch_id = :batch_id AND state = 'queued'"
)
_READY = Statement.from_sql(
    "UPDATE letters SET state = 'queued', about = :about, address = :address, subject = :subject, body = :body, "
    "facts = :facts, made_at = :moment, next_at = :moment WHERE id = :letter_id AND state = 'draft'"
)
_ALREADY = Statement.from_sql(f"SELECT account_id FROM letters WHERE kind = :kind AND about = :about AND {IN_FORCE}")
# One approval at a time: two leads who remind the same person at the same moment must not each see nothing yet.
_QUEUE = Statement.from_sqls(postgresql="SELECT pg_advisory_xact_lock(7700112) AS locked", sqlite="SELECT 1 AS locked")


def add_batch(
    work: Work,
    *,
    kind: LetterKind,
    round_id: int,
    participation: Participation,
    unit_id: int | None,
    scope: PeopleScope,
    made_by_id: int,
    text: LetterText,
    now: datetime,
) -> int:
    """A new draft, or the same person's draft for the same people; its id. Nobody else changes, approves or throws it
    away until the transaction ends.
    """
    key = {
        "made_by_id": made_by_id,
        "round_id": round_id,
        "participation": str(participation),
        "scope": f"lead:{scope.lead_id or 0} unit:{unit_id or 0}",
    }
    batch_id = make_id()
    values = {
        **key,
        "id": batch_id,
        "kind": str(kind),
        "unit_id": unit_id,
        "lead_id": scope.lead_id,
        "made_at": to_ms(now),
        "subject": text.subject,
        "body": text.body,
    }
    while work.run(_ADD_BATCH, **values) == 0:
        row = work.find_one(_LOCK_OWN, **key)
        if row is not None:
            return int(row.id)
        # What the insert has met was no draft any more once it could be locked: there is room for a new one.
    return batch_id


def put_drafts(work: Work, *, batch_id: int, kind: LetterKind, drafts: Sequence[NewDraft], now: datetime) -> None:
    """A letter for each of these people who is not in the batch yet, also not as one who was taken out."""
    known = {row.account_id for row in work.list_all(_KNOWN, batch_id=batch_id)}
    work.run_many(
        _ADD_LETTER,
        [
            {
                "id": make_id(),
                "batch_id": batch_id,
                "kind": str(kind),
                "about": "draft",
                "account_id": draft.account_id,
                "unit_id": draft.unit_id,
                "address": None,
                "subject": None,
                "body": None,
                "facts": to_json(dict(draft.facts)),
                "state": str(LetterState.DRAFT),
                "reason": None,
                "reply": None,
                "tries": 0,
                "made_at": to_ms(now),
                "next_at": None,
                "claimed_at": None,
                "ended_at": None,
            }
            for draft in drafts
            if draft.account_id not in known
        ],
    )


def find_batch(work: Work, batch_id: int) -> Batch | None:
    """The batch with this id."""
    row = work.find_one(_FIND, batch_id=batch_id)
    return None if row is None else _to_batch(row)


def lock_draft(work: Work, batch_id: int) -> bool:
    """Lock a batch that is still a draft until the end of the transaction; False where it is none."""
    return work.find_one(_LOCK, batch_id=batch_id) is not None


def list_batches(work: Work, *, made_by_lead_id: int | None, most: int) -> list[Batch]:
    """The newest first: those that this person has written as a unit lead, or all."""
    if made_by_lead_id is None:
        rows = work.list_all(_ALL, most=most)
    else:
        rows = work.list_all(_OF_MAKER, made_by_id=made_by_lead_id, most=most)
    return [_to_batch(row) for row in rows]


def set_text(work: Work, *, batch_id: int, text: LetterText) -> bool:
    """Write another text; False where the batch is no draft any more."""
    return work.run(_SET_TEXT, batch_id=batch_id, subject=text.subject, body=text.body) == 1


def end_batch(work: Work, *, batch_id: int, state: BatchState, now: datetime) -> bool:
    """The batch is approved or thrown away; False where it was no draft any more."""
    return work.run(_END, batch_id=batch_id, state=str(state), moment=to_ms(now)) == 1


def map_drafts(work: Work, batch_id: int) -> dict[int, int]:
    """The letters of a batch that are drafts still, by account."""
    return {
        row.account_id: row.id
        for row in work.list_all(_KNOWN, batch_id=batch_id)
        if row.state == str(LetterState.DRAFT)
    }


def cancel_drafts(work: Work, *, batch_id: int, letter_ids: Sequence[int], reason: LetterReason, now: datetime) -> None:
    """Take these recipients out of a draft."""
    values = {"batch_id": batch_id, "reason": str(reason), "moment": to_ms(now)}
    work.run_many(_CANCEL, [{**values, "letter_id": letter_id} for letter_id in letter_ids])


def cancel_all_drafts(work: Work, *, batch_id: int, reason: LetterReason, now: datetime) -> None:
    """Take every recipient out of a draft."""
    work.run(_CANCEL_ALL, batch_id=batch_id, reason=str(reason), moment=to_ms(now))


def stop_queued(work: Work, *, batch_id: int, reason: LetterReason, now: datetime) -> int:
    """Take back the letters of a batch that wait still; how many."""
    return work.run(_STOP, batch_id=batch_id, reason=str(reason), moment=to_ms(now))


def queue_approvals(work: Work) -> None:
    """Wait until no other batch is being approved, and keep others waiting until the end of the transaction."""
    work.list_all(_QUEUE)


def find_reminded(work: Work, *, kind: LetterKind, about: str) -> frozenset[int]:
    """The accounts that have a letter of this kind and occasion in force already."""
    return frozenset(row.account_id for row in work.list_all(_ALREADY, kind=str(kind), about=about))


def queue_drafts(work: Work, *, about: str, letters: Sequence[ReadyLetter], now: datetime) -> None:
    """Hand these drafts to the queue, with all that they say."""
    work.run_many(
        _READY,
        [
            {
                "letter_id": letter.letter_id,
                "about": about,
                "address": letter.address,
                "subject": letter.text.subject,
                "body": letter.text.body,
                "facts": to_json(dict(letter.facts)),
                "moment": to_ms(now),
            }
            for letter in letters
        ],
    )


def _to_batch(row: Row) -> Batch:
    return Batch(
        id=row.id,
        kind=LetterKind(row.kind),
        round_id=row.round_id,
        round_title=row.round_title,
        participation=Participation(row.participation),
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        lead_id=row.lead_id,
        made_by_id=row.made_by_id,
        made_by_name=row.made_by_name,
        made_at=from_ms(row.made_at),
        text=LetterText(row.subject, row.body),
        state=BatchState(row.state),
        ended_at=find_from_ms(row.ended_at),
    )
