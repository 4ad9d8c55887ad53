"""The tables of imports of items that wait for a decision."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, JsonText, OptionalInstant

WAITING = "state IN ('pending', 'confirmed')"


class DbItemImport(Model):
    """A file read into a bank's waiting room. ``problems`` are those of no item; ``counts`` what came of it."""

    __tablename__ = "item_imports"
    id: Mapped[Identifier]
    bank_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("item_banks.id"))
    file_name: Mapped[str]
    state: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    problems: Mapped[JsonText]
    counts: Mapped[JsonText]
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[OptionalInstant]
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'confirmed', 'applied', 'discarded')", name="state"),
        CheckConstraint("(state IN ('applied', 'discarded')) = (ended_at IS NOT NULL)", name="ended_at"),
        Index("ix_item_imports_made_by_id", "made_by_id", "id"),
        Index("ix_item_imports_waiting", "made_at", postgresql_where=text(WAITING), sqlite_where=text(WAITING)),
    )


class DbItemImportLine(Model):
    """An item of a file. ``rank``: 0 with errors, 1 doubtful, 2 clean. ``item_id`` is what it became."""

    __tablename__ = "item_import_lines"
    import_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("item_imports.id"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int]
    content: Mapped[JsonText]
    choice: Mapped[str]
    same_item_id: Mapped[int | None] = mapped_column(BigInteger)
    same_position: Mapped[int | None]
    similarity: Mapped[int | None]
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    __table_args__ = (
        CheckConstraint("rank IN (0, 1, 2)", name="rank"),
        CheckConstraint("choice IN ('new', 'version', 'skip')", name="choice"),
        CheckConstraint("choice <> 'version' OR same_item_id IS NOT NULL", name="same_item_id"),
    )


class DbItemImportPicture(Model):
    """A picture of a file that waits."""

    __tablename__ = "item_import_pictures"
    import_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("item_imports.id"), primary_key=True, autoincrement=False
    )
    digest: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (CheckConstraint("length(digest) = 64", name="digest"),)
