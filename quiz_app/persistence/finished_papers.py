"""What was answered in the finished attempts of a round: papers and responses as they are stored, in batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from quiz_app.persistence.session import Statement, Work

BATCH = 2_000
"""Attempts that are read at once: some two megabytes."""

# In the order of the index on what is finished. What finishes meanwhile comes at the end, so nothing is read twice.
_BATCH_SQL = """
    SELECT id, finished_at, ordinal, correct_count, score_hundredths, paper, CAST(responses AS text) AS responses
    FROM attempts
    WHERE round_id = :round_id AND state = 'finished' AND finished_at >= :after
      AND (finished_at > :after OR id > :after_id)
    ORDER BY finished_at, id LIMIT :most
"""
_BATCH = Statement.from_sql(_BATCH_SQL)
_COUNT = Statement.from_sql("SELECT COUNT(*) AS number FROM attempts WHERE round_id = :round_id AND state = 'finished'")
_NEWEST = Statement.from_sql("""
    SELECT paper, CAST(responses AS text) AS responses FROM attempts
    WHERE round_id = :round_id AND state = 'finished' ORDER BY finished_at DESC LIMIT :most
""")


class FinishedPaper(NamedTuple):
    """The columns of a finished attempt: what was on its paper and what was answered, both JSON as stored, and its
    result.
    """

    id: int
    finished_at: int
    ordinal: int
    correct_count: int
    score_hundredths: int
    paper: str
    responses: str


def count_finished(work: Work, round_id: int) -> int:
    """How many attempts of the round are finished."""
    row = work.find_one(_COUNT, round_id=round_id)
    return int(row.number) if row else 0


def read_batches(work: Work, round_id: int) -> Iterator[list[FinishedPaper]]:
    """Every finished attempt of the round once, in batches; whoever takes them may pause between two."""
    after, after_id = -1, -1
    while rows := work.list_all(_BATCH, round_id=round_id, after=after, after_id=after_id, most=BATCH):
        yield rows
        after, after_id = rows[-1].finished_at, rows[-1].id


def list_newest(work: Work, round_id: int, *, most: int) -> list[tuple[str, str]]:
    """Papers and responses, as stored, of the attempts that finished last."""
    return [(row.paper, row.responses) for row in work.list_all(_NEWEST, round_id=round_id, most=most)]
