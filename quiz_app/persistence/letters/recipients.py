"""The letters of a batch with their recipients, within a scope: a unit lead sees those to people of the led units."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.letters import LetterReason, LetterState, LetterText
from quiz_app.persistence.columns import find_from_ms, from_json
from quiz_app.persistence.people.directory import LED_UNITS
from quiz_app.persistence.session import Row, Statement, Work


@dataclass(frozen=True, slots=True)
class Recipient:
    """A letter of a batch with its recipient. ``address`` is the letter's where it has one, else the account's."""

    letter_id: int
    account_id: int
    name: str
    unit_name: str | None
    address: str | None
    facts: Mapping[str, Any]
    text: LetterText | None
    state: LetterState
    reason: LetterReason | None
    reply: str | None
    ended_at: datetime | None


_SCOPED = {False: "", True: f" AND letters.unit_id IN {LED_UNITS}"}
_RECIPIENTS_SQL = (
    "SELECT letters.*, accounts.name, accounts.email, units.name AS unit_name FROM letters "
    "JOIN accounts ON accounts.id = letters.account_id LEFT JOIN units ON units.id = letters.unit_id "
    "WHERE letters.batch_id = :batch_id"
)
_RECIPIENTS = {
    led: Statement.from_sql(f"{_RECIPIENTS_SQL}{scope} ORDER BY accounts.name_key, letters.id LIMIT :most")
    for led, scope in _SCOPED.items()
}
_RECIPIENT = {
    led: Statement.from_sql(f"{_RECIPIENTS_SQL}{scope} AND letters.id = :letter_id") for led, scope in _SCOPED.items()
}
_COUNTS = {
    led: Statement.from_sql(
        "SELECT letters.state, letters.reason, COUNT(*) AS number FROM letters "
        f"WHERE letters.batch_id = :batch_id{scope} GROUP BY letters.state, letters.reason"
    )
    for led, scope in _SCOPED.items()
}


def list_recipients(work: Work, scope: PeopleScope, batch_id: int, *, most: int) -> list[Recipient]:
    """The letters of a batch within the scope, by given name."""
    is_led = scope.lead_id is not None
    rows = work.list_all(_RECIPIENTS[is_led], batch_id=batch_id, lead_id=scope.lead_id, most=most)
    return [_to_recipient(row) for row in rows]


def find_recipient(work: Work, scope: PeopleScope, *, batch_id: int, letter_id: int) -> Recipient | None:
    """One letter of a batch within the scope."""
    is_led = scope.lead_id is not None
    row = work.find_one(_RECIPIENT[is_led], batch_id=batch_id, letter_id=letter_id, lead_id=scope.lead_id)
    return None if row is None else _to_recipient(row)


def count_letters(work: Work, scope: PeopleScope, batch_id: int) -> dict[tuple[LetterState, LetterReason | None], int]:
    """How many letters of the batch stand where."""
    is_led = scope.lead_id is not None
    return {
        (LetterState(row.state), _find_reason(row.reason)): int(row.number)
        for row in work.list_all(_COUNTS[is_led], batch_id=batch_id, lead_id=scope.lead_id)
    }


def _to_recipient(row: Row) -> Recipient:
    return Recipient(
        letter_id=row.id,
        account_id=row.account_id,
        name=row.name,
        unit_name=row.unit_name,
        address=row.address or row.email,
        facts=from_json(row.facts),
        text=None if row.subject is None else LetterText(row.subject, row.body),
        state=LetterState(row.state),
        reason=_find_reason(row.reason),
        reply=row.reply,
        ended_at=find_from_ms(row.ended_at),
    )


def _find_reason(text: str | None) -> LetterReason | None:
    return LetterReason(text) if text in set(LetterReason) else None
