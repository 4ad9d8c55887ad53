"""Who has which role, and statements that grant one or take one away."""

from __future__ import annotations

from quiz_app.domain.people import Role
from quiz_app.domain.roles import RoleHolder
from quiz_app.persistence.people.roles import make_grant
from quiz_app.persistence.session import Row, Statement, Work

_COLUMNS = """
  SELECT role_grants.id AS grant_id, account_id, login, accounts.name, role, role_grants.unit_id,
         units.name AS unit_name, is_active
  FROM role_grants JOIN accounts ON accounts.id = account_id LEFT JOIN units ON units.id = role_grants.unit_id
"""
# Participants are everyone: they are counted, and looked for among the people.
_HOLDERS = Statement.from_sql(
    f"{_COLUMNS} WHERE role <> 'participant' ORDER BY role, is_active DESC, accounts.name, grant_id LIMIT :most"
)
_HOLDER = Statement.from_sql(f"{_COLUMNS} WHERE role_grants.id = :grant_id")
_COUNTS = Statement.from_sql(
    "SELECT role, COUNT(*) AS number FROM role_grants JOIN accounts ON accounts.id = account_id WHERE is_active "
    "GROUP BY role"
)
_ACTIVE_BY_LOGIN_SQL = "SELECT id, name FROM accounts WHERE login = :login AND is_active"
_ACTIVE_BY_LOGIN = Statement.from_sql(_ACTIVE_BY_LOGIN_SQL)
_LOCK_ACTIVE_BY_LOGIN = Statement.from_sqls(
    postgresql=f"{_ACTIVE_BY_LOGIN_SQL} FOR NO KEY UPDATE", sqlite=_ACTIVE_BY_LOGIN_SQL
)
_ANY_BY_LOGIN = Statement.from_sql("SELECT id, is_active FROM accounts WHERE login = :login")
_ADD = Statement.from_sql(
    "INSERT INTO role_grants (id, account_id, role, unit_id) VALUES (:id, :account_id, :role, :unit_id) "
    "ON CONFLICT DO NOTHING"
)
_REMOVE = Statement.from_sql("DELETE FROM role_grants WHERE id = :grant_id")


def list_role_holders(work: Work, most: int) -> list[RoleHolder]:
    """Everyone with a role other than participant, by role and name."""
    return [_to_holder(row) for row in work.list_all(_HOLDERS, most=most)]


def find_role_holder(work: Work, grant_id: int) -> RoleHolder | None:
    """The grant with this id."""
    row = work.find_one(_HOLDER, grant_id=grant_id)
    return None if row is None else _to_holder(row)


def count_role_holders(work: Work) -> dict[Role, int]:
    """How many open accounts have each role."""
    return {Role(row.role): row.number for row in work.list_all(_COUNTS)}


def find_active_account(work: Work, login: str) -> tuple[int, str] | None:
    """Id and name of the open account with this login."""
    row = work.find_one(_ACTIVE_BY_LOGIN, login=login)
    return None if row is None else (row.id, row.name)


def lock_active_account(work: Work, login: str) -> tuple[int, str] | None:
    """The same, and the account is neither closed nor its password taken away before the transaction ends."""
    row = work.find_one(_LOCK_ACTIVE_BY_LOGIN, login=login)
    return None if row is None else (row.id, row.name)


def find_any_account(work: Work, login: str) -> tuple[int, bool] | None:
    """Id of the account with this login, and whether it is open."""
    row = work.find_one(_ANY_BY_LOGIN, login=login)
    return None if row is None else (row.id, bool(row.is_active))


def grant_role(work: Work, *, account_id: int, role: Role, unit_id: int | None) -> bool:
    """Grant the role; whether the person did not have it yet."""
    return work.run(_ADD, **make_grant(account_id=account_id, role=role, unit_id=unit_id)) == 1


def remove_grant(work: Work, grant_id: int) -> bool:
    """Take the role away; whether it was there."""
    return work.run(_REMOVE, grant_id=grant_id) == 1


def _to_holder(row: Row) -> RoleHolder:
    return RoleHolder(
        grant_id=row.grant_id,
        account_id=row.account_id,
        login=row.login,
        name=row.name,
        role=Role(row.role),
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        is_active=bool(row.is_active),
    )
