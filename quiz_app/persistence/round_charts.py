"""What the charts of a round are drawn from: attempts by time, people by best score."""

from __future__ import annotations

from quiz_app.persistence.session import Statement, Work

SLICE_MS = 1_800_000
"""Half an hour: days of every zone in use begin at one of these."""
_FARTHEST = 10_000_000
"""A half hour in the year 2540."""
_BY_SLICE = Statement.from_sql(
    "SELECT finished_at / :slice AS slice, COUNT(*) AS number FROM attempts "
    "WHERE round_id = :round_id AND state = 'finished' AND finished_at >= :since AND finished_at < :before "
    "GROUP BY finished_at / :slice"
)
_BY_SCORE = Statement.from_sql(
    "SELECT score_hundredths, COUNT(*) AS number FROM results WHERE round_id = :round_id GROUP BY score_hundredths"
)


def count_by_slice(work: Work, round_id: int, *, first: int, last: int | None) -> dict[int, int]:
    """Finished attempts by the half hour in which they ended, counted since 1970 UTC: from ``first`` to the one before
    ``last``, or to the newest.
    """
    rows = work.list_all(
        _BY_SLICE,
        round_id=round_id,
        slice=SLICE_MS,
        since=first * SLICE_MS,
        before=(_FARTHEST if last is None else last) * SLICE_MS,
    )
    return {row.slice: row.number for row in rows}


def count_by_score(work: Work, round_id: int) -> dict[int, int]:
    """People by their best score in hundredths."""
    return {row.score_hundredths: row.number for row in work.list_all(_BY_SCORE, round_id=round_id)}
