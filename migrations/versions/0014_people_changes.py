"""People and units: what boards and exceptions need further."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    active = sa.text("is_active")
    op.create_index("ix_accounts_active", "accounts", ["id", "unit_id"], postgresql_where=active, sqlite_where=active)
    voided = sa.text("state = 'voided'")
    op.create_index(
        "ix_attempts_voided", "attempts", ["round_id", "account_id"], postgresql_where=voided, sqlite_where=voided
    )
    op.create_index("ix_role_grants_role", "role_grants", ["role", "account_id"])
    with op.batch_alter_table("window_extensions") as table:
        table.add_column(sa.Column("closes_before", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("withdrawn_at", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("withdrawn_by_id", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("withdrawal_reason", sa.String(), nullable=True))
        table.create_foreign_key(op.f("fk_window_extensions_withdrawn_by_id"), "accounts", ["withdrawn_by_id"], ["id"])
        table.create_check_constraint(
            op.f("ck_window_extensions_withdrawal"),
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL) AND (withdrawn_at IS NULL) = "
            "(withdrawal_reason IS NULL)",
        )


def downgrade() -> None:
    with op.batch_alter_table("window_extensions") as table:
        table.drop_constraint(op.f("ck_window_extensions_withdrawal"), type_="check")
        table.drop_constraint(op.f("fk_window_extensions_withdrawn_by_id"), type_="foreignkey")
        for name in ("withdrawal_reason", "withdrawn_by_id", "withdrawn_at", "closes_before"):
            table.drop_column(name)
    op.drop_index("ix_role_grants_role", table_name="role_grants")
    op.drop_index("ix_attempts_voided", table_name="attempts")
    op.drop_index("ix_accounts_active", table_name="accounts")
