"""The initiative round: rounds, entries, versions, files, texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "initiative_rounds",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contest_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("unit_closes_at", sa.BigInteger(), nullable=True),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("judging_closes_at", sa.BigInteger(), nullable=True),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("judging_locked_at", sa.BigInteger(), nullable=True),
        sa.Column("presentation_locked_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "opens_at < closes_at AND (unit_closes_at IS NULL OR unit_closes_at BETWEEN opens_at AND closes_at) "
            "AND (judging_closes_at IS NULL OR judging_closes_at >= closes_at)",
            name=op.f("ck_initiative_rounds_moments"),
        ),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_initiative_rounds_contest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initiative_rounds")),
        sa.UniqueConstraint("contest_id", "code", name=op.f("uq_initiative_rounds_contest_id_code")),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("blind_code", sa.String(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("continues_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("is_late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_public", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'declined', 'forwarded', 'refused', 'admitted', "
            "'shortlisted', 'presented', 'withdrawn')",
            name=op.f("ck_entries_state"),
        ),
        sa.CheckConstraint("state IN ('draft', 'withdrawn') OR version > 0", name=op.f("ck_entries_version")),
        sa.CheckConstraint("(number IS NULL) = (version = 0)", name=op.f("ck_entries_number")),
        sa.CheckConstraint("(submitted_at IS NULL) = (version = 0)", name=op.f("ck_entries_submitted")),
        sa.CheckConstraint("length(title) <= 300", name=op.f("ck_entries_title")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["accounts.id"], name=op.f("fk_entries_changed_by_id")),
        sa.ForeignKeyConstraint(["continues_id"], ["entries.id"], name=op.f("fk_entries_continues_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["accounts.id"], name=op.f("fk_entries_created_by_id")),
        sa.ForeignKeyConstraint(["department_id"], ["units.id"], name=op.f("fk_entries_department_id")),
        sa.ForeignKeyConstraint(["round_id"], ["initiative_rounds.id"], name=op.f("fk_entries_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_entries_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("round_id", "blind_code", name=op.f("uq_entries_round_id_blind_code")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_entries_round_id_number")),
    )
    op.create_index(
        "ix_entries_continues_id",
        "entries",
        ["continues_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
        sqlite_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_index("ix_entries_created_by_id", "entries", ["created_by_id"], unique=False)
    op.create_index("ix_entries_department_id", "entries", ["department_id", "round_id"], unique=False)
    op.create_index("ix_entries_round_id", "entries", ["round_id", "state", "number"], unique=False)
    op.create_index("ix_entries_unit_id", "entries", ["unit_id", "round_id"], unique=False)
    op.create_table(
        "entry_late_doors",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 500", name=op.f("ck_entry_late_doors_reason")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_entry_late_doors_made_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["initiative_rounds.id"], name=op.f("fk_entry_late_doors_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_entry_late_doors_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_late_doors")),
    )
    op.create_index("ix_entry_late_doors_round_id", "entry_late_doors", ["round_id", "unit_id"], unique=False)
    op.create_table(
        "entry_files",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("scan", sa.String(), nullable=False),
        sa.Column("added_by_id", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "scan IN ('not_configured', 'waiting', 'clean', 'infected')", name=op.f("ck_entry_files_scan")
        ),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_entry_files_digest")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_entry_files_name")),
        sa.CheckConstraint("size > 0", name=op.f("ck_entry_files_size")),
        sa.ForeignKeyConstraint(["added_by_id"], ["accounts.id"], name=op.f("fk_entry_files_added_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_entry_files_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_files")),
    )
    op.create_index("ix_entry_files_digest", "entry_files", ["digest"], unique=False)
    op.create_index(
        "ix_entry_files_waiting",
        "entry_files",
        ["id"],
        unique=False,
        postgresql_where=sa.text("scan = 'waiting'"),
        sqlite_where=sa.text("scan = 'waiting'"),
    )
    op.create_index(
        "ix_entry_files_entry_id",
        "entry_files",
        ["entry_id", "digest"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
        sqlite_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "entry_steps",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=False),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(step = 'submit' AND from_state = 'draft' AND to_state = 'submitted') OR (step = 'submit' AND "
            "from_state = 'draft' AND to_state = 'forwarded') OR (step = 'submit' AND from_state = 'returned' AND"
            " to_state = 'submitted') OR (step = 'submit' AND from_state = 'returned' AND to_state = 'forwarded')"
            " OR (step = 'return' AND from_state = 'submitted' AND to_state = 'returned') OR (step = 'forward' "
            "AND from_state = 'submitted' AND to_state = 'forwarded') OR (step = 'decline' AND from_state = "
            "'submitted' AND to_state = 'declined') OR (step = 'reconsider' AND from_state = 'declined' AND "
            "to_state = 'submitted') OR (step = 'send_back' AND from_state = 'forwarded' AND to_state = "
            "'returned') OR (step = 'admit' AND from_state = 'forwarded' AND to_state = 'admitted') OR (step = "
            "'refuse' AND from_state = 'forwarded' AND to_state = 'refused') OR (step = 'readmit' AND from_state "
            "= 'refused' AND to_state = 'forwarded') OR (step = 'take_out' AND from_state = 'admitted' AND "
            "to_state = 'forwarded') OR (step = 'shortlist' AND from_state = 'admitted' AND to_state = "
            "'shortlisted') OR (step = 'unlist' AND from_state = 'shortlisted' AND to_state = 'admitted') OR "
            "(step = 'present' AND from_state = 'shortlisted' AND to_state = 'presented') OR (step = "
            "'undo_present' AND from_state = 'presented' AND to_state = 'shortlisted') OR (step = 'withdraw' AND "
            "from_state = 'draft' AND to_state = 'withdrawn') OR (step = 'withdraw' AND from_state = 'returned' "
            "AND to_state = 'withdrawn') OR (step = 'withdraw' AND from_state = 'submitted' AND to_state = "
            "'withdrawn') OR (step = 'withdraw' AND from_state = 'forwarded' AND to_state = 'withdrawn') OR (step"
            " = 'withdraw' AND from_state = 'admitted' AND to_state = 'withdrawn')",
            name=op.f("ck_entry_steps_step"),
        ),
        sa.CheckConstraint("length(reason) <= 2000", name=op.f("ck_entry_steps_reason")),
        sa.ForeignKeyConstraint(["actor_id"], ["accounts.id"], name=op.f("fk_entry_steps_actor_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_entry_steps_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_steps")),
    )
    op.create_index("ix_entry_steps_entry_id", "entry_steps", ["entry_id", "id"], unique=False)
    op.create_table(
        "entry_texts",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("unread_files", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_entry_texts_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_texts")),
    )
    op.create_table(
        "entry_versions",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("receipt_code", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("submitted_by_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_entry_versions_entry_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["accounts.id"], name=op.f("fk_entry_versions_submitted_by_id")),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_entry_versions")),
        sa.UniqueConstraint("receipt_code", name=op.f("uq_entry_versions_receipt_code")),
    )
    op.create_table(
        "similar_entries",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("entry_id <> other_id", name=op.f("ck_similar_entries_other")),
        sa.CheckConstraint("share BETWEEN 0 AND 10000", name=op.f("ck_similar_entries_share")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_similar_entries_entry_id")),
        sa.ForeignKeyConstraint(["other_id"], ["entries.id"], name=op.f("fk_similar_entries_other_id")),
        sa.PrimaryKeyConstraint("entry_id", "other_id", name=op.f("pk_similar_entries")),
    )
    op.create_index("ix_similar_entries_other_id", "similar_entries", ["other_id"], unique=False)
    op.create_table(
        "entry_version_files",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["entry_files.id"], name=op.f("fk_entry_version_files_file_id")),
        sa.PrimaryKeyConstraint("entry_id", "number", "file_id", name=op.f("pk_entry_version_files")),
    )


def downgrade() -> None:
    op.drop_table("entry_version_files")
    op.drop_index("ix_similar_entries_other_id", table_name="similar_entries")
    op.drop_table("similar_entries")
    op.drop_table("entry_versions")
    op.drop_table("entry_texts")
    op.drop_index("ix_entry_steps_entry_id", table_name="entry_steps")
    op.drop_table("entry_steps")
    op.drop_index(
        "ix_entry_files_entry_id",
        table_name="entry_files",
        postgresql_where=sa.text("removed_at IS NULL"),
        sqlite_where=sa.text("removed_at IS NULL"),
    )
    op.drop_index(
        "ix_entry_files_waiting",
        table_name="entry_files",
        postgresql_where=sa.text("scan = 'waiting'"),
        sqlite_where=sa.text("scan = 'waiting'"),
    )
    op.drop_index("ix_entry_files_digest", table_name="entry_files")
    op.drop_table("entry_files")
    op.drop_index("ix_entry_late_doors_round_id", table_name="entry_late_doors")
    op.drop_table("entry_late_doors")
    op.drop_index("ix_entries_unit_id", table_name="entries")
    op.drop_index("ix_entries_round_id", table_name="entries")
    op.drop_index("ix_entries_department_id", table_name="entries")
    op.drop_index("ix_entries_created_by_id", table_name="entries")
    op.drop_index(
        "ix_entries_continues_id",
        table_name="entries",
        postgresql_where=sa.text("state <> 'withdrawn'"),
        sqlite_where=sa.text("state <> 'withdrawn'"),
    )
    op.drop_table("entries")
    op.drop_table("initiative_rounds")
