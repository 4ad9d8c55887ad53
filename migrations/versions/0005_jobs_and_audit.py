"""Background jobs, and the audit trail as a chain that nothing can be taken from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UNFINISHED = "state IN ('queued', 'running')"
RARE = "action <> 'attempt_finished'"
FIRST_HASH = "0" * 64


def upgrade() -> None:
    _make_jobs()
    _extend_audit()
    # A role without a unit once a person: the constraint that is there sees no two NULLs as the same.
    without_unit = sa.text("unit_id IS NULL")
    op.create_index(
        "uq_role_grants_role", "role_grants", ["account_id", "role"], unique=True,
        postgresql_where=without_unit, sqlite_where=without_unit,
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        _guard_on_postgresql()
    else:
        _guard_on_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ("audit_entries", "audit_chain"):
            op.execute(f"DROP TRIGGER keep_rows ON {table}")
            op.execute(f"DROP TRIGGER keep_all ON {table}")
        op.execute("DROP FUNCTION refuse_audit_change()")
        op.execute("DROP FUNCTION refuse_chain_change()")
    else:
        for table in ("audit_entries", "audit_chain"):
            op.execute(f"DROP TRIGGER keep_{table}_as_they_are")
            op.execute(f"DROP TRIGGER keep_all_{table}")
    op.drop_index("uq_role_grants_role", table_name="role_grants")
    op.drop_table("audit_chain")
    op.drop_index("ix_audit_entries_unsealed", table_name="audit_entries")
    op.drop_index("ix_audit_entries_number", table_name="audit_entries")
    op.drop_index("ix_audit_entries_actor_id", table_name="audit_entries")
    op.drop_index("ix_audit_entries_action", table_name="audit_entries")
    with op.batch_alter_table("audit_entries") as batch_op:
        batch_op.drop_constraint(op.f("ck_audit_entries_seal"), type_="check")
        for column in ("address", "request_id", "number", "hash"):
            batch_op.drop_column(column)
    op.drop_table("jobs")


def _make_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("message_values", sa.Text(), nullable=False),
        sa.Column("result_key", sa.String(), nullable=True),
        sa.Column("result_name", sa.String(), nullable=True),
        sa.Column("result_media_type", sa.String(), nullable=True),
        sa.Column("result_size", sa.BigInteger(), nullable=True),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=False),
        sa.Column("scope_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("heartbeat_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_jobs_state")),
        sa.CheckConstraint(f"({UNFINISHED}) = (finished_at IS NULL)", name=op.f("ck_jobs_finished")),
        sa.CheckConstraint("state <> 'failed' OR message IS NOT NULL", name=op.f("ck_jobs_failure")),
        sa.CheckConstraint("done_count >= 0 AND total_count >= 0 AND tries >= 0", name=op.f("ck_jobs_counts")),
        sa.CheckConstraint(
            "(result_key IS NULL) = (result_name IS NULL) AND (result_key IS NULL) = (result_media_type IS NULL) "
            "AND (result_key IS NULL) = (result_size IS NULL)",
            name=op.f("ck_jobs_result"),
        ),
        sa.ForeignKeyConstraint(["requested_by_id"], ["accounts.id"], name=op.f("fk_jobs_requested_by_id")),
        sa.ForeignKeyConstraint(["scope_unit_id"], ["units.id"], name=op.f("fk_jobs_scope_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    unfinished, kept = sa.text(UNFINISHED), sa.text("result_key IS NOT NULL")
    op.create_index("ix_jobs_unfinished", "jobs", ["id"], postgresql_where=unfinished, sqlite_where=unfinished)
    op.create_index("ix_jobs_requested_by_id", "jobs", ["requested_by_id", "id"])
    op.create_index("ix_jobs_result_key", "jobs", ["finished_at"], postgresql_where=kept, sqlite_where=kept)


def _extend_audit() -> None:
    with op.batch_alter_table("audit_entries") as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("request_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("number", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("hash", sa.String(), nullable=True))
        batch_op.create_check_constraint(op.f("ck_audit_entries_seal"), "(number IS NULL) = (hash IS NULL)")
    unsealed, sealed, rare = sa.text("number IS NULL"), sa.text("number IS NOT NULL"), sa.text(RARE)
    op.create_index(
        "ix_audit_entries_number",
        "audit_entries",
        ["number"],
        unique=True,
        postgresql_where=sealed,
        sqlite_where=sealed,
    )
    op.create_index("ix_audit_entries_actor_id", "audit_entries", ["actor_id", "id"])
    op.create_index(
        "ix_audit_entries_action", "audit_entries", ["action", "id"], postgresql_where=rare, sqlite_where=rare
    )
    op.create_index(
        "ix_audit_entries_unsealed", "audit_entries", ["id"], postgresql_where=unsealed, sqlite_where=unsealed
    )
    chain = op.create_table(
        "audit_chain",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_chain_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chain")),
    )
    op.bulk_insert(chain, [{"id": 1, "number": 0, "hash": FIRST_HASH}])


def _guard_on_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          -- The one change there is: an entry gets its number and its hash.
          IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND NEW.number IS NOT NULL
             AND (OLD.id, OLD.happened_at, OLD.actor_id, OLD.action, OLD.subject_type, OLD.subject_id, OLD.details,
                  OLD.address, OLD.request_id)
                 IS NOT DISTINCT FROM
                 (NEW.id, NEW.happened_at, NEW.actor_id, NEW.action, NEW.subject_type, NEW.subject_id, NEW.details,
                  NEW.address, NEW.request_id)
          THEN
            RETURN NEW;
          END IF;
          RAISE EXCEPTION 'the audit trail is never changed' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION refuse_chain_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.number > OLD.number THEN
            RETURN NEW;
          END IF;
          RAISE EXCEPTION 'the audit chain only grows' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table, function in (("audit_entries", "refuse_audit_change"), ("audit_chain", "refuse_chain_change")):
        op.execute(
            f"CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
        op.execute(
            f"CREATE TRIGGER keep_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )


def _guard_on_sqlite() -> None:
    op.execute(
        """
        CREATE TRIGGER keep_audit_entries_as_they_are BEFORE UPDATE ON audit_entries
        WHEN NOT (OLD.number IS NULL AND NEW.number IS NOT NULL AND OLD.id IS NEW.id
                  AND OLD.happened_at IS NEW.happened_at AND OLD.actor_id IS NEW.actor_id
                  AND OLD.action IS NEW.action AND OLD.subject_type IS NEW.subject_type
                  AND OLD.subject_id IS NEW.subject_id AND OLD.details IS NEW.details
                  AND OLD.address IS NEW.address AND OLD.request_id IS NEW.request_id)
        BEGIN SELECT RAISE(ABORT, 'the audit trail is never changed'); END
        """
    )
    op.execute(
        """
        CREATE TRIGGER keep_audit_chain_as_they_are BEFORE UPDATE ON audit_chain
        WHEN NOT (NEW.id = OLD.id AND NEW.number > OLD.number)
        BEGIN SELECT RAISE(ABORT, 'the audit chain only grows'); END
        """
    )
    for table in ("audit_entries", "audit_chain"):
        op.execute(
            f"CREATE TRIGGER keep_all_{table} BEFORE DELETE ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'the audit trail is never changed'); END"
        )
