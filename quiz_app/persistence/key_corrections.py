"""Corrections of wrong keys. An item version stays as it was stored; its newest correction says what is right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, UniqueConstraint, insert
from sqlalchemy.orm import Mapped, mapped_column

from question_bank.items import Item, ItemKind
from question_bank.keys import Key
from quiz_app.extensions import Model
from quiz_app.persistence.columns import (
    Identifier,
    Instant,
    JsonText,
    OptionalInstant,
    find_from_ms,
    from_json,
    from_ms,
    to_json,
    to_ms,
)
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.item_columns import key_to_json, to_item, to_key
from quiz_app.persistence.session import Row, Statement, Work


class DbKeyCorrection(Model):
    """A key put in place of a wrong one. ``figures`` are what its re-scoring has changed so far; ``rescored_at`` is
    when that was complete.
    """

    __tablename__ = "key_corrections"
    id: Mapped[Identifier]
    version_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("item_versions.id"))
    number: Mapped[int]
    key: Mapped[JsonText]
    reason: Mapped[str] = mapped_column(Text)
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    figures: Mapped[JsonText]
    rescored_at: Mapped[OptionalInstant]
    __table_args__ = (
        UniqueConstraint("version_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("length(reason) BETWEEN 1 AND 1000", name="reason"),
    )


@dataclass(frozen=True, slots=True)
class KeyCorrection:
    """A correction, the first of a version being number 1."""

    id: int
    version_id: int
    number: int
    key: Key
    reason: str
    made_by_name: str
    made_at: datetime
    figures: dict[str, int]
    rescored_at: datetime | None


@dataclass(frozen=True, slots=True)
class VersionToCorrect:
    """An item version with the key that it was stored with, and where it belongs."""

    id: int
    item_id: int
    bank_id: int
    number: int
    item: Item


_ADD = Statement(insert(DbKeyCorrection.__table__))
_KEYS = Statement.from_sql(
    "SELECT c.version_id, c.key, v.kind FROM key_corrections c JOIN item_versions v ON v.id = c.version_id "
    "JOIN items ON items.id = v.item_id WHERE items.bank_id = :bank_id "
    "AND c.number = (SELECT MAX(number) FROM key_corrections newer WHERE newer.version_id = c.version_id)"
)
_SELECT = (
    "SELECT c.id, c.version_id, c.number, c.key, v.kind, c.reason, accounts.name AS made_by_name, c.made_at, "
    "c.figures, c.rescored_at FROM key_corrections c JOIN item_versions v ON v.id = c.version_id "
    "JOIN accounts ON accounts.id = c.made_by_id"
)
_OF_VERSION = Statement.from_sql(f"{_SELECT} WHERE c.version_id = :version_id ORDER BY c.number DESC")
_OF_ITEM = Statement.from_sql(f"{_SELECT} WHERE v.item_id = :item_id ORDER BY v.number DESC, c.number DESC")
_BY_ID_SQL = f"{_SELECT} WHERE c.id = :correction_id"
_BY_ID = Statement.from_sql(_BY_ID_SQL)
_LOCK = Statement.from_sqls(postgresql=f"{_BY_ID_SQL} FOR UPDATE OF c", sqlite=_BY_ID_SQL)
_VERSION = Statement.from_sql(
    "SELECT items.code, items.topic, items.level, items.bank_id, v.item_id, v.id, v.number, v.kind, v.stem, v.options, "
    "v.row_texts, v.key, v.explanation, v.source FROM item_versions v JOIN items ON items.id = v.item_id "
    "WHERE v.id = :version_id"
)
_SET_FIGURES = Statement.from_sql("UPDATE key_corrections SET figures = :figures WHERE id = :correction_id")
_MARK_RESCORED = Statement.from_sql(
    "UPDATE key_corrections SET rescored_at = :moment "
    "WHERE version_id = :version_id AND number <= :number AND rescored_at IS NULL"
)


def map_keys(work: Work, bank_id: int) -> dict[int, Key]:
    """The keys in force of all versions of the bank's items that were corrected, by version id."""
    keys = {}
    for row in work.list_all(_KEYS, bank_id=bank_id):
        key = to_key(ItemKind(row.kind), from_json(row.key))
        if key is not None:
            keys[row.version_id] = key
    return keys


def find_version(work: Work, version_id: int) -> VersionToCorrect | None:
    """The version as it was stored."""
    row = work.find_one(_VERSION, version_id=version_id)
    return None if row is None else VersionToCorrect(row.id, row.item_id, row.bank_id, row.number, to_item(row))


def list_corrections(work: Work, version_id: int) -> list[KeyCorrection]:
    """Every correction of the version, the newest first: that is the one in force."""
    return [_to_correction(row) for row in work.list_all(_OF_VERSION, version_id=version_id)]


def list_item_corrections(work: Work, item_id: int) -> list[KeyCorrection]:
    """Every correction of every version of an item, the newest of each version first."""
    return [_to_correction(row) for row in work.list_all(_OF_ITEM, item_id=item_id)]


def find_correction(work: Work, correction_id: int) -> KeyCorrection | None:
    """The correction with this id."""
    row = work.find_one(_BY_ID, correction_id=correction_id)
    return None if row is None else _to_correction(row)


def lock_correction(work: Work, correction_id: int) -> KeyCorrection | None:
    """The same as it is by now, held against other changes until the transaction ends."""
    row = work.find_one(_LOCK, correction_id=correction_id)
    return None if row is None else _to_correction(row)


def add_correction(
    work: Work, *, version_id: int, number: int, key: Key, reason: str, made_by_id: int, now: datetime
) -> int:
    """Put a key in force; the correction's id. The bank's version is to be raised with it."""
    correction_id = make_id()
    work.run(
        _ADD,
        id=correction_id,
        version_id=version_id,
        number=number,
        key=to_json(key_to_json(key)),
        reason=reason,
        made_by_id=made_by_id,
        made_at=to_ms(now),
        figures="{}",
        rescored_at=None,
    )
    return correction_id


def set_figures(work: Work, *, correction_id: int, figures: dict[str, int]) -> None:
    """What the re-scoring has changed so far, in the transaction of the change."""
    work.run(_SET_FIGURES, correction_id=correction_id, figures=to_json(figures))


def mark_rescored(work: Work, correction: KeyCorrection, now: datetime) -> None:
    """Every attempt is scored by this correction, and so by every one before it."""
    work.run(_MARK_RESCORED, version_id=correction.version_id, number=correction.number, moment=to_ms(now))


def to_plain_key(key: Key | None) -> Any:
    """The key in values that JSON can hold."""
    return key_to_json(key)


def read_plain_key(kind: ItemKind, stored: Any) -> Key | None:
    """The other way round."""
    return to_key(kind, stored)


def _to_correction(row: Row) -> KeyCorrection:
    key = to_key(ItemKind(row.kind), from_json(row.key))
    assert key is not None  # noqa: S101 - a correction always has one
    return KeyCorrection(
        id=row.id,
        version_id=row.version_id,
        number=row.number,
        key=key,
        reason=row.reason,
        made_by_name=row.made_by_name,
        made_at=from_ms(row.made_at),
        figures=from_json(row.figures),
        rescored_at=find_from_ms(row.rescored_at),
    )
