"""Rounds of the initiative part, and late doors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from cattrs import Converter
from sqlalchemy import insert

from quiz_app.domain.initiatives.rounds import InitiativeRound, InitiativeSettings, LateDoor
from quiz_app.persistence.columns import find_from_ms, from_json, from_ms, to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.initiatives.tables import DbInitiativeRound, DbLateDoor
from quiz_app.persistence.session import Row, Statement, Work

_converter = Converter()
_converter.register_unstructure_hook(Enum, lambda word: word.value)

_COLUMNS = (
    "SELECT initiative_rounds.id, initiative_rounds.contest_id, initiative_rounds.code, initiative_rounds.title, "
    "initiative_rounds.opens_at, initiative_rounds.unit_closes_at, initiative_rounds.closes_at, "
    "initiative_rounds.judging_closes_at, initiative_rounds.settings, initiative_rounds.version, "
    "initiative_rounds.published_at, initiative_rounds.judging_locked_at, "
    "initiative_rounds.presentation_locked_at, contests.time_zone "
    "FROM initiative_rounds JOIN contests ON contests.id = initiative_rounds.contest_id"
)
_ADD = Statement(insert(DbInitiativeRound.__table__))
_GET = Statement.from_sql(f"{_COLUMNS} WHERE initiative_rounds.id = :round_id")
_LIST = Statement.from_sql(f"{_COLUMNS} ORDER BY contests.created_at DESC, initiative_rounds.position")
_LOCK = Statement.from_sqls(
    postgresql=f"{_COLUMNS} WHERE initiative_rounds.id = :round_id FOR UPDATE OF initiative_rounds",
    sqlite=f"{_COLUMNS} WHERE initiative_rounds.id = :round_id",
)
_NEXT_NUMBER = Statement.from_sql(
    "UPDATE initiative_rounds SET entry_count = entry_count + 1 WHERE id = :round_id RETURNING entry_count"
)
_SET_MOMENTS = Statement.from_sql(
    "UPDATE initiative_rounds SET published_at = :published_at, judging_locked_at = :judging_locked_at, "
    "version = version + 1 WHERE id = :round_id"
)
_LOCK_PRESENTATION = Statement.from_sql(
    "UPDATE initiative_rounds SET presentation_locked_at = :locked_at, version = version + 1 WHERE id = :round_id"
)
_ADD_DOOR = Statement(insert(DbLateDoor.__table__))
_DOORS = Statement.from_sql(
    "SELECT entry_late_doors.id, entry_late_doors.unit_id, entry_late_doors.until, entry_late_doors.reason, "
    "entry_late_doors.made_at, units.name AS unit_name, accounts.name AS made_by FROM entry_late_doors "
    "JOIN units ON units.id = entry_late_doors.unit_id JOIN accounts ON accounts.id = entry_late_doors.made_by_id "
    "WHERE entry_late_doors.round_id = :round_id ORDER BY entry_late_doors.id DESC"
)


@dataclass(frozen=True, slots=True)
class LateDoorLine:
    """A late door in the list."""

    door: LateDoor
    unit_name: str


def add_round(work: Work, round_: InitiativeRound, *, contest_id: int, position: int) -> int:
    """Store a round; its id."""
    round_id = make_id()
    work.run(
        _ADD,
        id=round_id,
        contest_id=contest_id,
        code=round_.code,
        title=round_.title,
        position=position,
        opens_at=to_ms(round_.opens_at),
        unit_closes_at=None if round_.unit_closes_at is None else to_ms(round_.unit_closes_at),
        closes_at=to_ms(round_.closes_at),
        judging_closes_at=None if round_.judging_closes_at is None else to_ms(round_.judging_closes_at),
        settings=to_json(_converter.unstructure(round_.settings)),
        version=1,
        entry_count=0,
        published_at=None,
        judging_locked_at=None,
        presentation_locked_at=None,
    )
    return round_id


def find_round(work: Work, round_id: int) -> InitiativeRound | None:
    """The round, or None."""
    row = work.find_one(_GET, round_id=round_id)
    return None if row is None else _to_round(row)


def lock_round(work: Work, round_id: int) -> InitiativeRound | None:
    """The round, held until the end of the transaction, or None."""
    row = work.find_one(_LOCK, round_id=round_id)
    return None if row is None else _to_round(row)


def list_rounds(work: Work) -> list[InitiativeRound]:
    """All rounds, those of the newest contest first."""
    return [_to_round(row) for row in work.list_all(_LIST)]


def take_number(work: Work, round_id: int) -> int:
    """The next number of an entry; gaps cannot arise, since it is kept or lost with the hand-in."""
    row = work.find_one(_NEXT_NUMBER, round_id=round_id)
    if row is None:
        raise LookupError(round_id)
    return int(row.entry_count)


def set_moments(
    work: Work, round_id: int, *, published_at: datetime | None, judging_locked_at: datetime | None
) -> None:
    """When the results were published, and the marks of round 1 closed."""
    work.run(
        _SET_MOMENTS,
        round_id=round_id,
        published_at=None if published_at is None else to_ms(published_at),
        judging_locked_at=None if judging_locked_at is None else to_ms(judging_locked_at),
    )


def set_presentation_lock(work: Work, round_id: int, locked_at: datetime | None) -> None:
    """When the marks of round 2 were closed; None opens them again."""
    work.run(_LOCK_PRESENTATION, round_id=round_id, locked_at=None if locked_at is None else to_ms(locked_at))


def add_late_door(
    work: Work, *, round_id: int, unit_id: int, until: datetime, reason: str, made_by_id: int, now: datetime
) -> None:
    """Let a unit, and the units below it, hand in until then."""
    work.run(
        _ADD_DOOR,
        id=make_id(),
        round_id=round_id,
        unit_id=unit_id,
        until=to_ms(until),
        reason=reason,
        made_by_id=made_by_id,
        made_at=to_ms(now),
    )


def list_late_doors(work: Work, round_id: int) -> list[LateDoorLine]:
    """Late doors of a round, the newest first."""
    return [
        LateDoorLine(
            LateDoor(row.unit_id, from_ms(row.until), row.reason, row.made_by, from_ms(row.made_at)), row.unit_name
        )
        for row in work.list_all(_DOORS, round_id=round_id)
    ]


_settings: dict[str, InitiativeSettings] = {}
"""Parsed settings by their text: they are read with every page and hardly ever change."""


def read_settings(text: Any) -> InitiativeSettings:
    """The settings of a round from its column."""
    known = _settings.get(text)
    if known is None:
        if len(_settings) > 64:
            _settings.clear()
        known = _settings[text] = _converter.structure(from_json(text), InitiativeSettings)
    return known


def _to_round(row: Row) -> InitiativeRound:
    return InitiativeRound(
        id=row.id,
        contest_id=row.contest_id,
        code=row.code,
        title=row.title,
        opens_at=from_ms(row.opens_at),
        unit_closes_at=find_from_ms(row.unit_closes_at),
        closes_at=from_ms(row.closes_at),
        judging_closes_at=find_from_ms(row.judging_closes_at),
        zone=ZoneInfo(row.time_zone),
        settings=read_settings(row.settings),
        version=row.version,
        published_at=find_from_ms(row.published_at),
        judging_locked_at=find_from_ms(row.judging_locked_at),
        presentation_locked_at=find_from_ms(row.presentation_locked_at),
    )
