"""The tables of judging. ``stage`` is 1 for the judging of what was handed in, 2 for the day of presenting."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, JsonText, OptionalInstant


class DbPanel(Model):
    """Judges who work together; ``category`` narrows what they are given, empty for all."""

    __tablename__ = "panels"
    id: Mapped[Identifier]
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("initiative_rounds.id"))
    name: Mapped[str]
    stage: Mapped[int]
    category: Mapped[str]
    head_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    __table_args__ = (
        UniqueConstraint("round_id", "stage", "name"),
        CheckConstraint("stage IN (1, 2)", name="stage"),
        CheckConstraint("length(name) BETWEEN 1 AND 120", name="name"),
    )


class DbPanelMember(Model):
    """A judge of a panel."""

    __tablename__ = "panel_members"
    panel_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("panels.id"), primary_key=True, autoincrement=False)
    judge_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"), primary_key=True, autoincrement=False)


class DbJudgement(Model):
    """An entry given to a judge, and the judge's marks. ``marks`` and ``remarks`` are JSON by criterion.

    ``is_further``: the judge was called because others disagreed. Marks of a confirmed judgement never change, except
    after an organiser has opened it again with a reason (audit trail).
    """

    __tablename__ = "judgements"
    id: Mapped[Identifier]
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("entries.id"))
    judge_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    panel_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("panels.id"))
    stage: Mapped[int]
    entry_version: Mapped[int]
    is_further: Mapped[bool] = mapped_column(server_default=false())
    state: Mapped[str]
    marks: Mapped[JsonText]
    remarks: Mapped[JsonText]
    opinion: Mapped[str]
    total_hundredths: Mapped[int | None]
    sequence: Mapped[int]
    given_at: Mapped[Instant]
    given_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    saved_at: Mapped[OptionalInstant]
    confirmed_at: Mapped[OptionalInstant]
    __table_args__ = (
        UniqueConstraint("stage", "entry_id", "judge_id"),
        CheckConstraint("stage IN (1, 2)", name="stage"),
        CheckConstraint("state IN ('given', 'confirmed', 'abstained', 'conflict', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed"),
        CheckConstraint("state <> 'confirmed' OR total_hundredths IS NOT NULL", name="total"),
        CheckConstraint("total_hundredths >= 0", name="not_negative"),
        Index("ix_judgements_judge_id", "judge_id", "stage", "state"),
    )


class DbConflict(Model):
    """Why a judge does not judge an entry, or a unit's entries: declared by the judge or entered by an organiser."""

    __tablename__ = "judge_conflicts"
    id: Mapped[Identifier]
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("initiative_rounds.id"))
    judge_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    entry_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("entries.id"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    __table_args__ = (
        CheckConstraint("(entry_id IS NULL) <> (unit_id IS NULL)", name="about"),
        CheckConstraint("length(reason) BETWEEN 1 AND 500", name="reason"),
        Index(
            "ix_judge_conflicts_entry",
            "judge_id",
            "entry_id",
            unique=True,
            postgresql_where=text("entry_id IS NOT NULL"),
            sqlite_where=text("entry_id IS NOT NULL"),
        ),
        Index("ix_judge_conflicts_round_id", "round_id", "judge_id"),
    )


class DbPresentation(Model):
    """The place of a shortlisted entry in the order of presenting, and the clock of its turn."""

    __tablename__ = "presentations"
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("entries.id"), primary_key=True, autoincrement=False)
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("initiative_rounds.id"))
    place: Mapped[int]
    drawn_at: Mapped[Instant]
    talk_started_at: Mapped[OptionalInstant]
    questions_started_at: Mapped[OptionalInstant]
    ended_at: Mapped[OptionalInstant]
    __table_args__ = (
        UniqueConstraint("round_id", "place"),
        CheckConstraint("place > 0", name="place"),
        CheckConstraint("questions_started_at IS NULL OR talk_started_at IS NOT NULL", name="order"),
    )


class DbPresentationDraw(Model):
    """A drawing of the order; rows are never changed. ``entry_ids`` as JSON, in the order that came out of ``seed``."""

    __tablename__ = "presentation_draws"
    id: Mapped[Identifier]
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("initiative_rounds.id"))
    seed: Mapped[str]
    entry_ids: Mapped[JsonText]
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    __table_args__ = (
        CheckConstraint("length(reason) <= 500", name="reason"),
        Index("ix_presentation_draws_round_id", "round_id", "id"),
    )


class DbPrizeGiven(Model):
    """A prize: proposed from the ranking, changed with a reason, decided. ``code`` is that of its certificate."""

    __tablename__ = "prizes_given"
    id: Mapped[Identifier]
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("initiative_rounds.id"))
    prize: Mapped[str]
    category: Mapped[str]
    entry_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("entries.id"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    position: Mapped[int]
    is_proposed: Mapped[bool]
    reason: Mapped[str]
    code: Mapped[str | None] = mapped_column(unique=True)
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    decided_at: Mapped[OptionalInstant]
    __table_args__ = (
        CheckConstraint("(entry_id IS NULL) <> (unit_id IS NULL)", name="whom"),
        CheckConstraint("(decided_at IS NULL) = (code IS NULL)", name="decided"),
        CheckConstraint("length(reason) <= 500", name="reason"),
        UniqueConstraint("round_id", "prize", "category", "position"),
        Index(
            "ix_prizes_given_entry_id",
            "round_id",
            "prize",
            "entry_id",
            unique=True,
            postgresql_where=text("entry_id IS NOT NULL"),
            sqlite_where=text("entry_id IS NOT NULL"),
        ),
    )
