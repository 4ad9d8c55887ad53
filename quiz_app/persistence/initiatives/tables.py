"""The tables of the initiative round."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.initiatives.states import TRANSITIONS, EntryState
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, JsonText, OptionalInstant

STATES = ", ".join(f"'{state}'" for state in EntryState)
IN_CONTEST = "(" + ", ".join(f"'{state}'" for state in EntryState if state.is_in_contest) + ")"
"""The states in which an entry is judged, for ``state IN …``."""
STEPS = " OR ".join(
    f"(step = '{each.step}' AND from_state = '{each.from_state}' AND to_state = '{each.to_state}')"
    for each in TRANSITIONS
)


class DbInitiativeRound(Model):
    """A round of entries. ``entry_count`` is the last number given to an entry; ``settings`` as JSON."""

    __tablename__ = "initiative_rounds"
    id: Mapped[Identifier]
    contest_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("contests.id"))
    code: Mapped[str]
    title: Mapped[str]
    position: Mapped[int]
    opens_at: Mapped[Instant]
    unit_closes_at: Mapped[OptionalInstant]
    closes_at: Mapped[Instant]
    judging_closes_at: Mapped[OptionalInstant]
    settings: Mapped[JsonText]
    version: Mapped[int]
    entry_count: Mapped[int]
    published_at: Mapped[OptionalInstant]
    judging_locked_at: Mapped[OptionalInstant]
    presentation_locked_at: Mapped[OptionalInstant]
    __table_args__ = (
        UniqueConstraint("contest_id", "code"),
        CheckConstraint(
            "opens_at < closes_at AND (unit_closes_at IS NULL OR unit_closes_at BETWEEN opens_at AND closes_at) "
            "AND (judging_closes_at IS NULL OR judging_closes_at >= closes_at)",
            name="moments",
        ),
    )


class DbEntry(Model):
    """An entry. ``draft`` is what is being written; ``sequence`` rises with each change, made by ``changed_by_id``.
    ``continues_id`` is the registered entry that it was begun from.
    """

    __tablename__ = "entries"
    id: Mapped[Identifier]
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("initiative_rounds.id"))
    number: Mapped[int | None]
    blind_code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))
    department_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    created_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    changed_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    continues_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("entries.id"))
    title: Mapped[str]
    category: Mapped[str]
    state: Mapped[str]
    draft: Mapped[JsonText]
    sequence: Mapped[int]
    version: Mapped[int]
    search_text: Mapped[str]
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    submitted_at: Mapped[OptionalInstant]
    is_late: Mapped[bool] = mapped_column(server_default=false())
    is_public: Mapped[bool] = mapped_column(server_default=false())
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        UniqueConstraint("round_id", "blind_code"),
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("(number IS NULL) = (version = 0)", name="number"),
        CheckConstraint("(submitted_at IS NULL) = (version = 0)", name="submitted"),
        CheckConstraint("state IN ('draft', 'withdrawn') OR version > 0", name="version"),
        CheckConstraint("length(title) <= 300", name="title"),
        Index("ix_entries_round_id", "round_id", "state", "number"),
        Index("ix_entries_unit_id", "unit_id", "round_id"),
        Index("ix_entries_department_id", "department_id", "round_id"),
        Index("ix_entries_created_by_id", "created_by_id"),
        # A registered entry is gone on with once.
        Index(
            "ix_entries_continues_id",
            "continues_id",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
            sqlite_where=text("state <> 'withdrawn'"),
        ),
    )


class DbEntryVersion(Model):
    """What was handed in; rows are never changed."""

    __tablename__ = "entry_versions"
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("entries.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    category: Mapped[str]
    content: Mapped[JsonText]
    receipt_code: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str]
    submitted_at: Mapped[Instant]
    submitted_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))


class DbEntryFile(Model):
    """A file of an entry; its content lies in the storage under its digest. Files of versions are never removed.

    ``released_at``: since when judges of a blind round are given the file itself, because an organiser looked at it.
    """

    __tablename__ = "entry_files"
    id: Mapped[Identifier]
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("entries.id"))
    field: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str]
    scan: Mapped[str]
    added_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    added_at: Mapped[Instant]
    removed_at: Mapped[OptionalInstant]
    released_at: Mapped[OptionalInstant]
    __table_args__ = (
        CheckConstraint("scan IN ('not_configured', 'waiting', 'clean', 'infected')", name="scan"),
        CheckConstraint("length(digest) = 64", name="digest"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint("size > 0", name="size"),
        Index("ix_entry_files_digest", "digest"),
        Index(
            "ix_entry_files_waiting",
            "id",
            postgresql_where=text("scan = 'waiting'"),
            sqlite_where=text("scan = 'waiting'"),
        ),
        Index(
            "ix_entry_files_entry_id",
            "entry_id",
            "digest",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
            sqlite_where=text("removed_at IS NULL"),
        ),
    )


class DbEntryVersionFile(Model):
    """Which files belong to a version."""

    __tablename__ = "entry_version_files"
    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("entry_files.id"), primary_key=True, autoincrement=False
    )


class DbEntryStep(Model):
    """A step that was taken with an entry."""

    __tablename__ = "entry_steps"
    id: Mapped[Identifier]
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("entries.id"))
    actor_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    step: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    version: Mapped[int]
    reason: Mapped[str]
    made_at: Mapped[Instant]
    __table_args__ = (
        CheckConstraint(STEPS, name="step"),
        CheckConstraint("length(reason) <= 2000", name="reason"),
        Index("ix_entry_steps_entry_id", "entry_id", "id"),
    )


class DbLateDoor(Model):
    """A later moment for a unit and the units below it."""

    __tablename__ = "entry_late_doors"
    id: Mapped[Identifier]
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("initiative_rounds.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))
    until: Mapped[Instant]
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    __table_args__ = (
        CheckConstraint("length(reason) BETWEEN 1 AND 500", name="reason"),
        Index("ix_entry_late_doors_round_id", "round_id", "unit_id"),
    )


class DbEntryText(Model):
    """The text of a handed-in entry, form and files together, and its MinHash signature, for finding alike ones."""

    __tablename__ = "entry_texts"
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("entries.id"), primary_key=True, autoincrement=False)
    version: Mapped[int]
    content: Mapped[str]
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    unread_files: Mapped[JsonText]
    """Names of files whose text could not be read (scans, pictures, old formats)."""
    made_at: Mapped[Instant]


class DbSimilarEntry(Model):
    """Two entries that are alike: the later one and an earlier; ``share`` of the later's shingles in hundredths of a
    percent.
    """

    __tablename__ = "similar_entries"
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("entries.id"), primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("entries.id"), primary_key=True, autoincrement=False)
    share: Mapped[int]
    found_at: Mapped[Instant]
    __table_args__ = (
        CheckConstraint("entry_id <> other_id", name="other"),
        CheckConstraint("share BETWEEN 0 AND 10000", name="share"),
        Index("ix_similar_entries_other_id", "other_id"),
    )
