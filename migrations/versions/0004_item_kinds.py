"""Items of every kind: keys and responses as JSON, forms of slots, pictures."""

from __future__ import annotations

import html
import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_pictures_digest")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_pictures")),
    )
    with op.batch_alter_table("item_versions") as table:
        table.add_column(sa.Column("row_texts", sa.Text(), nullable=False, server_default="[]"))
        table.alter_column("key", type_=sa.Text(), existing_type=sa.Integer(), postgresql_using="key::text")
    with op.batch_alter_table("item_versions") as table:
        table.alter_column("row_texts", server_default=None, existing_type=sa.Text(), existing_nullable=False)
    with op.batch_alter_table("late_responses") as table:
        table.drop_constraint(op.f("ck_late_responses_position"), type_="check")
        table.alter_column(
            "choice", type_=sa.Text(), existing_type=sa.Integer(), nullable=True, postgresql_using="choice::text"
        )
    op.execute("UPDATE late_responses SET choice = 'null' WHERE choice IS NULL")
    with op.batch_alter_table("late_responses") as table:
        table.alter_column("choice", existing_type=sa.Text(), nullable=False)
        table.create_check_constraint(op.f("ck_late_responses_position"), "slot >= 0 AND sequence >= 0")
    _rewrite_items()
    _rewrite_shapes()


def downgrade() -> None:
    """Only while no item of another kind and no response of another form is there; nothing is dropped in silence."""
    connection = op.get_bind()
    others = connection.execute(sa.text("SELECT COUNT(*) FROM item_versions WHERE kind <> 'single_choice'")).scalar()
    if others:
        raise RuntimeError(f"{others} item versions are of a kind that the older schema cannot hold")
    _restore_items()
    for (shape,) in connection.execute(sa.text("SELECT DISTINCT shape FROM attempts")).all():
        digits = shape[2::3]
        connection.execute(
            sa.text("UPDATE attempts SET shape = :digits WHERE shape = :shape"), {"digits": digits, "shape": shape}
        )
    with op.batch_alter_table("item_versions") as table:
        table.drop_column("row_texts")
        table.alter_column("key", type_=sa.Integer(), existing_type=sa.Text(), postgresql_using="key::integer")
    with op.batch_alter_table("late_responses") as table:
        table.drop_constraint(op.f("ck_late_responses_position"), type_="check")
        table.alter_column("choice", existing_type=sa.Text(), nullable=True)
    op.execute("UPDATE late_responses SET choice = NULL WHERE choice = 'null'")
    with op.batch_alter_table("late_responses") as table:
        table.alter_column(
            "choice", type_=sa.Integer(), existing_type=sa.Text(), nullable=True, postgresql_using="choice::integer"
        )
        table.create_check_constraint(op.f("ck_late_responses_position"), "slot >= 0 AND sequence >= 0 AND choice >= 0")
    op.drop_table("pictures")


def _restore_items() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, stem, options, key, explanation FROM item_versions")).all()
    for row in rows:
        options = [[html.unescape(text), is_pinned] for text, is_pinned in json.loads(row.options)]
        connection.execute(
            sa.text(
                "UPDATE item_versions SET stem = :stem, options = :options, key = :key, explanation = :explanation"
                " WHERE id = :id"
            ),
            {
                "id": row.id,
                "stem": html.unescape(row.stem),
                "options": json.dumps(options, ensure_ascii=False, separators=(",", ":")),
                "key": str(json.loads(row.key)["right"][0]),
                "explanation": html.unescape(row.explanation),
            },
        )


def _rewrite_items() -> None:
    """Plain texts become formatted ones, and a key's position a choice key."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, stem, options, key, explanation FROM item_versions")).all()
    for row in rows:
        options = [[_to_formatted(text), is_pinned] for text, is_pinned in json.loads(row.options)]
        connection.execute(
            sa.text(
                "UPDATE item_versions SET stem = :stem, options = :options, key = :key, explanation = :explanation"
                " WHERE id = :id"
            ),
            {
                "id": row.id,
                "stem": _to_formatted(row.stem),
                "options": json.dumps(options, ensure_ascii=False, separators=(",", ":")),
                "key": json.dumps({"right": [int(row.key)], "is_partial": False}, separators=(",", ":")),
                "explanation": _to_formatted(row.explanation),
            },
        )


def _rewrite_shapes() -> None:
    """A digit for each slot becomes a form: of so many options, one. Few papers' shapes differ."""
    connection = op.get_bind()
    for (shape,) in connection.execute(sa.text("SELECT DISTINCT shape FROM attempts")).all():
        forms = "".join(f"c0{digit}" for digit in shape)
        connection.execute(
            sa.text("UPDATE attempts SET shape = :forms WHERE shape = :shape"), {"forms": forms, "shape": shape}
        )


def _to_formatted(text: str) -> str:
    return html.escape(text.strip(), quote=False).replace("\n", "<br>")
