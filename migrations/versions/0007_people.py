"""People: staff lists, one-time codes, requests to join."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from quiz_app.domain.names import make_name_key, make_search_text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    # Column by column, with its rule: a table that others refer to is not made anew.
    op.execute("ALTER TABLE accounts ADD COLUMN birth VARCHAR")
    op.execute("ALTER TABLE accounts ADD COLUMN phone VARCHAR")
    op.execute("ALTER TABLE accounts ADD COLUMN email VARCHAR")
    op.execute("ALTER TABLE accounts ADD COLUMN citizen_hash VARCHAR")
    op.execute(
        "ALTER TABLE accounts ADD COLUMN citizen_tail VARCHAR "
        "CONSTRAINT ck_accounts_citizen_tail CHECK (length(citizen_tail) = 3)"
    )
    op.execute("ALTER TABLE accounts ADD COLUMN name_key VARCHAR NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE accounts ADD COLUMN search_text VARCHAR NOT NULL DEFAULT ''")
    _fill_keys()
    op.create_index("ix_accounts_phone", "accounts", ["phone"])
    op.create_index("uq_accounts_citizen_hash", "accounts", ["citizen_hash"], unique=True)
    op.create_index("ix_accounts_name_key", "accounts", ["name_key", "id"])
    op.add_column("contests", sa.Column("allows_registration", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "activation_codes",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("made_at < expires_at", name=op.f("ck_activation_codes_expires_at")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_activation_codes_account_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_activation_codes_made_by_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_activation_codes")),
    )
    op.create_table(
        "staff_imports",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("closes_missing", sa.Boolean(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('previewed', 'confirmed', 'applied', 'discarded')", name=op.f("ck_staff_imports_state")
        ),
        sa.CheckConstraint(
            "(state IN ('applied', 'discarded')) = (content IS NULL)", name=op.f("ck_staff_imports_content")
        ),
        sa.CheckConstraint(
            "(state IN ('applied', 'discarded')) = (ended_at IS NOT NULL)", name=op.f("ck_staff_imports_ended_at")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_staff_imports_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_imports")),
    )
    op.create_table(
        "registrations",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contest_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("job_title", sa.String(), nullable=True),
        sa.Column("birth", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'approved', 'refused')", name=op.f("ck_registrations_state")),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_registrations_decided"),
        ),
        sa.CheckConstraint("(state = 'approved') = (account_id IS NOT NULL)", name=op.f("ck_registrations_account_id")),
        sa.CheckConstraint("state <> 'refused' OR reason IS NOT NULL", name=op.f("ck_registrations_reason")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_registrations_contest_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_registrations_unit_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["accounts.id"], name=op.f("fk_registrations_decided_by_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_registrations_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_registrations_code_hash")),
    )
    op.create_index(
        "uq_registrations_waiting", "registrations", ["login"], unique=True,
        postgresql_where=WAITING, sqlite_where=WAITING,
    )  # fmt: skip
    op.create_index(
        "ix_registrations_unit_id", "registrations", ["unit_id", "id"],
        postgresql_where=WAITING, sqlite_where=WAITING,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("registrations")
    op.drop_table("staff_imports")
    op.drop_table("activation_codes")
    op.drop_column("contests", "allows_registration")
    for index in ("ix_accounts_name_key", "uq_accounts_citizen_hash", "ix_accounts_phone"):
        op.drop_index(index, "accounts")
    with op.batch_alter_table("accounts") as batch_op:
        batch_op.drop_constraint(op.f("ck_accounts_citizen_tail"), type_="check")
        for column in ("search_text", "name_key", "citizen_tail", "citizen_hash", "email", "phone", "birth"):
            batch_op.drop_column(column)


def _fill_keys() -> None:
    """Names that are there already get what they are sorted and found by."""
    connection = op.get_bind()
    accounts = connection.execute(sa.text("SELECT id, name, login FROM accounts")).all()
    if accounts:
        connection.execute(
            sa.text("UPDATE accounts SET name_key = :name_key, search_text = :search_text WHERE id = :id"),
            [
                {
                    "id": row.id,
                    "name_key": make_name_key(row.name),
                    "search_text": make_search_text(row.name, row.login),
                }
                for row in accounts
            ],
        )
