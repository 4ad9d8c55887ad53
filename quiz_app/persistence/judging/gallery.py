"""Entries that the organisers released for everybody to read."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quiz_app.domain.initiatives.forms import Values
from quiz_app.persistence.columns import from_json
from quiz_app.persistence.initiatives.tables import IN_CONTEST
from quiz_app.persistence.session import Row, Statement, Work

_COLUMNS = (
    "SELECT entries.id, entries.round_id, entries.number, entries.category, entries.is_public, entries.unit_id, "
    "units.name AS unit_name, entry_versions.title, entry_versions.content FROM entries "
    "JOIN units ON units.id = entries.unit_id "
    "JOIN entry_versions ON entry_versions.entry_id = entries.id AND entry_versions.number = entries.version "
    f"WHERE entries.state IN {IN_CONTEST} "
)
_LIST = Statement.from_sql(f"{_COLUMNS} AND entries.round_id = :round_id ORDER BY entries.number")
_LIST_PUBLIC = Statement.from_sql(
    f"{_COLUMNS} AND entries.round_id = :round_id AND entries.is_public ORDER BY entries.category, entries.number"
)
_FIND = Statement.from_sql(f"{_COLUMNS} AND entries.id = :entry_id AND entries.is_public")
_HAS = Statement.from_sql("SELECT 1 AS found FROM entries WHERE round_id = :round_id AND is_public LIMIT 1")
_SET = Statement.from_sql("UPDATE entries SET is_public = :is_public WHERE id = :entry_id AND round_id = :round_id")


@dataclass(frozen=True, slots=True)
class GalleryLine:
    """An entry with the texts that were handed in last."""

    id: int
    round_id: int
    number: int
    category: str
    is_public: bool
    unit_name: str
    title: str
    values: Values


def list_entries(work: Work, round_id: int, *, only_public: bool) -> list[GalleryLine]:
    """The judged entries of a round, all or those that are released."""
    return [_to_line(row) for row in work.list_all(_LIST_PUBLIC if only_public else _LIST, round_id=round_id)]


def find_public(work: Work, entry_id: int) -> GalleryLine | None:
    """A released entry, or None."""
    row = work.find_one(_FIND, entry_id=entry_id)
    return None if row is None else _to_line(row)


def has_public(work: Work, round_id: int) -> bool:
    """Whether an entry of the round is released."""
    return work.find_one(_HAS, round_id=round_id) is not None


def set_public(work: Work, round_id: int, entry_ids: Iterable[int], *, is_public: bool) -> None:
    """Release entries, or take their release back."""
    work.run_many(_SET, [{"entry_id": each, "round_id": round_id, "is_public": is_public} for each in entry_ids])


def _to_line(row: Row) -> GalleryLine:
    return GalleryLine(
        row.id, row.round_id, row.number, row.category, bool(row.is_public), row.unit_name, row.title,
        from_json(row.content),
    )  # fmt: skip
