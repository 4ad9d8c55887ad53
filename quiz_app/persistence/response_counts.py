"""What was answered in the finished attempts of a round, counted by the database: some thousand groups come out of
millions of responses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quiz_app.persistence.session import Statement, Work

# A choice of one option is named by its place in the item, whatever place the paper gave it; every other answer by the
# order of the paper's options and the answer as it was saved, so that Python can translate it.
_COUNTS = Statement.from_sqls(
    postgresql="""
    SELECT is_first, slot, version_id, answer, correct_count, score_hundredths, COUNT(*) AS attempt_count
    FROM (
      SELECT a.ordinal = 1 AS is_first, p.place - 1 AS slot, CAST(p.entry ->> 0 AS bigint) AS version_id,
             a.correct_count, a.score_hundredths,
             CASE jsonb_typeof(r.choice)
               WHEN 'number' THEN substr(p.entry ->> 1, CAST(r.choice AS integer) + 1, 1)
               WHEN 'null' THEN NULL
               ELSE (p.entry ->> 1) || ' ' || CAST(r.choice AS text)
             END AS answer
      FROM attempts a
      CROSS JOIN LATERAL jsonb_array_elements(CAST(a.paper AS jsonb)) WITH ORDINALITY p(entry, place)
      -- OFFSET 0 keeps the planner from writing the look-up out once for each use.
      CROSS JOIN LATERAL (SELECT a.responses -> CAST(p.place - 1 AS text) -> 1 AS choice OFFSET 0) r
      WHERE a.round_id = :round_id AND a.state = 'finished'
    ) AS answers
    GROUP BY is_first, slot, version_id, answer, correct_count, score_hundredths
    """,
    sqlite="""
    SELECT a.ordinal = 1 AS is_first, p.key AS slot, json_extract(p.value, '$[0]') AS version_id,
           CASE json_type(a.responses, '$."' || p.key || '"[1]')
             WHEN 'integer' THEN
               substr(json_extract(p.value, '$[1]'), json_extract(a.responses, '$."' || p.key || '"[1]') + 1, 1)
             WHEN 'null' THEN NULL
             ELSE json_extract(p.value, '$[1]') || ' ' || (a.responses -> ('$."' || p.key || '"[1]'))
           END AS answer,
           correct_count, score_hundredths, COUNT(*) AS attempt_count
    FROM attempts a, json_each(a.paper) p
    WHERE a.round_id = :round_id AND a.state = 'finished'
    GROUP BY 1, 2, 3, 4, 5, 6
    """,
)
_TIMES = Statement.from_sqls(
    postgresql="""
    SELECT paper, CAST(responses AS text) AS responses FROM attempts
    WHERE round_id = :round_id AND state = 'finished' ORDER BY id DESC LIMIT :most
    """,
    sqlite="""
    SELECT paper, responses FROM attempts
    WHERE round_id = :round_id AND state = 'finished' ORDER BY id DESC LIMIT :most
    """,
)


@dataclass(frozen=True, slots=True)
class ResponseCount:
    """So many attempts (first ones or later ones) had this answer to this item version in this slot, and this result.

    ``answer`` is None without one, a digit for the option of the item that was chosen, or else the paper's order of
    options, a space, and the answer as JSON.
    """

    is_first: bool
    slot: int
    version_id: int
    answer: str | None
    correct_count: int
    score_hundredths: int
    count: int


def count_responses(work: Work, round_id: int) -> Iterator[ResponseCount]:
    """Every group of equal responses of the round."""
    for row in work.list_all(_COUNTS, round_id=round_id):
        yield ResponseCount(
            bool(row.is_first), row.slot, row.version_id, row.answer, row.correct_count, row.score_hundredths,
            row.attempt_count,
        )  # fmt: skip


def list_papers(work: Work, round_id: int, *, most: int) -> list[tuple[str, str]]:
    """Papers and responses, as stored, of the newest finished attempts."""
    return [(row.paper, row.responses) for row in work.list_all(_TIMES, round_id=round_id, most=most)]
