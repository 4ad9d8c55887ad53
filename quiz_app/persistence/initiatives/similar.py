"""Entries that are alike, as the comparison found them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.initiatives.states import EntryState
from quiz_app.persistence.columns import from_ms, to_ms
from quiz_app.persistence.session import Statement, Work

_DELETE = Statement.from_sql("DELETE FROM similar_entries WHERE entry_id = :entry_id OR other_id = :entry_id")
_PUT = Statement.from_sql(
    "INSERT INTO similar_entries (entry_id, other_id, share, found_at) VALUES (:entry_id, :other_id, :share, :now) "
    "ON CONFLICT (entry_id, other_id) DO UPDATE SET share = excluded.share, found_at = excluded.found_at"
)
_LIST = Statement.from_sql(
    "SELECT similar_entries.entry_id, similar_entries.share, entries.id, entries.number, entry_versions.title, "
    "entries.state, entries.unit_id, units.name AS unit_name, entries.department_id, entries.round_id, "
    "initiative_rounds.title AS round_title, entry_versions.submitted_at "
    "FROM similar_entries JOIN entries ON entries.id = CASE WHEN similar_entries.entry_id = :entry_id "
    "THEN similar_entries.other_id ELSE similar_entries.entry_id END "
    "JOIN entry_versions ON entry_versions.entry_id = entries.id AND entry_versions.number = entries.version "
    "JOIN units ON units.id = entries.unit_id JOIN initiative_rounds ON initiative_rounds.id = entries.round_id "
    "WHERE similar_entries.entry_id = :entry_id OR similar_entries.other_id = :entry_id "
    "ORDER BY similar_entries.share DESC, entries.id"
)


@dataclass(frozen=True, slots=True)
class SimilarLine:
    """An entry that is like the one asked about. ``share`` is of the later one's text, in hundredths of a percent;
    ``is_later`` says whether this other one is the later.
    """

    id: int
    number: int
    title: str
    state: EntryState
    unit_id: int
    unit_name: str
    department_id: int | None
    round_id: int
    round_title: str
    submitted_at: datetime
    share: int
    is_later: bool


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """Two entries that are alike: the later one (``entry_id``), the earlier one, and the later's share. ``versions``
    are those whose texts were compared, by entry.
    """

    entry_id: int
    other_id: int
    share: int
    versions: Mapping[int, int]


def forget_similar(work: Work, entry_id: int) -> None:
    """Drop what was found for this entry: its text is another now."""
    work.run(_DELETE, entry_id=entry_id)


def add_similar(work: Work, pairs: Sequence[SimilarPair], now: datetime) -> None:
    """Keep pairs that were found. In one order everywhere: two comparisons that find the same pairs do not hold each
    other up for ever.
    """
    work.run_many(
        _PUT,
        [
            {"entry_id": pair.entry_id, "other_id": pair.other_id, "share": pair.share, "now": to_ms(now)}
            for pair in sorted(pairs, key=lambda pair: (pair.entry_id, pair.other_id))
        ],
    )


def list_similar(work: Work, entry_id: int) -> list[SimilarLine]:
    """What is like the entry, earlier and later ones, the likest first."""
    return [
        SimilarLine(
            id=row.id,
            number=row.number,
            title=row.title,
            state=EntryState(row.state),
            unit_id=row.unit_id,
            unit_name=row.unit_name,
            department_id=row.department_id,
            round_id=row.round_id,
            round_title=row.round_title,
            submitted_at=from_ms(row.submitted_at),
            share=row.share,
            is_later=row.entry_id == row.id,
        )
        for row in work.list_all(_LIST, entry_id=entry_id)
    ]
