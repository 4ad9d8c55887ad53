"""Organisational units, their kinds, and how many people are in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.units import Unit
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, OptionalInstant, find_from_ms, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Row, Statement, Work


class DbUnitKind(Model):
    """A kind of unit, as this installation knows it. Units name a kind by its code."""

    __tablename__ = "unit_kinds"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]


class DbUnit(Model):
    """An organisational unit; ``staff_number`` is the denominator of its rate of participation.

    A unit is closed, never deleted: results name it. One that was merged names its successor.
    """

    __tablename__ = "units"
    id: Mapped[Identifier]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    block: Mapped[str | None]
    parent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"), index=True)
    staff_number: Mapped[int | None]
    closed_at: Mapped[OptionalInstant]
    successor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    __table_args__ = (
        CheckConstraint("staff_number >= 0", name="staff_number"),
        CheckConstraint("parent_id <> id", name="parent"),
        CheckConstraint("successor_id IS NULL OR closed_at IS NOT NULL AND successor_id <> id", name="successor"),
    )


_units, _kinds = DbUnit.__table__, DbUnitKind.__table__

_ADD_UNIT = Statement(insert(_units))
_UNITS_BY_CODE = Statement(select(_units.c.code, _units.c.id))
_LIST = Statement(select(_units))
_FIND = Statement(select(_units).where(_units.c.id == bindparam("unit_id")))
_SET = Statement(
    update(_units)
    .where(_units.c.id == bindparam("unit_id"))
    .values(
        code=bindparam("new_code"),
        name=bindparam("new_name"),
        kind=bindparam("new_kind"),
        block=bindparam("new_block"),
        parent_id=bindparam("new_parent_id"),
        staff_number=bindparam("new_staff_number"),
        closed_at=bindparam("new_closed_at"),
        successor_id=bindparam("new_successor_id"),
    )
)
_LOCK_TREE = Statement.from_sqls(
    # Other changes of units wait, and so does whoever puts people into units; reads, starts of attempts and accounts
    # that stay in their unit do not.
    postgresql="LOCK TABLE units IN SHARE ROW EXCLUSIVE MODE",
    # A transaction of SQLite is the only writer from its first moment.
    sqlite="SELECT 1",
)
_AWAIT_TREE = Statement.from_sqls(
    # Conflicts with the lock of the tree and not with itself. Waiting here for a change of several units, and not at
    # one row after another, keeps the two from waiting for each other.
    postgresql="LOCK TABLE units IN ROW EXCLUSIVE MODE",
    sqlite="SELECT 1",
)
_LOCK_OPEN = Statement.from_sqls(
    postgresql="SELECT code, id FROM units WHERE closed_at IS NULL FOR SHARE",
    sqlite="SELECT code, id FROM units WHERE closed_at IS NULL",
)
_LOCK_ONE = Statement.from_sqls(
    postgresql="SELECT id FROM units WHERE id = :unit_id FOR UPDATE", sqlite="SELECT id FROM units WHERE id = :unit_id"
)
_COUNT_PEOPLE = Statement.from_sql(
    "SELECT unit_id, COUNT(*) AS people FROM accounts WHERE is_active AND unit_id IS NOT NULL GROUP BY unit_id"
)
_COUNT_PEOPLE_OF = Statement.from_sql("SELECT COUNT(*) AS people FROM accounts WHERE is_active AND unit_id = :unit_id")
_MOVE_PEOPLE = Statement.from_sql("UPDATE accounts SET unit_id = :target_id WHERE unit_id = :unit_id")
_LIST_KINDS = Statement(select(_kinds.c.code, _kinds.c.name).order_by(_kinds.c.position, _kinds.c.name))
_PUT_KIND = Statement.from_sql(
    "INSERT INTO unit_kinds (code, name, position) "
    "VALUES (:code, :name, (SELECT COALESCE(MAX(position), 0) + 1 FROM unit_kinds)) "
    "ON CONFLICT (code) DO UPDATE SET name = excluded.name"
)
_DELETE_KIND = Statement.from_sql(
    "DELETE FROM unit_kinds WHERE code = :code AND NOT EXISTS (SELECT 1 FROM units WHERE kind = :code) "
    "AND NOT EXISTS (SELECT 1 FROM quotas WHERE unit_kind = :code)"
)


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to be added."""

    code: str
    name: str
    kind: str
    block: str | None = None
    parent_id: int | None = None
    staff_number: int | None = None


def map_unit_codes(work: Work) -> dict[str, int]:
    """Unit ids by code, closed units included."""
    return {row.code: row.id for row in work.list_all(_UNITS_BY_CODE)}


def lock_open_units(work: Work) -> dict[str, int]:
    """Ids of the open units by code; none of them is closed before the transaction ends. Whoever puts people into
    units asks here, so that nobody is left in a unit that was closed at the same moment.
    """
    work.run(_AWAIT_TREE)
    return {row.code: row.id for row in work.list_all(_LOCK_OPEN)}


def list_units(work: Work) -> list[Unit]:
    """All units, closed ones too."""
    return [to_unit(row) for row in work.list_all(_LIST)]


def find_unit(work: Work, unit_id: int) -> Unit | None:
    """The unit with this id."""
    row = work.find_one(_FIND, unit_id=unit_id)
    return None if row is None else to_unit(row)


def lock_tree(work: Work) -> None:
    """Hold all units against other changes until the transaction ends: two moves at once could close a circle."""
    work.run(_LOCK_TREE)


def lock_unit(work: Work, unit_id: int) -> None:
    """Hold one unit: whoever is about to put people into it has done so or waits."""
    work.find_one(_LOCK_ONE, unit_id=unit_id)


def count_people(work: Work) -> dict[int, int]:
    """Active people by unit; units without anyone are not in it."""
    return {row.unit_id: row.people for row in work.list_all(_COUNT_PEOPLE)}


def count_people_of(work: Work, unit_id: int) -> int:
    """Active people of one unit, without its sub-units."""
    row = work.find_one(_COUNT_PEOPLE_OF, unit_id=unit_id)
    return 0 if row is None else int(row.people)


def add_unit(work: Work, unit: NewUnit) -> int:
    """Insert a unit; its new id. A code that is taken violates a unique constraint."""
    unit_id = make_id()
    add_units(work, [Unit(unit_id, unit.code, unit.name, unit.kind, unit.block, unit.parent_id, unit.staff_number)])
    return unit_id


def add_units(work: Work, units: Sequence[Unit]) -> None:
    """Insert open units with the ids that they have, parents before their sub-units."""
    rows = [
        {
            "id": unit.id,
            "code": unit.code,
            "name": unit.name,
            "kind": unit.kind,
            "block": unit.block,
            "parent_id": unit.parent_id,
            "staff_number": unit.staff_number,
            "closed_at": None,
            "successor_id": None,
        }
        for unit in units
    ]
    work.run_many(_ADD_UNIT, rows)


def set_units(work: Work, units: Sequence[Unit]) -> None:
    """Store units as these values say."""
    rows = [
        {
            "unit_id": unit.id,
            "new_code": unit.code,
            "new_name": unit.name,
            "new_kind": unit.kind,
            "new_block": unit.block,
            "new_parent_id": unit.parent_id,
            "new_staff_number": unit.staff_number,
            "new_closed_at": None if unit.closed_at is None else to_ms(unit.closed_at),
            "new_successor_id": unit.successor_id,
        }
        for unit in units
    ]
    work.run_many(_SET, rows)


def move_people(work: Work, *, unit_id: int, target_id: int) -> int:
    """Put the people of one unit into another, those without access too; how many. Results keep their unit."""
    return work.run(_MOVE_PEOPLE, unit_id=unit_id, target_id=target_id)


def list_kinds(work: Work) -> dict[str, str]:
    """Names of the kinds by code, in their order."""
    return {row.code: row.name for row in work.list_all(_LIST_KINDS)}


def put_kind(work: Work, *, code: str, name: str) -> None:
    """Add a kind after the others, or give it another name. A name that is taken violates a unique constraint."""
    work.run(_PUT_KIND, code=code, name=name)


def delete_kind(work: Work, code: str) -> bool:
    """Drop a kind that no unit and no quota names; whether it was dropped."""
    return work.run(_DELETE_KIND, code=code) > 0


def to_unit(row: Row) -> Unit:
    """The unit of a row."""
    return Unit(
        id=row.id,
        code=row.code,
        name=row.name,
        kind=row.kind,
        block=row.block,
        parent_id=row.parent_id,
        staff_number=row.staff_number,
        closed_at=find_from_ms(row.closed_at),
        successor_id=row.successor_id,
    )
