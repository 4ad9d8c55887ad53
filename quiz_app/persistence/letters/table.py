"""The tables of the outbox."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, JsonText, OptionalInstant

IN_FORCE = "state NOT IN ('draft', 'cancelled')"
"""Of a letter that is to go out, went out, or may have gone out."""


class DbLetterBatch(Model):
    """Letters of one text that a person has written. ``lead_id`` is whose units they go to, None for everyone's;
    ``scope`` is the same with the chosen unit as one text, so that a second click finds the draft of the first.
    """

    __tablename__ = "letter_batches"
    id: Mapped[Identifier]
    kind: Mapped[str]
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rounds.id"))
    participation: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    lead_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    scope: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str]
    ended_at: Mapped[OptionalInstant]
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'approved', 'discarded')", name="state"),
        CheckConstraint("(state = 'draft') = (ended_at IS NULL)", name="ended_at"),
        CheckConstraint("length(subject) BETWEEN 1 AND 150", name="subject"),
        CheckConstraint("length(body) BETWEEN 1 AND 4000", name="body"),
        Index(
            "uq_letter_batches_draft",
            "made_by_id", "round_id", "participation", "scope",
            unique=True,
            postgresql_where=text("state = 'draft'"),
            sqlite_where=text("state = 'draft'"),
        ),
    )  # fmt: skip


class DbLetter(Model):
    """A letter to one person. ``about`` names the occasion: of a kind and an occasion a person gets one letter.

    ``unit_id`` is the unit under which the person stood in the list that the batch was made from; ``facts`` fill the
    places of its text. ``claimed_at`` is when it was last given to the mail server, ``reply`` what that answered,
    without addresses.
    """

    __tablename__ = "letters"
    id: Mapped[Identifier]
    batch_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("letter_batches.id"))
    kind: Mapped[str]
    about: Mapped[str]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    address: Mapped[str | None]
    subject: Mapped[str | None]
    body: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[JsonText]
    state: Mapped[str]
    reason: Mapped[str | None]
    reply: Mapped[str | None]
    tries: Mapped[int]
    made_at: Mapped[Instant]
    next_at: Mapped[OptionalInstant]
    claimed_at: Mapped[OptionalInstant]
    ended_at: Mapped[OptionalInstant]
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'queued', 'sending', 'sent', 'failed', 'uncertain', 'cancelled')", name="state"
        ),
        CheckConstraint(
            f"NOT ({IN_FORCE}) OR (address IS NOT NULL AND subject IS NOT NULL AND body IS NOT NULL)", name="whole"
        ),
        CheckConstraint("length(subject) BETWEEN 1 AND 150", name="subject"),
        # What stands in the head of a letter cannot begin another line of it.
        CheckConstraint("replace(replace(subject, '\n', ''), '\r', '') = subject", name="subject_line"),
        CheckConstraint("replace(replace(address, '\n', ''), '\r', '') = address", name="address_line"),
        CheckConstraint("length(body) BETWEEN 1 AND 8000", name="body"),
        CheckConstraint("length(about) BETWEEN 1 AND 200", name="about"),
        CheckConstraint("(state = 'queued') = (next_at IS NOT NULL)", name="next_at"),
        CheckConstraint("state <> 'sending' OR claimed_at IS NOT NULL", name="claimed_at"),
        CheckConstraint("(state IN ('sent', 'failed', 'cancelled')) = (ended_at IS NOT NULL)", name="ended_at"),
        CheckConstraint("tries >= 0", name="tries"),
        Index(
            "uq_letters_once",
            "kind", "about", "account_id",
            unique=True,
            postgresql_where=text(IN_FORCE),
            sqlite_where=text(IN_FORCE),
        ),
        Index("uq_letters_batch_id", "batch_id", "account_id", unique=True),
        Index(
            "ix_letters_due",
            "next_at", "id",
            postgresql_where=text("state = 'queued'"),
            sqlite_where=text("state = 'queued'"),
        ),
        Index("ix_letters_state", "state", "id"),
        Index("ix_letters_claimed_at", "claimed_at"),
    )  # fmt: skip


class DbMailServer(Model):
    """What was last heard of the mail server: ``trouble`` is what went wrong, None where it took what it was given."""

    __tablename__ = "mail_server"
    id: Mapped[Identifier]
    trouble: Mapped[str | None]
    noted_at: Mapped[Instant]
    __table_args__ = (CheckConstraint("id = 1", name="single"),)
