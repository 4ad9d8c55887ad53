"""Letters that wait to be sent, the batches they were written in, and what was last heard of the mail server."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

IN_FORCE = "state NOT IN ('draft', 'cancelled')"


def upgrade() -> None:
    op.create_table(
        "letter_batches",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("participation", sa.String(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'approved', 'discarded')", name=op.f("ck_letter_batches_state")),
        sa.CheckConstraint("(state = 'draft') = (ended_at IS NULL)", name=op.f("ck_letter_batches_ended_at")),
        sa.CheckConstraint("length(subject) BETWEEN 1 AND 150", name=op.f("ck_letter_batches_subject")),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 4000", name=op.f("ck_letter_batches_body")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_letter_batches_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_letter_batches_unit_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["accounts.id"], name=op.f("fk_letter_batches_lead_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_letter_batches_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_batches")),
    )
    op.create_index(
        "uq_letter_batches_draft",
        "letter_batches",
        ["made_by_id", "round_id", "participation", "scope"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
        sqlite_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("reply", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'queued', 'sending', 'sent', 'failed', 'uncertain', 'cancelled')",
            name=op.f("ck_letters_state"),
        ),
        sa.CheckConstraint(
            f"NOT ({IN_FORCE}) OR (address IS NOT NULL AND subject IS NOT NULL AND body IS NOT NULL)",
            name=op.f("ck_letters_whole"),
        ),
        sa.CheckConstraint("length(subject) BETWEEN 1 AND 150", name=op.f("ck_letters_subject")),
        sa.CheckConstraint(
            "replace(replace(subject, '\n', ''), '\r', '') = subject", name=op.f("ck_letters_subject_line")
        ),
        sa.CheckConstraint(
            "replace(replace(address, '\n', ''), '\r', '') = address", name=op.f("ck_letters_address_line")
        ),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 8000", name=op.f("ck_letters_body")),
        sa.CheckConstraint("length(about) BETWEEN 1 AND 200", name=op.f("ck_letters_about")),
        sa.CheckConstraint("(state = 'queued') = (next_at IS NOT NULL)", name=op.f("ck_letters_next_at")),
        sa.CheckConstraint("state <> 'sending' OR claimed_at IS NOT NULL", name=op.f("ck_letters_claimed_at")),
        sa.CheckConstraint(
            "(state IN ('sent', 'failed', 'cancelled')) = (ended_at IS NOT NULL)", name=op.f("ck_letters_ended_at")
        ),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_letters_tries")),
        sa.ForeignKeyConstraint(["batch_id"], ["letter_batches.id"], name=op.f("fk_letters_batch_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_letters_account_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_letters_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index(
        "uq_letters_once",
        "letters",
        ["kind", "about", "account_id"],
        unique=True,
        postgresql_where=sa.text(IN_FORCE),
        sqlite_where=sa.text(IN_FORCE),
    )
    op.create_index("uq_letters_batch_id", "letters", ["batch_id", "account_id"], unique=True)
    op.create_index(
        "ix_letters_due",
        "letters",
        ["next_at", "id"],
        postgresql_where=sa.text("state = 'queued'"),
        sqlite_where=sa.text("state = 'queued'"),
    )
    op.create_index("ix_letters_state", "letters", ["state", "id"])
    op.create_index("ix_letters_claimed_at", "letters", ["claimed_at"])
    op.create_table(
        "mail_server",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_server_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_server")),
    )


def downgrade() -> None:
    op.drop_table("mail_server")
    op.drop_table("letters")
    op.drop_table("letter_batches")
