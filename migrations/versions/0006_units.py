"""Units: kinds by name, closing and merging, history, previews of imports; quotas by category of initiative."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CHANGES = "'added', 'edited', 'renamed', 'moved', 'merged', 'received', 'closed', 'reopened'"


def upgrade() -> None:
    op.create_table(
        "unit_kinds",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit_kinds")),
        sa.UniqueConstraint("name", name=op.f("uq_unit_kinds_name")),
    )
    # By hand: SQLite can add such a column, but would have to make the table anew for a constraint of the table, which
    # it refuses while people refer to their units.
    op.execute("ALTER TABLE units ADD COLUMN closed_at BIGINT")
    op.execute(
        "ALTER TABLE units ADD COLUMN successor_id BIGINT CONSTRAINT fk_units_successor_id REFERENCES units (id)"
        " CONSTRAINT ck_units_successor CHECK (successor_id IS NULL OR closed_at IS NOT NULL AND successor_id <> id)"
    )
    op.create_table(
        "unit_changes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("other_unit_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(f"change IN ({CHANGES})", name=op.f("ck_unit_changes_change")),
        sa.ForeignKeyConstraint(["actor_id"], ["accounts.id"], name=op.f("fk_unit_changes_actor_id")),
        sa.ForeignKeyConstraint(["other_unit_id"], ["units.id"], name=op.f("fk_unit_changes_other_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_changes_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_changes")),
    )
    op.create_index("ix_unit_changes_unit_id", "unit_changes", ["unit_id", "id"])
    op.create_index("ix_unit_changes_happened_at", "unit_changes", ["happened_at"])
    op.create_table(
        "unit_imports",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_unit_imports_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_imports")),
    )
    with op.batch_alter_table("quotas") as table:
        table.add_column(sa.Column("needs_all_parts", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("quotas") as table:
        table.alter_column("needs_all_parts", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
    op.create_table(
        "quota_categories",
        sa.Column("quota_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_quota_categories_number")),
        sa.ForeignKeyConstraint(
            ["quota_id"], ["quotas.id"], name=op.f("fk_quota_categories_quota_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("quota_id", "category", name=op.f("pk_quota_categories")),
    )


def downgrade() -> None:
    op.drop_table("quota_categories")
    with op.batch_alter_table("quotas") as table:
        table.drop_column("needs_all_parts")
    op.drop_table("unit_imports")
    op.drop_table("unit_changes")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("units", "successor_id")
        op.drop_column("units", "closed_at")
    else:
        with op.batch_alter_table("units", reflect_kwargs={"resolve_fks": False}) as table:
            table.drop_constraint(op.f("ck_units_successor"), type_="check")
            table.drop_column("successor_id")
            table.drop_column("closed_at")
    op.drop_table("unit_kinds")
