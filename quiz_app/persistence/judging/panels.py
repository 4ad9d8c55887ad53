"""Panels, their members, and the people who may be members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert

from quiz_app.persistence.ids import make_id
from quiz_app.persistence.judging.tables import DbPanel, DbPanelMember
from quiz_app.persistence.session import Statement, Work

_ADD = Statement(insert(DbPanel.__table__))
_ADD_MEMBER = Statement(insert(DbPanelMember.__table__))
_SET = Statement.from_sql(
    "UPDATE panels SET name = :name, category = :category, head_id = :head_id WHERE id = :panel_id"
)
_CLEAR = Statement.from_sql("DELETE FROM panel_members WHERE panel_id = :panel_id")
_DELETE = Statement.from_sql(
    "DELETE FROM panels WHERE id = :panel_id AND NOT EXISTS (SELECT 1 FROM judgements WHERE panel_id = :panel_id)"
)
_LIST = Statement.from_sql(
    "SELECT id, round_id, name, stage, category, head_id FROM panels WHERE round_id = :round_id "
    "ORDER BY stage, name, id"
)
_FIND = Statement.from_sql("SELECT id, round_id, name, stage, category, head_id FROM panels WHERE id = :panel_id")
_MEMBERS = Statement.from_sql(
    "SELECT panel_members.panel_id, accounts.id, accounts.login, accounts.name, accounts.unit_id, "
    "units.name AS unit_name, accounts.is_active, EXISTS (SELECT 1 FROM role_grants "
    "WHERE role_grants.account_id = accounts.id AND role_grants.role = 'judge') AS is_judge "
    "FROM panel_members JOIN panels ON panels.id = panel_members.panel_id "
    "JOIN accounts ON accounts.id = panel_members.judge_id LEFT JOIN units ON units.id = accounts.unit_id "
    "WHERE panels.round_id = :round_id ORDER BY accounts.name_key, accounts.id"
)
_JUDGES = Statement.from_sql(
    "SELECT accounts.id, accounts.login, accounts.name, accounts.unit_id, units.name AS unit_name FROM accounts "
    "LEFT JOIN units ON units.id = accounts.unit_id WHERE accounts.is_active AND EXISTS (SELECT 1 FROM role_grants "
    "WHERE role_grants.account_id = accounts.id AND role_grants.role = 'judge') ORDER BY accounts.name_key, accounts.id"
)
_FORMER = Statement.from_sql(
    "SELECT DISTINCT accounts.id, accounts.login, accounts.name, accounts.unit_id, units.name AS unit_name, "
    "accounts.name_key FROM judgements JOIN accounts ON accounts.id = judgements.judge_id "
    "LEFT JOIN units ON units.id = accounts.unit_id JOIN entries ON entries.id = judgements.entry_id "
    "WHERE entries.round_id = :round_id ORDER BY accounts.name_key, accounts.id"
)
_ROUNDS_OF = Statement.from_sql(
    "SELECT DISTINCT panels.round_id FROM panels JOIN panel_members ON panel_members.panel_id = panels.id "
    "WHERE panel_members.judge_id = :judge_id ORDER BY panels.round_id DESC"
)


@dataclass(frozen=True, slots=True)
class Judge:
    """Somebody who may judge: an open account with the role."""

    id: int
    login: str
    name: str
    unit_id: int | None
    unit_name: str | None
    is_able: bool = True
    """Whether the account is open and has the role still."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Judges who work together; ``category`` is "" for all categories."""

    id: int
    round_id: int
    name: str
    stage: int
    category: str
    head_id: int | None
    members: tuple[Judge, ...]


def add_panel(work: Work, *, round_id: int, name: str, stage: int, category: str) -> int:
    """Make a panel without members; its id. Raises ``UniqueViolation`` where the stage has one of this name."""
    panel_id = make_id()
    work.run(_ADD, id=panel_id, round_id=round_id, name=name, stage=stage, category=category, head_id=None)
    return panel_id


def set_panel(
    work: Work, *, panel_id: int, name: str, category: str, head_id: int | None, member_ids: Sequence[int]
) -> None:
    """Name, category, head and members. Raises ``UniqueViolation`` where the name is taken."""
    work.run(_SET, panel_id=panel_id, name=name, category=category, head_id=head_id)
    work.run(_CLEAR, panel_id=panel_id)
    work.run_many(_ADD_MEMBER, [{"panel_id": panel_id, "judge_id": judge_id} for judge_id in member_ids])


def delete_panel(work: Work, panel_id: int) -> bool:
    """Remove a panel that has judged nothing; whether it was removed."""
    work.run(_CLEAR, panel_id=panel_id)
    return work.run(_DELETE, panel_id=panel_id) > 0


def find_panel_round(work: Work, panel_id: int) -> int | None:
    """The id of the round that the panel belongs to."""
    row = work.find_one(_FIND, panel_id=panel_id)
    return None if row is None else int(row.round_id)


def list_panels(work: Work, round_id: int) -> list[Panel]:
    """Panels of a round with their members, by stage and name."""
    members: dict[int, list[Judge]] = {}
    for row in work.list_all(_MEMBERS, round_id=round_id):
        is_able = bool(row.is_active) and bool(row.is_judge)
        judge = Judge(row.id, row.login, row.name, row.unit_id, row.unit_name, is_able)
        members.setdefault(row.panel_id, []).append(judge)
    return [
        Panel(row.id, row.round_id, row.name, row.stage, row.category, row.head_id, tuple(members.get(row.id, ())))
        for row in work.list_all(_LIST, round_id=round_id)
    ]


def list_judges(work: Work) -> list[Judge]:
    """Everybody with an open account and the role, by name."""
    return [Judge(row.id, row.login, row.name, row.unit_id, row.unit_name) for row in work.list_all(_JUDGES)]


def list_judges_with_sheets(work: Work, round_id: int) -> list[Judge]:
    """Everybody who was ever given an entry of the round, whatever became of the account or the role; by name."""
    return [
        Judge(row.id, row.login, row.name, row.unit_id, row.unit_name)
        for row in work.list_all(_FORMER, round_id=round_id)
    ]


def list_rounds_of(work: Work, judge_id: int) -> list[int]:
    """Ids of the rounds in which this judge sits on a panel, the newest first."""
    return [row.round_id for row in work.list_all(_ROUNDS_OF, judge_id=judge_id)]
