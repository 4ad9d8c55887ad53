"""Responses that came after the end of their attempt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "late_responses",
        sa.Column("attempt_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("choice", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("slot >= 0 AND sequence >= 0 AND choice >= 0", name=op.f("ck_late_responses_position")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_late_responses_account_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_late_responses_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "slot", "sequence", name=op.f("pk_late_responses")),
    )


def downgrade() -> None:
    op.drop_table("late_responses")
