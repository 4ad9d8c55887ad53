"""Papers of initiative rounds are issued under a code too; files are released to judges of a blind round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry_files", sa.Column("released_at", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("issued_lists") as table:
        table.add_column(sa.Column("initiative_round_id", sa.BigInteger(), nullable=True))
        table.alter_column("round_id", existing_type=sa.BigInteger(), nullable=True)
        table.create_foreign_key(
            op.f("fk_issued_lists_initiative_round_id"), "initiative_rounds", ["initiative_round_id"], ["id"]
        )
        table.create_check_constraint(
            op.f("ck_issued_lists_round"), "(round_id IS NULL) <> (initiative_round_id IS NULL)"
        )


def downgrade() -> None:
    op.execute("DELETE FROM issued_lists WHERE round_id IS NULL")
    with op.batch_alter_table("issued_lists") as table:
        table.drop_constraint(op.f("ck_issued_lists_round"), type_="check")
        table.drop_constraint(op.f("fk_issued_lists_initiative_round_id"), type_="foreignkey")
        table.alter_column("round_id", existing_type=sa.BigInteger(), nullable=False)
        table.drop_column("initiative_round_id")
    op.drop_column("entry_files", "released_at")
