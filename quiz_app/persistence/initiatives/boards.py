"""Entries in numbers, by unit; and whom to write to in units that owe some."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from quiz_app.domain.initiatives.boards import EntryCount
from quiz_app.domain.initiatives.states import EntryState
from quiz_app.persistence.columns import to_json
from quiz_app.persistence.session import Statement, Work

_COUNTS = Statement.from_sql(
    "SELECT unit_id, category, state, COUNT(*) AS number FROM entries WHERE round_id = :round_id "
    "GROUP BY unit_id, category, state"
)
_LEADS_SQL = (
    "SELECT role_grants.unit_id, accounts.id AS account_id, accounts.name FROM role_grants "
    "JOIN accounts ON accounts.id = role_grants.account_id WHERE role_grants.role = 'unit_lead' "
    "AND accounts.is_active AND role_grants.unit_id IN ({members}) ORDER BY accounts.name, accounts.id"
)
_LEADS = Statement.from_sqls(
    postgresql=_LEADS_SQL.format(
        members="SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:unit_ids AS json))"
    ),
    sqlite=_LEADS_SQL.format(members="SELECT value FROM json_each(:unit_ids)"),
)


@dataclass(frozen=True, slots=True)
class UnitLeadLine:
    """Somebody who leads a unit."""

    unit_id: int
    account_id: int
    name: str


def count_entries(work: Work, round_id: int) -> list[EntryCount]:
    """The entries of a round by unit, category and state; drafts too."""
    rows = work.list_all(_COUNTS, round_id=round_id)
    return [EntryCount(row.unit_id, row.category, EntryState(row.state), row.number) for row in rows]


def list_leads(work: Work, unit_ids: Collection[int]) -> list[UnitLeadLine]:
    """Those who lead these units, with open accounts."""
    rows = work.list_all(_LEADS, unit_ids=to_json(sorted(unit_ids)))
    return [UnitLeadLine(row.unit_id, row.account_id, row.name) for row in rows]
