"""Entries: drafts, hand-ins and steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from quiz_app.domain.initiatives.entries import Entry, EntryStepTaken
from quiz_app.domain.initiatives.states import EntryState, EntryStep
from quiz_app.persistence.columns import find_from_ms, from_json, from_ms, to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.initiatives.tables import DbEntry, DbEntryStep
from quiz_app.persistence.session import Row, Statement, Work

ENTRY_COLUMNS = (
    "entries.id, entries.round_id, entries.number, entries.blind_code, entries.unit_id, units.name AS unit_name, "
    "entries.department_id, departments.name AS department_name, entries.created_by_id, "
    "accounts.name AS created_by_name, changers.name AS changed_by_name, entries.continues_id, entries.title, "
    "entries.category, entries.state, entries.draft, "
    "entries.sequence, entries.version, entries.created_at, entries.changed_at, entries.submitted_at, entries.is_late, "
    "entries.is_public"
)
ENTRY_TABLES = (
    "entries JOIN units ON units.id = entries.unit_id JOIN accounts ON accounts.id = entries.created_by_id "
    "JOIN accounts changers ON changers.id = entries.changed_by_id "
    "LEFT JOIN units departments ON departments.id = entries.department_id"
)
_GET = Statement.from_sql(f"SELECT {ENTRY_COLUMNS} FROM {ENTRY_TABLES} WHERE entries.id = :entry_id")  # noqa: S608 - constants
# By itself, and the entry is read afterwards: one statement that had waited would join the entry's new row with the
# rows of the others that it had found before, and where somebody else had written meanwhile it would find nothing.
_LOCK_SQL = "SELECT id FROM entries WHERE id = :entry_id"
_LOCK = Statement.from_sqls(postgresql=f"{_LOCK_SQL} FOR UPDATE", sqlite=_LOCK_SQL)
_ADD = Statement(insert(DbEntry.__table__))
_SAVE_DRAFT = Statement.from_sql(
    "UPDATE entries SET title = :title, category = :category, draft = :draft, "
    # What was handed in is found by its own words until it is handed in again.
    "search_text = CASE WHEN version = 0 THEN :search_text ELSE search_text END, "
    "sequence = sequence + 1, changed_at = :now, changed_by_id = :changed_by_id "
    "WHERE id = :entry_id AND sequence = :sequence AND state IN ('draft', 'returned') RETURNING sequence"
)
_TOUCH = Statement.from_sql("UPDATE entries SET changed_at = :now WHERE id = :entry_id")
_SET_SUBMITTED = Statement.from_sql(
    "UPDATE entries SET state = :state, number = COALESCE(number, :number), version = :version, "
    "department_id = :department_id, submitted_at = COALESCE(submitted_at, :now), is_late = :is_late, "
    "search_text = :search_text, changed_at = :now WHERE id = :entry_id"
)
_SET_STATE = Statement.from_sql("UPDATE entries SET state = :state, changed_at = :now WHERE id = :entry_id")
_ADD_STEP = Statement(insert(DbEntryStep.__table__))
_STEPS = Statement.from_sql(
    "SELECT entry_steps.made_at, accounts.name AS actor, entry_steps.step, entry_steps.from_state, "
    "entry_steps.to_state, entry_steps.version, entry_steps.reason FROM entry_steps "
    "JOIN accounts ON accounts.id = entry_steps.actor_id WHERE entry_steps.entry_id = :entry_id ORDER BY entry_steps.id"
)
_HAS_CONFIRMED = Statement.from_sql(
    "SELECT 1 AS found FROM judgements WHERE entry_id = :entry_id AND state = 'confirmed' LIMIT 1"
)
_COUNT_OPEN_DRAFTS = Statement.from_sql(
    "SELECT COUNT(*) AS number FROM entries WHERE round_id = :round_id AND created_by_id = :account_id "
    "AND state = 'draft'"
)


def add_entry(
    work: Work,
    *,
    round_id: int,
    unit_id: int,
    created_by_id: int,
    blind_code: str,
    title: str,
    category: str,
    values: Mapping[str, Any],
    search_text: str,
    now: datetime,
    continues_id: int | None = None,
) -> int:
    """Store a draft; its id. Raises ``UniqueViolation`` where the blind code is taken."""
    entry_id = make_id()
    work.run(
        _ADD,
        id=entry_id,
        round_id=round_id,
        number=None,
        blind_code=blind_code,
        unit_id=unit_id,
        department_id=None,
        created_by_id=created_by_id,
        changed_by_id=created_by_id,
        continues_id=continues_id,
        title=title,
        category=category,
        state=str(EntryState.DRAFT),
        draft=to_json(values),
        sequence=1,
        version=0,
        search_text=search_text,
        created_at=to_ms(now),
        changed_at=to_ms(now),
        submitted_at=None,
        is_late=False,
        is_public=False,
    )
    return entry_id


def find_entry(work: Work, entry_id: int, *, locks: bool = False) -> Entry | None:
    """The entry, or None; ``locks`` keeps others from changing it until the transaction ends."""
    if locks:
        work.find_one(_LOCK, entry_id=entry_id)
    row = work.find_one(_GET, entry_id=entry_id)
    return None if row is None else to_entry(row)


def count_open_drafts(work: Work, *, round_id: int, account_id: int) -> int:
    """Drafts of this person that were never handed in."""
    row = work.find_one(_COUNT_OPEN_DRAFTS, round_id=round_id, account_id=account_id)
    return 0 if row is None else int(row.number)


def save_draft(
    work: Work,
    *,
    entry_id: int,
    sequence: int,
    title: str,
    category: str,
    values: Mapping[str, Any],
    search_text: str,
    changed_by_id: int,
    now: datetime,
) -> int | None:
    """Write the draft if nobody changed it since ``sequence`` and the unit has it still; the new sequence, or None."""
    row = work.find_one(
        _SAVE_DRAFT,
        entry_id=entry_id,
        sequence=sequence,
        title=title,
        category=category,
        draft=to_json(values),
        search_text=search_text,
        changed_by_id=changed_by_id,
        now=to_ms(now),
    )
    return None if row is None else int(row.sequence)


def touch_entry(work: Work, entry_id: int, now: datetime) -> None:
    """Note a change beside the texts (a file came or went): whoever is typing meanwhile is not disturbed."""
    work.run(_TOUCH, entry_id=entry_id, now=to_ms(now))


def set_submitted(
    work: Work,
    *,
    entry_id: int,
    state: EntryState,
    number: int,
    version: int,
    department_id: int | None,
    is_late: bool,
    search_text: str,
    now: datetime,
) -> None:
    """Hand the entry in as this version; number and moment of the first hand-in stay."""
    work.run(
        _SET_SUBMITTED,
        entry_id=entry_id,
        state=str(state),
        number=number,
        version=version,
        department_id=department_id,
        is_late=is_late,
        search_text=search_text,
        now=to_ms(now),
    )


def set_state(work: Work, *, entry_id: int, state: EntryState, now: datetime) -> None:
    """Put the entry into another state."""
    work.run(_SET_STATE, entry_id=entry_id, state=str(state), now=to_ms(now))


def add_step(
    work: Work,
    *,
    entry_id: int,
    actor_id: int,
    step: EntryStep,
    from_state: EntryState,
    to_state: EntryState,
    version: int,
    reason: str,
    now: datetime,
) -> None:
    """Keep a step in the entry's history."""
    work.run(
        _ADD_STEP,
        id=make_id(),
        entry_id=entry_id,
        actor_id=actor_id,
        step=str(step),
        from_state=str(from_state),
        to_state=str(to_state),
        version=version,
        reason=reason,
        made_at=to_ms(now),
    )


def list_steps(work: Work, entry_id: int) -> list[EntryStepTaken]:
    """The entry's history, the oldest step first."""
    return [
        EntryStepTaken(
            at=from_ms(row.made_at),
            actor=row.actor,
            step=EntryStep(row.step),
            from_state=EntryState(row.from_state),
            to_state=EntryState(row.to_state),
            version=row.version,
            reason=row.reason,
        )
        for row in work.list_all(_STEPS, entry_id=entry_id)
    ]


def is_judged(work: Work, entry_id: int) -> bool:
    """Whether a judge has confirmed marks for the entry."""
    return work.find_one(_HAS_CONFIRMED, entry_id=entry_id) is not None


def to_entry(row: Row) -> Entry:
    """The entry of a row with ``ENTRY_COLUMNS``."""
    return Entry(
        id=row.id,
        round_id=row.round_id,
        number=row.number,
        blind_code=row.blind_code,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        department_id=row.department_id,
        department_name=row.department_name,
        created_by_id=row.created_by_id,
        created_by_name=row.created_by_name,
        changed_by_name=row.changed_by_name,
        continues_id=row.continues_id,
        title=row.title,
        category=row.category,
        state=EntryState(row.state),
        values=from_json(row.draft),
        sequence=row.sequence,
        version=row.version,
        created_at=from_ms(row.created_at),
        changed_at=from_ms(row.changed_at),
        submitted_at=find_from_ms(row.submitted_at),
        is_late=bool(row.is_late),
        is_public=bool(row.is_public),
    )
