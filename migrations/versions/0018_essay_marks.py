"""Marks for essays of practice rounds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "essay_marks",
        sa.Column("attempt_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hundredths", sa.Integer(), nullable=False),
        sa.Column("scale_hundredths", sa.Integer(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("marked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("marked_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("slot >= 0", name=op.f("ck_essay_marks_slot")),
        sa.CheckConstraint("hundredths BETWEEN 0 AND scale_hundredths", name=op.f("ck_essay_marks_hundredths")),
        sa.CheckConstraint("length(remark) <= 2000", name=op.f("ck_essay_marks_remark")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_essay_marks_version")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_essay_marks_attempt_id")),
        sa.ForeignKeyConstraint(["marked_by_id"], ["accounts.id"], name=op.f("fk_essay_marks_marked_by_id")),
        sa.PrimaryKeyConstraint("attempt_id", "slot", name=op.f("pk_essay_marks")),
    )


def downgrade() -> None:
    op.drop_table("essay_marks")
