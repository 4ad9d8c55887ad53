"""The bank: searches, authors, states and their changes, imports that wait; corrections of keys, analysis."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from question_bank.formatted_text import to_plain
from quiz_app.domain.names import make_search_text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = (
    "kind IN ('single_choice', 'multiple_choice', 'true_false', 'matching', 'ordering', 'short_answer', 'numerical', "
    "'essay')"
)
STEPS = (
    "(from_state = 'draft' AND to_state IN ('reviewed', 'retired')) OR "
    "(from_state = 'reviewed' AND to_state IN ('in_use', 'draft', 'retired')) OR "
    "(from_state = 'in_use' AND to_state IN ('retired', 'draft')) OR "
    "(from_state = 'retired' AND to_state = 'draft')"
)
WAITS = sa.text("state IN ('pending', 'confirmed')")


def upgrade() -> None:
    _extend_items()
    _create_state_changes()
    _create_imports()


def downgrade() -> None:
    op.drop_table("item_import_pictures")
    op.drop_table("item_import_lines")
    op.drop_table("item_imports")
    op.drop_table("item_state_changes")
    _shrink_items()


def _extend_items() -> None:
    # Column by column, with its rule: a table that others refer to is not made anew.
    op.execute(
        f"ALTER TABLE items ADD COLUMN kind VARCHAR NOT NULL DEFAULT 'single_choice' CONSTRAINT ck_items_kind "
        f"CHECK ({KINDS})"
    )
    op.execute("ALTER TABLE items ADD COLUMN search_text TEXT NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE items ADD COLUMN source_text TEXT NOT NULL DEFAULT ''")
    op.execute(
        "ALTER TABLE item_versions ADD COLUMN made_by_id BIGINT "
        "CONSTRAINT fk_item_versions_made_by_id REFERENCES accounts (id)"
    )
    _fill_searches()


def _shrink_items() -> None:
    # A column goes with its own rule, on both databases; the tables themselves stay where they are.
    for table, column in (
        ("item_versions", "made_by_id"),
        ("items", "source_text"),
        ("items", "search_text"),
        ("items", "kind"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _fill_searches() -> None:
    """What items are found by, from their newest version."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT items.id, items.code, v.kind, v.stem, v.options, v.row_texts, v.source FROM items "
            "JOIN item_versions v ON v.item_id = items.id AND v.number = "
            "(SELECT max(number) FROM item_versions latest WHERE latest.item_id = items.id)"
        )
    ).all()
    for row in rows:
        source = json.loads(row.source)
        options = [to_plain(text) for text, _ in json.loads(row.options)]
        texts = [to_plain(row.stem), *options, *(to_plain(text) for text in json.loads(row.row_texts))]
        connection.execute(
            sa.text("UPDATE items SET kind = :kind, search_text = :found, source_text = :source WHERE id = :id"),
            {
                "id": row.id,
                "kind": row.kind,
                "found": make_search_text(row.code, *texts),
                "source": make_search_text(source["document"], source["article"]),
            },
        )


def _create_state_changes() -> None:
    op.create_table(
        "item_state_changes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("from_state", sa.String(), nullable=False),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(STEPS, name=op.f("ck_item_state_changes_step")),
        sa.CheckConstraint(
            "to_state <> 'reviewed' OR author_id IS NULL OR author_id <> made_by_id",
            name=op.f("ck_item_state_changes_second_person"),
        ),
        sa.CheckConstraint(
            "reason <> '' OR to_state IN ('reviewed', 'in_use')", name=op.f("ck_item_state_changes_reason")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_state_changes_item_id")),
        sa.ForeignKeyConstraint(["version_id"], ["item_versions.id"], name=op.f("fk_item_state_changes_version_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_item_state_changes_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_state_changes")),
    )
    op.create_index("ix_item_state_changes_item_id", "item_state_changes", ["item_id", "id"])


def _create_imports() -> None:
    op.create_table(
        "item_imports",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bank_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'confirmed', 'applied', 'discarded')", name=op.f("ck_item_imports_state")
        ),
        sa.CheckConstraint(
            "(state IN ('applied', 'discarded')) = (ended_at IS NOT NULL)", name=op.f("ck_item_imports_ended_at")
        ),
        sa.ForeignKeyConstraint(["bank_id"], ["item_banks.id"], name=op.f("fk_item_imports_bank_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_item_imports_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_imports")),
    )
    op.create_index("ix_item_imports_made_by_id", "item_imports", ["made_by_id", "id"])
    op.create_index("ix_item_imports_waiting", "item_imports", ["made_at"], postgresql_where=WAITS, sqlite_where=WAITS)
    op.create_table(
        "item_import_lines",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("same_item_id", sa.BigInteger(), nullable=True),
        sa.Column("same_position", sa.Integer(), nullable=True),
        sa.Column("similarity", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("rank IN (0, 1, 2)", name=op.f("ck_item_import_lines_rank")),
        sa.CheckConstraint("choice IN ('new', 'version', 'skip')", name=op.f("ck_item_import_lines_choice")),
        sa.CheckConstraint(
            "choice <> 'version' OR same_item_id IS NOT NULL", name=op.f("ck_item_import_lines_same_item_id")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["item_imports.id"], name=op.f("fk_item_import_lines_import_id")),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_item_import_lines")),
    )
    op.create_table(
        "item_import_pictures",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_item_import_pictures_digest")),
        sa.ForeignKeyConstraint(["import_id"], ["item_imports.id"], name=op.f("fk_item_import_pictures_import_id")),
        sa.PrimaryKeyConstraint("import_id", "digest", name=op.f("pk_item_import_pictures")),
    )
