"""Judging of entries: panels, judgements, conflicts, presentations, prizes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "panels",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("head_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 120", name=op.f("ck_panels_name")),
        sa.CheckConstraint("stage IN (1, 2)", name=op.f("ck_panels_stage")),
        sa.ForeignKeyConstraint(["head_id"], ["accounts.id"], name=op.f("fk_panels_head_id")),
        sa.ForeignKeyConstraint(["round_id"], ["initiative_rounds.id"], name=op.f("fk_panels_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panels")),
        sa.UniqueConstraint("round_id", "stage", "name", name=op.f("uq_panels_round_id_stage_name")),
    )
    op.create_table(
        "judge_conflicts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("judge_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(entry_id IS NULL) <> (unit_id IS NULL)", name=op.f("ck_judge_conflicts_about")),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 500", name=op.f("ck_judge_conflicts_reason")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_judge_conflicts_entry_id")),
        sa.ForeignKeyConstraint(["judge_id"], ["accounts.id"], name=op.f("fk_judge_conflicts_judge_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_judge_conflicts_made_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["initiative_rounds.id"], name=op.f("fk_judge_conflicts_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_judge_conflicts_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge_conflicts")),
    )
    op.create_index(
        "ix_judge_conflicts_entry",
        "judge_conflicts",
        ["judge_id", "entry_id"],
        unique=True,
        postgresql_where=sa.text("entry_id IS NOT NULL"),
        sqlite_where=sa.text("entry_id IS NOT NULL"),
    )
    op.create_index("ix_judge_conflicts_round_id", "judge_conflicts", ["round_id", "judge_id"], unique=False)
    op.create_table(
        "judgements",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("judge_id", sa.BigInteger(), nullable=False),
        sa.Column("panel_id", sa.BigInteger(), nullable=True),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("entry_version", sa.Integer(), nullable=False),
        sa.Column("is_further", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.Column("total_hundredths", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("given_by_id", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name=op.f("ck_judgements_confirmed")),
        sa.CheckConstraint("state <> 'confirmed' OR total_hundredths IS NOT NULL", name=op.f("ck_judgements_total")),
        sa.CheckConstraint(
            "state IN ('given', 'confirmed', 'abstained', 'conflict', 'withdrawn')", name=op.f("ck_judgements_state")
        ),
        sa.CheckConstraint("stage IN (1, 2)", name=op.f("ck_judgements_stage")),
        sa.CheckConstraint("total_hundredths >= 0", name=op.f("ck_judgements_not_negative")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_judgements_entry_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["accounts.id"], name=op.f("fk_judgements_given_by_id")),
        sa.ForeignKeyConstraint(["judge_id"], ["accounts.id"], name=op.f("fk_judgements_judge_id")),
        sa.ForeignKeyConstraint(["panel_id"], ["panels.id"], name=op.f("fk_judgements_panel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgements")),
        sa.UniqueConstraint("stage", "entry_id", "judge_id", name=op.f("uq_judgements_stage_entry_id_judge_id")),
    )
    op.create_index("ix_judgements_judge_id", "judgements", ["judge_id", "stage", "state"], unique=False)
    op.create_table(
        "panel_members",
        sa.Column("panel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("judge_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["judge_id"], ["accounts.id"], name=op.f("fk_panel_members_judge_id")),
        sa.ForeignKeyConstraint(["panel_id"], ["panels.id"], name=op.f("fk_panel_members_panel_id")),
        sa.PrimaryKeyConstraint("panel_id", "judge_id", name=op.f("pk_panel_members")),
    )
    op.create_table(
        "presentations",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("talk_started_at", sa.BigInteger(), nullable=True),
        sa.Column("questions_started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("place > 0", name=op.f("ck_presentations_place")),
        sa.CheckConstraint(
            "questions_started_at IS NULL OR talk_started_at IS NOT NULL", name=op.f("ck_presentations_order")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_presentations_entry_id")),
        sa.ForeignKeyConstraint(["round_id"], ["initiative_rounds.id"], name=op.f("fk_presentations_round_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_presentations")),
        sa.UniqueConstraint("round_id", "place", name=op.f("uq_presentations_round_id_place")),
    )
    op.create_table(
        "presentation_draws",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("entry_ids", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(reason) <= 500", name=op.f("ck_presentation_draws_reason")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_presentation_draws_made_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["initiative_rounds.id"], name=op.f("fk_presentation_draws_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presentation_draws")),
    )
    op.create_index("ix_presentation_draws_round_id", "presentation_draws", ["round_id", "id"], unique=False)
    op.create_table(
        "prizes_given",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("prize", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_proposed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(decided_at IS NULL) = (code IS NULL)", name=op.f("ck_prizes_given_decided")),
        sa.CheckConstraint("(entry_id IS NULL) <> (unit_id IS NULL)", name=op.f("ck_prizes_given_whom")),
        sa.CheckConstraint("length(reason) <= 500", name=op.f("ck_prizes_given_reason")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_prizes_given_entry_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_prizes_given_made_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["initiative_rounds.id"], name=op.f("fk_prizes_given_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_prizes_given_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prizes_given")),
        sa.UniqueConstraint("code", name=op.f("uq_prizes_given_code")),
        sa.UniqueConstraint(
            "round_id", "prize", "category", "position", name=op.f("uq_prizes_given_round_id_prize_category_position")
        ),
    )
    op.create_index(
        "ix_prizes_given_entry_id",
        "prizes_given",
        ["round_id", "prize", "entry_id"],
        unique=True,
        postgresql_where=sa.text("entry_id IS NOT NULL"),
        sqlite_where=sa.text("entry_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_prizes_given_entry_id",
        table_name="prizes_given",
        postgresql_where=sa.text("entry_id IS NOT NULL"),
        sqlite_where=sa.text("entry_id IS NOT NULL"),
    )
    op.drop_table("prizes_given")
    op.drop_index("ix_presentation_draws_round_id", table_name="presentation_draws")
    op.drop_table("presentation_draws")
    op.drop_table("presentations")
    op.drop_table("panel_members")
    op.drop_index("ix_judgements_judge_id", table_name="judgements")
    op.drop_table("judgements")
    op.drop_index("ix_judge_conflicts_round_id", table_name="judge_conflicts")
    op.drop_index(
        "ix_judge_conflicts_entry",
        table_name="judge_conflicts",
        postgresql_where=sa.text("entry_id IS NOT NULL"),
        sqlite_where=sa.text("entry_id IS NOT NULL"),
    )
    op.drop_table("judge_conflicts")
    op.drop_table("panels")
