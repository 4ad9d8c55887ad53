"""Exceptions that organisers make: windows extended, extra time, attempts voided; and reminders to be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    finished = sa.text("state = 'finished'")
    op.create_index(
        "ix_attempts_finished",
        "attempts",
        ["round_id", "finished_at"],
        postgresql_where=finished,
        sqlite_where=finished,
    )
    with op.batch_alter_table("rounds") as table:
        table.add_column(sa.Column("extended_until", sa.BigInteger(), nullable=True))
    op.create_table(
        "window_extensions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("grant_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("unit_id IS NULL OR account_id IS NULL", name=op.f("ck_window_extensions_whom")),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 500", name=op.f("ck_window_extensions_reason")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_window_extensions_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_window_extensions_unit_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_window_extensions_account_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_window_extensions_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window_extensions")),
    )
    op.create_index("ix_window_extensions_round_id", "window_extensions", ["round_id", "account_id", "unit_id"])
    op.create_table(
        "extra_times",
        sa.Column("contest_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 1 AND 300", name=op.f("ck_extra_times_percent")),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 500", name=op.f("ck_extra_times_reason")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_extra_times_contest_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_extra_times_account_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_extra_times_made_by_id")),
        sa.PrimaryKeyConstraint("contest_id", "account_id", name=op.f("pk_extra_times")),
    )
    op.create_table(
        "voided_attempts",
        sa.Column("attempt_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 500", name=op.f("ck_voided_attempts_reason")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_voided_attempts_attempt_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_voided_attempts_made_by_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_voided_attempts")),
    )


def downgrade() -> None:
    op.drop_table("voided_attempts")
    op.drop_table("extra_times")
    op.drop_table("window_extensions")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("rounds", "extended_until")
    else:
        with op.batch_alter_table("rounds", reflect_kwargs={"resolve_fks": False}) as table:
            table.drop_column("extended_until")
    op.drop_index("ix_attempts_finished", table_name="attempts")
