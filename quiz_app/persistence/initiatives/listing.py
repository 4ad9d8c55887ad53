"""Entries as their writers list them, and how a round stands for one person; without the texts, which may be long."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from quiz_app.domain.initiatives.rounds import InitiativeSettings
from quiz_app.domain.initiatives.states import EntryState
from quiz_app.persistence.columns import find_from_ms, from_ms, to_json, to_ms
from quiz_app.persistence.initiatives.rounds import read_settings
from quiz_app.persistence.session import Statement, Work

NEWEST = 2**63 - 1
_LED = {
    "postgresql": "SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:led_ids AS json))",
    "sqlite": "SELECT value FROM json_each(:led_ids)",
}
_LINES_SQL = (
    "SELECT entries.id, entries.round_id, entries.number, entries.title, entries.category, entries.state, "
    "entries.unit_id, units.name AS unit_name, departments.name AS department_name, "
    "accounts.name AS created_by_name, entries.changed_at, entries.submitted_at, entries.is_late "
    "FROM entries JOIN units ON units.id = entries.unit_id JOIN accounts ON accounts.id = entries.created_by_id "
    "LEFT JOIN units departments ON departments.id = entries.department_id "
    "WHERE (entries.created_by_id = :account_id OR entries.unit_id IN ({led})) AND entries.id < :before "
    "ORDER BY entries.id DESC LIMIT :most"
)
_LINES = Statement.from_sqls(**{name: _LINES_SQL.format(led=led) for name, led in _LED.items()})
_REGISTERED_SQL = (
    "SELECT entries.id, entries.title, entries.unit_id FROM entries "
    "JOIN initiative_rounds ON initiative_rounds.id = entries.round_id "
    "WHERE initiative_rounds.contest_id = :contest_id AND initiative_rounds.code = :code AND entries.version > 0 "
    "AND entries.state NOT IN ('withdrawn', 'declined', 'refused') "
    "AND (entries.created_by_id = :account_id OR entries.unit_id IN ({led})) "
    "AND NOT EXISTS (SELECT 1 FROM entries others WHERE others.continues_id = entries.id "
    "AND others.state <> 'withdrawn') ORDER BY entries.id DESC LIMIT :most"
)
_REGISTERED = Statement.from_sqls(**{name: _REGISTERED_SQL.format(led=led) for name, led in _LED.items()})
_IS_CONTINUED = Statement.from_sql(
    "SELECT 1 AS found FROM entries WHERE continues_id = :entry_id AND state <> 'withdrawn' LIMIT 1"
)
_COUNT = "(SELECT COUNT(*) FROM entries WHERE entries.round_id = initiative_rounds.id AND "
_STANDINGS = Statement.from_sql(
    "SELECT initiative_rounds.id, initiative_rounds.title, initiative_rounds.unit_closes_at, "  # noqa: S608 - constants
    "initiative_rounds.closes_at, initiative_rounds.settings, contests.time_zone, "
    f"{_COUNT} unit_id = :unit_id AND state NOT IN ('draft', 'returned', 'withdrawn')) AS handed_in, "
    f"{_COUNT} created_by_id = :account_id AND state = 'draft') AS drafts, "
    f"{_COUNT} created_by_id = :account_id AND state = 'returned') AS returned, "
    "(SELECT COUNT(*) FROM units WHERE units.id = :unit_id AND parent_id IS NOT NULL) AS parents "
    "FROM initiative_rounds JOIN contests ON contests.id = initiative_rounds.contest_id "
    "WHERE initiative_rounds.published_at IS NULL AND initiative_rounds.opens_at <= :now "
    "AND initiative_rounds.closes_at > :since ORDER BY initiative_rounds.closes_at LIMIT 3"
)


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry in its writers' list."""

    id: int
    round_id: int
    number: int | None
    title: str
    category: str
    state: EntryState
    unit_id: int
    unit_name: str
    department_name: str | None
    created_by_name: str
    changed_at: datetime
    submitted_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class RegisteredLine:
    """An entry of a registration round from which a full one may be begun."""

    id: int
    title: str
    unit_id: int


@dataclass(frozen=True, slots=True)
class StandingLine:
    """An open or recently closed round: entries of the unit that were handed in, and what this person has to do."""

    round_id: int
    title: str
    unit_closes_at: datetime | None
    closes_at: datetime
    settings: InitiativeSettings
    zone: ZoneInfo
    handed_in: int
    drafts: int
    returned: int
    has_unit: bool
    has_parent: bool


def list_own_entries(
    work: Work, *, account_id: int, led_ids: Collection[int], before: int, most: int
) -> list[EntryLine]:
    """Entries that the person has begun, and those of the units that they lead; the newest first."""
    return [
        EntryLine(
            id=row.id,
            round_id=row.round_id,
            number=row.number,
            title=row.title,
            category=row.category,
            state=EntryState(row.state),
            unit_id=row.unit_id,
            unit_name=row.unit_name,
            department_name=row.department_name,
            created_by_name=row.created_by_name,
            changed_at=from_ms(row.changed_at),
            submitted_at=find_from_ms(row.submitted_at),
            is_late=bool(row.is_late),
        )
        for row in work.list_all(
            _LINES, account_id=account_id, led_ids=to_json(sorted(led_ids)), before=before, most=most
        )
    ]


def list_registered(
    work: Work, *, contest_id: int, code: str, account_id: int, led_ids: Collection[int], most: int
) -> list[RegisteredLine]:
    """Registered entries of the round with this code that nobody has gone on with yet; the newest first."""
    rows = work.list_all(
        _REGISTERED,
        contest_id=contest_id,
        code=code,
        account_id=account_id,
        led_ids=to_json(sorted(led_ids)),
        most=most,
    )
    return [RegisteredLine(row.id, row.title, row.unit_id) for row in rows]


def is_continued(work: Work, entry_id: int) -> bool:
    """Whether an entry that stands was begun from this registered one."""
    return work.find_one(_IS_CONTINUED, entry_id=entry_id) is not None


def list_standings(
    work: Work, *, account_id: int, unit_id: int | None, now: datetime, since: datetime
) -> list[StandingLine]:
    """Rounds that have opened and were not closed before ``since``, as they stand for this person: one statement."""
    known_id = -1 if unit_id is None else unit_id
    rows = work.list_all(_STANDINGS, account_id=account_id, unit_id=known_id, now=to_ms(now), since=to_ms(since))
    return [
        StandingLine(
            round_id=row.id,
            title=row.title,
            unit_closes_at=find_from_ms(row.unit_closes_at),
            closes_at=from_ms(row.closes_at),
            settings=read_settings(row.settings),
            zone=ZoneInfo(row.time_zone),
            handed_in=row.handed_in,
            drafts=row.drafts,
            returned=row.returned,
            has_unit=unit_id is not None,
            has_parent=row.parents > 0,
        )
        for row in rows
    ]
