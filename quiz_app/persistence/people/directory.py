"""The people as lists show them: searched without accents, filtered, in pages; and one of them with all that is known.

A page begins after the last line of the one before it (its name key and id), so that the hundredth costs what the
first costs. A statement is made once for each combination of filters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from quiz_app.domain.accounts import AccountEdit
from quiz_app.domain.directory import AccountState, DirectoryFilter, PeopleScope, PersonLine, PersonRecord
from quiz_app.domain.names import fold_text, make_name_key, make_search_text
from quiz_app.domain.people import Role
from quiz_app.domain.staff_lists.units import UnitName
from quiz_app.persistence.columns import find_from_ms, from_ms
from quiz_app.persistence.session import Row, Statement, Work

# As domain.units.UnitTree.list_subtree_ids: sub-units of sub-units, and what was merged into one of them. UNION,
# so that a ring of units (which the rules forbid) would end too.
_SUBTREE = (
    "(WITH RECURSIVE scope (id) AS ({roots} UNION "
    "SELECT units.id FROM units JOIN scope ON units.parent_id = scope.id OR units.successor_id = scope.id) "
    "SELECT id FROM scope)"
)
LED_UNITS = _SUBTREE.format(roots="SELECT unit_id FROM role_grants WHERE account_id = :lead_id AND role = 'unit_lead'")
"""The units that the person ``lead_id`` leads, and all below them."""
SUBTREE_OF_CHOSEN = _SUBTREE.format(roots="SELECT id FROM units WHERE id = :unit_id")
"""The unit ``unit_id`` and all below it."""
_STATES = {
    AccountState.ACTIVE: "accounts.is_active",
    AccountState.CLOSED: "NOT accounts.is_active",
    AccountState.NO_PASSWORD: "accounts.is_active AND accounts.password_hash = ''",
    AccountState.NEVER_SIGNED_IN: "accounts.is_active AND accounts.last_signed_in_at IS NULL",
}
_ROLES = (
    "(SELECT {aggregate}(role || ':' || COALESCE(CAST(role_grants.unit_id AS text), ''), ',') "
    "FROM role_grants WHERE account_id = accounts.id) AS roles"
)
_LINE = (
    "SELECT accounts.id, accounts.login, accounts.name, accounts.job_title, accounts.unit_id, accounts.name_key, "
    "units.name AS unit_name, accounts.is_active, accounts.password_hash <> '' AS has_password, "
    "codes.expires_at AS code_expires_at, accounts.last_signed_in_at, {roles} "
    "FROM accounts LEFT JOIN units ON units.id = accounts.unit_id "
    "LEFT JOIN activation_codes codes ON codes.account_id = accounts.id"
)
_RECORD = _LINE.replace(
    "SELECT accounts.id,",
    "SELECT accounts.birth, accounts.phone, accounts.email, accounts.citizen_tail, accounts.created_at, accounts.id,",
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which conditions a statement has."""

    words: int
    has_unit: bool
    state: AccountState | None
    has_role: bool
    is_led: bool


def list_people(
    work: Work, scope: PeopleScope, chosen: DirectoryFilter, *, after: tuple[str, int] | None, most: int
) -> list[tuple[PersonLine, tuple[str, int]]]:
    """The people of a page, in the order of given names, each with the place that the next page may begin after."""
    values = _make_values(scope, chosen) | {"most": most}
    if after is not None:
        values |= {"after_key": after[0], "after_id": after[1]}
    rows = work.list_all(_make_list(_make_shape(scope, chosen), after is not None), **values)
    return [(_to_line(row), (row.name_key, row.id)) for row in rows]


def count_people(work: Work, scope: PeopleScope, chosen: DirectoryFilter) -> int:
    """How many people the filter leaves."""
    row = work.find_one(_make_count(_make_shape(scope, chosen)), **_make_values(scope, chosen))
    return 0 if row is None else int(row.number)


def find_record(work: Work, scope: PeopleScope, account_id: int, *, locks: bool = False) -> PersonRecord | None:
    """All that is known of a person within the scope, open or closed; ``locks`` keeps others from changing it."""
    if locks:
        # In a statement of its own: one that had to wait would see the account anew, and its roles as they were before.
        work.find_one(_LOCK, account_id=account_id)
    values: dict[str, Any] = {"account_id": account_id}
    if scope.lead_id is not None:
        values["lead_id"] = scope.lead_id
    row = work.find_one(_make_record(scope.lead_id is not None), **values)
    return None if row is None else _to_record(row)


def list_without_password(work: Work, scope: PeopleScope, unit_id: int, *, most: int) -> list[PersonLine]:
    """Active people of a unit and its sub-units, within the scope, who have no password: by unit, then by name."""
    chosen = DirectoryFilter(unit_id=unit_id, state=AccountState.NO_PASSWORD)
    statement = _make_slip_list(_make_shape(scope, chosen))
    lines = [_to_line(row) for row in work.list_all(statement, **_make_values(scope, chosen), most=most)]
    return sorted(lines, key=lambda line: (fold_text(line.unit_name or ""), line.unit_id or 0))


def list_units_in_scope(work: Work, scope: PeopleScope) -> list[UnitName]:
    """The units of the scope by name, closed ones too."""
    values = {} if scope.lead_id is None else {"lead_id": scope.lead_id}
    units = [
        UnitName(row.id, row.code, row.name, row.closed_at is not None)
        for row in work.list_all(_make_units(scope.lead_id is not None), **values)
    ]
    # Here and not by the database, whose order of accented letters is a matter of its installation.
    return sorted(units, key=lambda unit: (fold_text(unit.name), unit.code))


_LOCK_SQL = "SELECT id FROM accounts WHERE id = :account_id"
# No key changes: rows that name the account can be added, so that two who manage each other's accounts do not meet.
_LOCK = Statement.from_sqls(postgresql=f"{_LOCK_SQL} FOR NO KEY UPDATE", sqlite=_LOCK_SQL)
_EDIT = Statement.from_sql(
    "UPDATE accounts SET name = :name, job_title = :job_title, birth = :birth, phone = :phone, email = :email, "
    "name_key = :name_key, search_text = :search_text WHERE id = :account_id"
)
_MOVE = Statement.from_sql("UPDATE accounts SET unit_id = :unit_id WHERE id = :account_id")
_ADMINISTRATORS_SQL = (
    "SELECT accounts.id FROM accounts WHERE accounts.is_active AND EXISTS (SELECT 1 FROM role_grants "
    "WHERE role_grants.account_id = accounts.id AND role_grants.role = 'administrator') ORDER BY accounts.id"
)
_ADMINISTRATORS = Statement.from_sqls(
    postgresql=f"{_ADMINISTRATORS_SQL} FOR UPDATE OF accounts", sqlite=_ADMINISTRATORS_SQL
)


def edit_account(work: Work, *, account_id: int, login: str, edit: AccountEdit) -> None:
    """Write what is known of a person, and what they are sorted and found by."""
    work.run(
        _EDIT,
        account_id=account_id,
        name=edit.name,
        job_title=edit.job_title,
        birth=edit.birth,
        phone=edit.phone,
        email=edit.email,
        name_key=make_name_key(edit.name),
        search_text=make_search_text(edit.name, login, edit.phone),
    )


def move_account(work: Work, *, account_id: int, unit_id: int) -> None:
    """Put a person into another unit."""
    work.run(_MOVE, account_id=account_id, unit_id=unit_id)


def lock_administrators(work: Work) -> frozenset[int]:
    """The active administrators, none of whom can be closed or lose the role until the transaction ends."""
    work.list_all(_ADMINISTRATORS)
    # Read again once they are locked: a role that another transaction took away while this one waited for the lock
    # would still be seen by the statement that waited.
    return frozenset(row.id for row in work.list_all(_ADMINISTRATORS))


def _make_values(scope: PeopleScope, chosen: DirectoryFilter) -> dict[str, Any]:
    values: dict[str, Any] = {f"word_{'abcdef'[place]}": f"% {word}%" for place, word in enumerate(chosen.words)}
    if chosen.unit_id is not None:
        values["unit_id"] = chosen.unit_id
    if chosen.role is not None:
        values["role"] = str(chosen.role)
    if scope.lead_id is not None:
        values["lead_id"] = scope.lead_id
    return values


def _make_shape(scope: PeopleScope, chosen: DirectoryFilter) -> _Shape:
    return _Shape(
        len(chosen.words),
        chosen.unit_id is not None,
        chosen.state,
        chosen.role is not None,
        scope.lead_id is not None,
    )


def _make_conditions(shape: _Shape) -> str:
    conditions = [f"accounts.search_text LIKE :word_{letter}" for letter in "abcdef"[: shape.words]]
    if shape.is_led:
        conditions.append(f"accounts.unit_id IN {LED_UNITS}")
    if shape.has_unit:
        conditions.append(f"accounts.unit_id IN {SUBTREE_OF_CHOSEN}")
    if shape.state is not None:
        conditions.append(_STATES[shape.state])
    if shape.has_role:
        conditions.append(
            "accounts.id IN (SELECT role_grants.account_id FROM role_grants WHERE role_grants.role = :role)"
        )
    return " AND ".join(conditions) or "1 = 1"


@cache
def _make_list(shape: _Shape, has_after: bool) -> Statement:
    place = " AND (accounts.name_key, accounts.id) > (:after_key, :after_id)" if has_after else ""
    return _make_statement(
        f"{_LINE} WHERE {_make_conditions(shape)}{place} ORDER BY accounts.name_key, accounts.id LIMIT :most"
    )


@cache
def _make_slip_list(shape: _Shape) -> Statement:
    return _make_statement(
        f"{_LINE} WHERE {_make_conditions(shape)} ORDER BY accounts.name_key, accounts.id LIMIT :most"
    )


@cache
def _make_count(shape: _Shape) -> Statement:
    return Statement.from_sql(f"SELECT COUNT(*) AS number FROM accounts WHERE {_make_conditions(shape)}")  # noqa: S608


@cache
def _make_record(is_led: bool) -> Statement:
    scope = f" AND accounts.unit_id IN {LED_UNITS}" if is_led else ""
    return _make_statement(f"{_RECORD} WHERE accounts.id = :account_id{scope}")


@cache
def _make_units(is_led: bool) -> Statement:
    scope = f" WHERE id IN {LED_UNITS}" if is_led else ""
    return Statement.from_sql(f"SELECT id, code, name, closed_at FROM units{scope}")  # noqa: S608


def _make_statement(sql: str) -> Statement:
    return Statement.from_sqls(
        postgresql=sql.format(roles=_ROLES.format(aggregate="string_agg")),
        sqlite=sql.format(roles=_ROLES.format(aggregate="group_concat")),
    )


def _read_grants(text: str | None) -> tuple[frozenset[Role], frozenset[int]]:
    grants = [grant.partition(":") for grant in (text or "").split(",") if grant]
    return (
        frozenset(Role(role) for role, _, _ in grants),
        frozenset(int(unit_id) for _, _, unit_id in grants if unit_id),
    )


def _to_line(row: Row) -> PersonLine:
    roles, led = _read_grants(row.roles)
    return PersonLine(
        id=row.id,
        login=row.login,
        name=row.name,
        job_title=row.job_title,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        is_active=bool(row.is_active),
        has_password=bool(row.has_password),
        code_expires_at=find_from_ms(row.code_expires_at),
        last_signed_in_at=find_from_ms(row.last_signed_in_at),
        roles=roles,
        led_unit_ids=led,
    )


def _to_record(row: Row) -> PersonRecord:
    return PersonRecord(
        line=_to_line(row),
        birth=row.birth,
        phone=row.phone,
        email=row.email,
        citizen_tail=row.citizen_tail,
        created_at=from_ms(row.created_at),
    )
