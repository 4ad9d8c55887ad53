"""Issued lists and the keys that sign them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "issued_lists",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_format", sa.String(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("heading", sa.Integer(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("has_ordinal", sa.Boolean(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file_digest", sa.String(), nullable=False),
        sa.Column("key_id", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.CheckConstraint("length(code) = 20", name=op.f("ck_issued_lists_code")),
        sa.CheckConstraint("row_count >= 0 AND heading >= 0", name=op.f("ck_issued_lists_rows")),
        sa.CheckConstraint("length(signature) = 64", name=op.f("ck_issued_lists_signature")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_issued_lists_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_issued_lists_unit_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_issued_lists_made_by_id")),
        sa.ForeignKeyConstraint(["key_id"], ["signing_keys.id"], name=op.f("fk_issued_lists_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_lists")),
        sa.UniqueConstraint("code", name=op.f("uq_issued_lists_code")),
    )
    op.create_index("ix_issued_lists_file_digest", "issued_lists", ["file_digest"])


def downgrade() -> None:
    op.drop_table("issued_lists")
    op.drop_table("signing_keys")
