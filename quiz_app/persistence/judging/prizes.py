"""Prizes: proposed, changed, decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from quiz_app.domain.initiatives.forms import Values
from quiz_app.domain.judging.prizes import ProposedPrize
from quiz_app.persistence.columns import find_from_ms, from_json, from_ms, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.judging.tables import DbPrizeGiven
from quiz_app.persistence.session import Row, Statement, Work

_ADD = Statement(insert(DbPrizeGiven.__table__))
_SELECT = (
    "SELECT prizes_given.id, prizes_given.round_id, prizes_given.prize, prizes_given.category, prizes_given.position, "
    "prizes_given.entry_id, prizes_given.unit_id, prizes_given.is_proposed, prizes_given.reason, prizes_given.code, "
    "prizes_given.made_at, prizes_given.decided_at, makers.name AS made_by, entries.number, entries.category AS "
    "entry_category, entries.unit_id AS entry_unit_id, entry_versions.title, entry_versions.content, "
    "creators.name AS created_by, units.name AS unit_name FROM prizes_given "
    "JOIN accounts makers ON makers.id = prizes_given.made_by_id "
    "LEFT JOIN entries ON entries.id = prizes_given.entry_id "
    "LEFT JOIN entry_versions ON entry_versions.entry_id = entries.id AND entry_versions.number = entries.version "
    "LEFT JOIN accounts creators ON creators.id = entries.created_by_id "
    "LEFT JOIN units ON units.id = COALESCE(prizes_given.unit_id, entries.unit_id) "
)
_ORDER = " ORDER BY prizes_given.category, prizes_given.position, prizes_given.id"
_LIST = Statement.from_sql(f"{_SELECT} WHERE prizes_given.round_id = :round_id{_ORDER}")
_OF_ENTRY = Statement.from_sql(f"{_SELECT} WHERE prizes_given.entry_id = :entry_id{_ORDER}")
_BY_CODE = Statement.from_sql(f"{_SELECT} WHERE prizes_given.code = :code")
_BY_ID = Statement.from_sql(f"{_SELECT} WHERE prizes_given.id = :prize_id")
_CLEAR = Statement.from_sql("DELETE FROM prizes_given WHERE round_id = :round_id AND decided_at IS NULL")
_DELETE = Statement.from_sql(
    "DELETE FROM prizes_given WHERE id = :prize_id AND round_id = :round_id AND decided_at IS NULL"
)
_DECIDE = Statement.from_sql(
    "UPDATE prizes_given SET code = :code, decided_at = :now WHERE id = :prize_id AND decided_at IS NULL"
)
_UNDO = Statement.from_sql("UPDATE prizes_given SET code = NULL, decided_at = NULL WHERE round_id = :round_id")
_ARE_DECIDED = Statement.from_sql(
    "SELECT 1 AS found FROM prizes_given WHERE round_id = :round_id AND decided_at IS NOT NULL LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class PrizeLine:
    """A prize of a round. What concerns an entry is None for a unit's prize; ``unit_name`` is the unit, or that of
    the entry.
    """

    id: int
    round_id: int
    prize: str
    category: str
    position: int
    entry_id: int | None
    unit_id: int | None
    is_proposed: bool
    reason: str
    code: str | None
    made_by: str
    made_at: datetime
    decided_at: datetime | None
    number: int | None
    entry_category: str | None
    entry_unit_id: int | None
    title: str | None
    values: Values
    created_by: str | None
    unit_name: str


def add_prizes(
    work: Work,
    prizes: Iterable[ProposedPrize],
    *,
    round_id: int,
    is_proposed: bool,
    reason: str,
    made_by_id: int,
    now: datetime,
) -> None:
    """Note prizes, undecided. Raises ``UniqueViolation`` where the entry has this prize, or the position is taken."""
    for each in prizes:
        work.run(
            _ADD,
            id=make_id(),
            round_id=round_id,
            prize=each.prize,
            category=each.category,
            entry_id=each.entry_id,
            unit_id=each.unit_id,
            position=each.position,
            is_proposed=is_proposed,
            reason=reason,
            code=None,
            made_by_id=made_by_id,
            made_at=to_ms(now),
            decided_at=None,
        )


def list_prizes(work: Work, round_id: int) -> list[PrizeLine]:
    """All prizes of a round, by category and position."""
    return [_to_line(row) for row in work.list_all(_LIST, round_id=round_id)]


def list_prizes_of_entry(work: Work, entry_id: int) -> list[PrizeLine]:
    """The prizes of an entry."""
    return [_to_line(row) for row in work.list_all(_OF_ENTRY, entry_id=entry_id)]


def find_prize(work: Work, prize_id: int) -> PrizeLine | None:
    """The prize, or None."""
    row = work.find_one(_BY_ID, prize_id=prize_id)
    return None if row is None else _to_line(row)


def find_by_code(work: Work, code: str) -> PrizeLine | None:
    """The prize whose certificate has this code, or None."""
    row = work.find_one(_BY_CODE, code=code)
    return None if row is None else _to_line(row)


def clear_undecided(work: Work, round_id: int) -> int:
    """Remove all prizes of a round that are not decided; how many."""
    return work.run(_CLEAR, round_id=round_id)


def delete_undecided(work: Work, *, round_id: int, prize_id: int) -> bool:
    """Remove one prize; whether it was there and undecided."""
    return work.run(_DELETE, round_id=round_id, prize_id=prize_id) > 0


def decide_prize(work: Work, prize_id: int, *, code: str, now: datetime) -> None:
    """Decide a prize, under the code of its certificate."""
    work.run(_DECIDE, prize_id=prize_id, code=code, now=to_ms(now))


def undo_decision(work: Work, round_id: int) -> int:
    """Make all prizes of a round undecided; their codes are gone. How many there are."""
    return work.run(_UNDO, round_id=round_id)


def are_decided(work: Work, round_id: int) -> bool:
    """Whether a prize of the round is decided (all are at once)."""
    return work.find_one(_ARE_DECIDED, round_id=round_id) is not None


def _to_line(row: Row) -> PrizeLine:
    return PrizeLine(
        id=row.id,
        round_id=row.round_id,
        prize=row.prize,
        category=row.category,
        position=row.position,
        entry_id=row.entry_id,
        unit_id=row.unit_id,
        is_proposed=bool(row.is_proposed),
        reason=row.reason,
        code=row.code,
        made_by=row.made_by,
        made_at=from_ms(row.made_at),
        decided_at=find_from_ms(row.decided_at),
        number=row.number,
        entry_category=row.entry_category,
        entry_unit_id=row.entry_unit_id,
        title=row.title,
        values={} if row.content is None else from_json(row.content),
        created_by=row.created_by,
        unit_name=row.unit_name,
    )
