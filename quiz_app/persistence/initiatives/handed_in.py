"""Entries that were handed in, as those list them who check them. What a unit is writing at is not read here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.initiatives.states import EntryState
from quiz_app.persistence.columns import from_ms, to_json
from quiz_app.persistence.session import Statement, Work

_LETTERS = "abcdef"
"""One for each word of a query; ``split_query`` gives at most six."""
ALL = 2**31 - 1
_MEMBERS = {
    "postgresql": "SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:department_ids AS json))",
    "sqlite": "SELECT value FROM json_each(:department_ids)",
}
_SCOPE = (
    "entries.round_id = :round_id AND entries.version > 0 AND (:is_whole = 1 OR entries.department_id IN ({members}))"
)
_WORDS = " ".join(f"AND entries.search_text LIKE :word_{letter}" for letter in _LETTERS)
_LINES_SQL = (
    "SELECT entries.id, entries.number, entry_versions.title, entry_versions.category, "  # noqa: S608 - constants
    "entries.state, "
    "entries.unit_id, units.name AS unit_name, departments.name AS department_name, entries.version, "
    "entry_versions.submitted_at, entries.is_late, accounts.name AS created_by_name, "
    "(SELECT MAX(similar_entries.share) FROM similar_entries WHERE similar_entries.entry_id = entries.id) AS share "
    "FROM entries JOIN entry_versions ON entry_versions.entry_id = entries.id "
    "AND entry_versions.number = entries.version "
    "JOIN units ON units.id = entries.unit_id JOIN accounts ON accounts.id = entries.created_by_id "
    "LEFT JOIN units departments ON departments.id = entries.department_id "
    f"WHERE {_SCOPE} AND entries.number > :after AND (:state = '' OR entries.state = :state) "
    "AND (:category = '' OR entry_versions.category = :category) "
    "AND (:unit_id = 0 OR entries.unit_id = :unit_id) "
    "AND (:least_share = 0 OR EXISTS (SELECT 1 FROM similar_entries WHERE similar_entries.entry_id = entries.id "
    "AND similar_entries.share >= :least_share)) "
    f"{_WORDS} ORDER BY entries.number LIMIT :most"
)
_LINES = Statement.from_sqls(**{name: _LINES_SQL.format(members=members) for name, members in _MEMBERS.items()})
_COUNTS_SQL = f"SELECT entries.state, COUNT(*) AS number FROM entries WHERE {_SCOPE} GROUP BY entries.state"  # noqa: S608
_COUNTS = Statement.from_sqls(**{name: _COUNTS_SQL.format(members=members) for name, members in _MEMBERS.items()})
# One probe of an index for each unit, and no more units than there is room for.
_UNITS_SQL = (
    "SELECT units.id, units.name FROM units WHERE EXISTS (SELECT 1 FROM entries "  # noqa: S608 - constants
    f"WHERE entries.unit_id = units.id AND {_SCOPE}) LIMIT :most"
)
_UNITS = Statement.from_sqls(**{name: _UNITS_SQL.format(members=members) for name, members in _MEMBERS.items()})
_ROUNDS_SQL = (
    "SELECT DISTINCT entries.round_id FROM entries WHERE entries.version > 0 AND entries.department_id IN ({members})"
)
_ROUNDS = Statement.from_sqls(**{name: _ROUNDS_SQL.format(members=members) for name, members in _MEMBERS.items()})

_REASONS_SQL = (
    "SELECT entry_steps.entry_id, entry_steps.reason FROM entry_steps "  # noqa: S608 - constants
    "JOIN entries ON entries.id = entry_steps.entry_id "
    f"WHERE {_SCOPE} AND entry_steps.step IN ('return', 'send_back', 'decline') ORDER BY entry_steps.id"
)
_REASONS = Statement.from_sqls(**{name: _REASONS_SQL.format(members=members) for name, members in _MEMBERS.items()})
_BY_ROUND = Statement.from_sql(
    "SELECT round_id, state, COUNT(*) AS number FROM entries WHERE version > 0 GROUP BY round_id, state"
)


@dataclass(frozen=True, slots=True)
class HandedInLine:
    """An entry as it was handed in last. ``share`` is that of its likest earlier entry, in hundredths of a percent;
    None where none was found.
    """

    id: int
    number: int
    title: str
    category: str
    state: EntryState
    unit_id: int
    unit_name: str
    department_name: str | None
    version: int
    submitted_at: datetime
    is_late: bool
    created_by_name: str
    share: int | None


@dataclass(frozen=True, slots=True)
class HandedInFilter:
    """What is looked for; empty is any. ``words`` are folded; ``after`` is the number after which the page begins."""

    words: Sequence[str] = ()
    state: EntryState | None = None
    category: str = ""
    unit_id: int | None = None
    least_share: int = 0
    after: int = 0


def list_handed_in(
    work: Work,
    *,
    round_id: int,
    department_ids: Collection[int] | None,
    wanted: HandedInFilter,
    most: int = ALL,
) -> list[HandedInLine]:
    """Entries of the round in the order of their numbers; of these departments, or (None) of all units."""
    words = [f"% {word}%" for word in wanted.words] + ["%"] * len(_LETTERS)
    rows = work.list_all(
        _LINES,
        **_write_scope(round_id, department_ids),
        **{f"word_{letter}": word for letter, word in zip(_LETTERS, words, strict=False)},
        after=wanted.after,
        state="" if wanted.state is None else str(wanted.state),
        category=wanted.category,
        unit_id=wanted.unit_id or 0,
        least_share=wanted.least_share,
        most=most,
    )
    return [
        HandedInLine(
            id=row.id,
            number=row.number,
            title=row.title,
            category=row.category,
            state=EntryState(row.state),
            unit_id=row.unit_id,
            unit_name=row.unit_name,
            department_name=row.department_name,
            version=row.version,
            submitted_at=from_ms(row.submitted_at),
            is_late=bool(row.is_late),
            created_by_name=row.created_by_name,
            share=row.share,
        )
        for row in rows
    ]


def count_handed_in(work: Work, *, round_id: int, department_ids: Collection[int] | None) -> dict[EntryState, int]:
    """How many entries stand in each state."""
    rows = work.list_all(_COUNTS, **_write_scope(round_id, department_ids))
    return {EntryState(row.state): row.number for row in rows}


def list_units(
    work: Work, *, round_id: int, department_ids: Collection[int] | None, most: int
) -> list[tuple[int, str]]:
    """Units that have handed something in, in no order; at most so many."""
    rows = work.list_all(_UNITS, **_write_scope(round_id, department_ids), most=most)
    return [(row.id, row.name) for row in rows]


def map_reasons(work: Work, *, round_id: int, department_ids: Collection[int] | None) -> dict[int, str]:
    """The reason of the last return or refusal by the department, for each entry that met one."""
    return {row.entry_id: row.reason for row in work.list_all(_REASONS, **_write_scope(round_id, department_ids))}


def count_by_round(work: Work) -> dict[int, dict[EntryState, int]]:
    """How many entries of each round stand in each state."""
    counts: dict[int, dict[EntryState, int]] = {}
    for row in work.list_all(_BY_ROUND):
        counts.setdefault(row.round_id, {})[EntryState(row.state)] = row.number
    return counts


def list_round_ids(work: Work, department_ids: Collection[int]) -> set[int]:
    """Rounds in which anything was handed in to these departments."""
    return {row.round_id for row in work.list_all(_ROUNDS, department_ids=to_json(sorted(department_ids)))}


def _write_scope(round_id: int, department_ids: Collection[int] | None) -> dict[str, object]:
    return {
        "round_id": round_id,
        "is_whole": int(department_ids is None),
        "department_ids": to_json(sorted(department_ids or ())),
    }
