"""What the charts of a round are drawn from: attempts by time, people by best score."""

from __future__ import annotations

from collections.abc import Sequence

from quiz_app.persistence.columns import to_json
from quiz_app.persistence.session import Statement, Work

# For each span a walk along its part of the index: half of what grouping all attempts by a computed day costs.
_BY_SPAN = (
    "SELECT {begin} AS begins_at, (SELECT COUNT(*) FROM attempts WHERE round_id = :round_id AND state = 'finished' "
    "AND finished_at >= {begin} AND finished_at < {end}) AS number FROM {spans}"
)
_COUNT_BY_SPAN = Statement.from_sqls(
    postgresql=_BY_SPAN.format(
        begin="CAST(span->>0 AS bigint)",
        end="CAST(span->>1 AS bigint)",
        spans="json_array_elements(CAST(:spans AS json)) AS span",
    ),
    sqlite=_BY_SPAN.format(
        begin="json_extract(span.value, '$[0]')",
        end="json_extract(span.value, '$[1]')",
        spans="json_each(:spans) AS span",
    ),
)
_BY_SCORE = Statement.from_sql(
    "SELECT score_hundredths, COUNT(*) AS number FROM results WHERE round_id = :round_id GROUP BY score_hundredths"
)


def count_by_span(work: Work, round_id: int, spans: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Finished attempts that ended in each of these spans (milliseconds since 1970 UTC, the second one outside), by the
    beginning of the span.
    """
    if not spans:
        return {}
    return {row.begins_at: row.number for row in work.list_all(_COUNT_BY_SPAN, round_id=round_id, spans=to_json(spans))}


def count_by_score(work: Work, round_id: int) -> dict[int, int]:
    """People by their best score in hundredths."""
    return {row.score_hundredths: row.number for row in work.list_all(_BY_SCORE, round_id=round_id)}
