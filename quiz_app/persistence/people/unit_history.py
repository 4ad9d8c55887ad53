"""What happened to units (never changed afterwards), and imports that wait for their confirmation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, bindparam, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.units import UnitChange
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, JsonText, from_json, from_ms, to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Statement, Work


class DbUnitChange(Model):
    """One event of a unit's history: the fields that changed, before and after, by whom and why."""

    __tablename__ = "unit_changes"
    id: Mapped[Identifier]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))
    happened_at: Mapped[Instant]
    actor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    change: Mapped[str]
    reason: Mapped[str]
    before: Mapped[JsonText]
    after: Mapped[JsonText]
    other_unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    __table_args__ = (
        CheckConstraint(f"change IN ({', '.join(repr(str(change)) for change in UnitChange)})", name="change"),
        Index("ix_unit_changes_unit_id", "unit_id", "id"),
        Index("ix_unit_changes_happened_at", "happened_at"),
    )


class DbUnitImport(Model):
    """A list of units that was read and waits for its confirmation. Deleted by it, or after a day."""

    __tablename__ = "unit_imports"
    id: Mapped[Identifier]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    file_name: Mapped[str]
    content: Mapped[JsonText]
    created_at: Mapped[Instant]


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """An event to be noted."""

    unit_id: int
    change: UnitChange
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str = ""
    other_unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """An event as the history shows it."""

    happened_at: datetime
    actor_name: str | None
    change: UnitChange
    reason: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    other_unit_id: int | None


@dataclass(frozen=True, slots=True)
class StoredImport:
    """An import that waits. ``content`` is what the service stored."""

    id: int
    file_name: str
    content: Any
    created_at: datetime


_changes, _imports = DbUnitChange.__table__, DbUnitImport.__table__
_ADD = Statement(insert(_changes))
_LIST = Statement.from_sql(
    "SELECT happened_at, accounts.name AS actor_name, change, reason, before, after, other_unit_id "
    "FROM unit_changes LEFT JOIN accounts ON accounts.id = actor_id "
    "WHERE unit_changes.unit_id = :unit_id ORDER BY unit_changes.id DESC LIMIT 200"
)
_BEFORE_AFTER = Statement.from_sql(
    "SELECT unit_id, before FROM unit_changes WHERE happened_at >= :moment ORDER BY unit_changes.id DESC"
)
_ADDED_SINCE = Statement.from_sql("SELECT unit_id FROM unit_changes WHERE happened_at >= :moment AND change = 'added'")
_ADD_IMPORT = Statement(insert(_imports))
_FIND_IMPORT = Statement(
    select(_imports.c.id, _imports.c.file_name, _imports.c.content, _imports.c.created_at).where(
        _imports.c.id == bindparam("import_id"), _imports.c.account_id == bindparam("owner_id")
    )
)
_DELETE_IMPORT = Statement(delete(_imports).where(_imports.c.id == bindparam("import_id")))
_FORGET_IMPORTS = Statement(delete(_imports).where(_imports.c.created_at < bindparam("before_ms")))


def add_changes(work: Work, entries: Sequence[ChangeEntry], *, actor_id: int | None, now: datetime) -> None:
    """Note events of one transaction, in this order, which is that of their keys."""
    first_id = make_id()
    rows = [
        {
            "id": first_id + position,
            "unit_id": entry.unit_id,
            "happened_at": to_ms(now),
            "actor_id": actor_id,
            "change": str(entry.change),
            "reason": entry.reason,
            "before": to_json(entry.before),
            "after": to_json(entry.after),
            "other_unit_id": entry.other_unit_id,
        }
        for position, entry in enumerate(entries)
    ]
    work.run_many(_ADD, rows)


def list_changes(work: Work, unit_id: int) -> list[ChangeLine]:
    """The history of a unit, the newest first; at most 200 events."""
    return [
        ChangeLine(
            happened_at=from_ms(row.happened_at),
            actor_name=row.actor_name,
            change=UnitChange(row.change),
            reason=row.reason,
            before=from_json(row.before),
            after=from_json(row.after),
            other_unit_id=row.other_unit_id,
        )
        for row in work.list_all(_LIST, unit_id=unit_id)
    ]


def map_earlier_values(work: Work, moment: datetime) -> dict[int, dict[str, Any]]:
    """For each unit that was changed since: the fields that have changed, as they stood at that moment."""
    found: dict[int, dict[str, Any]] = {}
    for row in work.list_all(_BEFORE_AFTER, moment=to_ms(moment)):
        # The newest first, so that what an older event says stays.
        found.setdefault(row.unit_id, {}).update(from_json(row.before))
    return found


def list_added_since(work: Work, moment: datetime) -> set[int]:
    """The units that did not exist before that moment."""
    return {row.unit_id for row in work.list_all(_ADDED_SINCE, moment=to_ms(moment))}


def add_import(work: Work, *, account_id: int, file_name: str, content: Any, now: datetime) -> int:
    """Keep a list until it is confirmed; its id."""
    import_id = make_id()
    work.run(
        _ADD_IMPORT,
        id=import_id,
        account_id=account_id,
        file_name=file_name,
        content=to_json(content),
        created_at=to_ms(now),
    )
    return import_id


def find_import(work: Work, *, import_id: int, account_id: int) -> StoredImport | None:
    """The list with this id, if this person uploaded it."""
    row = work.find_one(_FIND_IMPORT, import_id=import_id, owner_id=account_id)
    return None if row is None else StoredImport(row.id, row.file_name, from_json(row.content), from_ms(row.created_at))


def delete_import(work: Work, import_id: int) -> None:
    """Let go of a list."""
    work.run(_DELETE_IMPORT, import_id=import_id)


def forget_imports(work: Work, before: datetime) -> None:
    """Let go of all lists that were uploaded before that moment and never confirmed."""
    work.run(_FORGET_IMPORTS, before_ms=to_ms(before))
