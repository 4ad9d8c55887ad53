"""Texts that may name people though they hang on no account: what letters said, and why units were given time."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from datetime import datetime

from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.session import Statement, Work

_COLUMNS = (
    ("letter_batches", "subject"),
    ("letter_batches", "body"),
    ("window_extensions", "reason"),
    ("window_extensions", "withdrawal_reason"),
    ("entry_late_doors", "reason"),
    ("judge_conflicts", "reason"),
    ("presentation_draws", "reason"),
    ("prizes_given", "reason"),
)
_OLD = "made_at < :before AND {column} NOT IN ('', 'masked')"
_COUNTS = [
    Statement.from_sql(f"SELECT COUNT(*) AS number FROM {table} WHERE {_OLD.format(column=column)}")
    for table, column in _COLUMNS
]
_MASKS = [
    Statement.from_sql(f"UPDATE {table} SET {column} = 'masked' WHERE {_OLD.format(column=column)}")
    for table, column in _COLUMNS
]
# A draft without its text must not go out.
_END_LETTERS = Statement.from_sql(
    "UPDATE letters SET state = 'cancelled', reason = 'discarded', ended_at = :now WHERE state = 'draft' "
    "AND batch_id IN (SELECT id FROM letter_batches WHERE state = 'draft' AND made_at < :before)"
)
_END_DRAFTS = Statement.from_sql(
    "UPDATE letter_batches SET state = 'discarded', ended_at = :now WHERE state = 'draft' AND made_at < :before"
)


def count_texts(work: Work, before: datetime) -> int:
    """How many such texts are older than this moment and not masked yet."""
    rows = [work.find_one(statement, before=to_ms(before)) for statement in _COUNTS]
    return sum(int(row.number) for row in rows if row is not None)


def mask_texts(work: Work, before: datetime, now: datetime) -> None:
    """Mask them. Letters that were never approved are thrown away first."""
    for statement in (_END_LETTERS, _END_DRAFTS):
        work.run(statement, before=to_ms(before), now=to_ms(now))
    for statement in _MASKS:
        work.run(statement, before=to_ms(before))
