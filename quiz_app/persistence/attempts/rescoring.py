"""Finished attempts as re-scoring reads and writes them: by item version, in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from quiz_app.persistence.columns import to_json
from quiz_app.persistence.session import Statement, Work

# A paper is text that begins each slot with the version's id, which has up to 19 digits: what is looked for is found
# nowhere else.
_HAS_VERSION_SQL = "{find}(paper, :needle) > 0"
_OF_BANK_SQL = "round_id IN (SELECT id FROM rounds WHERE bank_id = :bank_id)"
_SETTLE_SQL = f"SELECT id FROM attempts WHERE {_OF_BANK_SQL} AND state = 'in_progress' AND {_HAS_VERSION_SQL}"  # noqa: S608
_SETTLE = Statement.from_sqls(
    # A finish holds its row FOR UPDATE, which this lock waits for; a save holds less, and neither waits for the other.
    postgresql=_SETTLE_SQL.format(find="strpos") + " FOR KEY SHARE",
    sqlite=_SETTLE_SQL.format(find="instr"),
)
_PEOPLE_SQL = (
    f"SELECT round_id, account_id, COUNT(*) AS attempt_count FROM attempts WHERE {_OF_BANK_SQL} "  # noqa: S608
    f"AND state = 'finished' AND {_HAS_VERSION_SQL} GROUP BY round_id, account_id ORDER BY round_id, account_id"
)
_PEOPLE = Statement.from_sqls(postgresql=_PEOPLE_SQL.format(find="strpos"), sqlite=_PEOPLE_SQL.format(find="instr"))
_IS_SAT_SQL = (
    f"SELECT 1 AS found FROM attempts WHERE round_id = :round_id AND state = 'finished' AND {_HAS_VERSION_SQL} LIMIT 1"  # noqa: S608
)
_IS_SAT = Statement.from_sqls(postgresql=_IS_SAT_SQL.format(find="strpos"), sqlite=_IS_SAT_SQL.format(find="instr"))
_ATTEMPTS_SQL = f"""
  SELECT id AS attempt_id, account_id, unit_id, score_hundredths, correct_count, rank_key,
         CASE WHEN {_HAS_VERSION_SQL} THEN paper END AS paper,
         CASE WHEN {_HAS_VERSION_SQL} THEN {{responses}} END AS responses
  FROM attempts
  WHERE round_id = :round_id AND account_id IN ({{ids}}) AND state = 'finished'
  ORDER BY account_id, id
"""  # noqa: S608
_ATTEMPTS = Statement.from_sqls(
    postgresql=_ATTEMPTS_SQL.format(
        find="strpos",
        responses="CAST(responses AS text)",
        ids="SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:account_ids AS json))",
    ),
    sqlite=_ATTEMPTS_SQL.format(find="instr", responses="responses", ids="SELECT value FROM json_each(:account_ids)"),
)
_SET_SCORES = Statement.from_sqls(
    postgresql="""
    UPDATE attempts SET correct_count = new.correct, score_hundredths = new.score, rank_key = new.rank
    FROM json_to_recordset(CAST(:rows AS json)) AS new(id bigint, correct integer, score integer, rank text)
    WHERE attempts.id = new.id AND attempts.state = 'finished'
    """,
    sqlite="""
    UPDATE attempts SET correct_count = new.correct, score_hundredths = new.score, rank_key = new.rank
    FROM (SELECT json_extract(value, '$.id') AS id, json_extract(value, '$.correct') AS correct,
                 json_extract(value, '$.score') AS score, json_extract(value, '$.rank') AS rank
          FROM json_each(:rows)) AS new
    WHERE attempts.id = new.id AND attempts.state = 'finished'
    """,
)


class ScoredAttempt(NamedTuple):
    """A finished attempt with its score. ``paper`` and ``responses`` are JSON as stored, and there only where the item
    version stands on the paper.
    """

    attempt_id: int
    account_id: int
    unit_id: int | None
    score_hundredths: int
    correct_count: int
    rank_key: str
    paper: str | None
    responses: str | None


class NewScore(NamedTuple):
    """What re-scoring found for an attempt."""

    attempt_id: int
    correct_count: int
    score_hundredths: int
    rank_key: str


def wait_for_finishes(work: Work, *, bank_id: int, version_id: int) -> None:
    """Wait for the finishes under way of attempts with this item version.

    To be called after a correction was committed: a finish that did not see it is then in the tables, and one that
    takes its lock later sees it.
    """
    work.list_all(_SETTLE, bank_id=bank_id, needle=_make_needle(version_id))


def list_people(work: Work, *, bank_id: int, version_id: int) -> list[tuple[int, int, int]]:
    """(round id, account id, attempts) of everybody with the item version in a finished attempt, in this order."""
    rows = work.list_all(_PEOPLE, bank_id=bank_id, needle=_make_needle(version_id))
    return [(row.round_id, row.account_id, row.attempt_count) for row in rows]


def is_sat(work: Work, *, round_id: int, version_id: int) -> bool:
    """Whether a finished attempt of the round has the item version."""
    return work.find_one(_IS_SAT, round_id=round_id, needle=_make_needle(version_id)) is not None


def list_scored(work: Work, *, round_id: int, account_ids: Sequence[int], version_id: int) -> list[ScoredAttempt]:
    """All finished attempts of these people in the round, by person, the earliest first."""
    rows = work.list_all(
        _ATTEMPTS, round_id=round_id, account_ids=to_json(list(account_ids)), needle=_make_needle(version_id)
    )
    return list(map(ScoredAttempt._make, rows))


def set_scores(work: Work, scores: Sequence[NewScore]) -> int:
    """Write scores of finished attempts, in one statement; how many still were finished."""
    if not scores:
        return 0
    rows = [
        {"id": each.attempt_id, "correct": each.correct_count, "score": each.score_hundredths, "rank": each.rank_key}
        for each in scores
    ]
    return work.run(_SET_SCORES, rows=to_json(rows))


def _make_needle(version_id: int) -> str:
    return f"[{version_id},"
