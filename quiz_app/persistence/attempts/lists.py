"""Lists and counts of attempts: a person's history, and the live figures of a round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, distinct, func, literal_column, select

from quiz_app.persistence.attempts.late import DbLateResponse
from quiz_app.persistence.attempts.table import attempts_table, is_in_progress
from quiz_app.persistence.columns import from_ms, to_ms
from quiz_app.persistence.ids import make_lowest_id
from quiz_app.persistence.session import Row, Statement, Work

_late = DbLateResponse.__table__


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """A finished attempt in a person's history."""

    id: int
    ordinal: int
    started_at: datetime
    finished_at: datetime
    elapsed_ms: int
    correct_count: int
    score_hundredths: int
    closed_by: str


@dataclass(frozen=True, slots=True)
class RecentScore:
    """A finished attempt as a bar: its number and its score."""

    id: int
    ordinal: int
    score_hundredths: int


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """What is going on in a round: attempts open now, overdue among them, and of the last 60 s: attempts started and
    finished, answers saved (one that was changed counts once), and answers that came too late to count.
    """

    open_count: int
    overdue_count: int
    started_last_minute: int
    finished_last_minute: int
    saved_last_minute: int
    late_last_minute: int


_finished_lines = (
    select(
        attempts_table.c.id, attempts_table.c.ordinal, attempts_table.c.started_at, attempts_table.c.finished_at,
        attempts_table.c.elapsed_ms, attempts_table.c.correct_count, attempts_table.c.score_hundredths,
        attempts_table.c.closed_by,
    )
    .where(
        attempts_table.c.round_id == bindparam("round_id"),
        attempts_table.c.account_id == bindparam("account_id"),
        attempts_table.c.state == literal_column("'finished'"),
    )
    .order_by(attempts_table.c.ordinal.desc())
    .limit(bindparam("most"))
)  # fmt: skip
_HISTORY = Statement(_finished_lines.where(attempts_table.c.ordinal < bindparam("before_ordinal")))
_late_slots = select(func.count(distinct(_late.c.slot))).where(_late.c.attempt_id == bindparam("attempt_id"))
_LAST = Statement(_finished_lines.add_columns(_late_slots.scalar_subquery().label("late_slots")))
# Numbers of attempts follow each other, so the last few are a short range of the index, however many there are. Voided
# ones have a number but are not counted in the result: the range may then hold some more, which are cut off.
_RECENT_SCORES = Statement.from_sql(
    """
    SELECT attempts.id, attempts.round_id, attempts.ordinal, attempts.score_hundredths
    FROM rounds
    JOIN results ON results.round_id = rounds.id AND results.account_id = :account_id
    JOIN attempts ON attempts.round_id = rounds.id AND attempts.account_id = :account_id
      AND attempts.ordinal > results.attempt_count - :most AND attempts.state = 'finished'
    ORDER BY attempts.round_id, attempts.ordinal
    """
)
_OPEN = Statement(
    select(
        func.count().label("open_count"),
        func.coalesce(func.sum(case((attempts_table.c.accepts_until_at < bindparam("now"), 1), else_=0)), 0).label(
            "overdue_count"
        ),
    ).where(attempts_table.c.round_id == bindparam("round_id"), is_in_progress)
)
_RECENT = Statement(
    select(
        func.coalesce(func.sum(case((attempts_table.c.started_at >= bindparam("since"), 1), else_=0)), 0).label(
            "started"
        ),
        func.coalesce(func.sum(case((attempts_table.c.finished_at >= bindparam("since"), 1), else_=0)), 0).label(
            "finished"
        ),
    ).where(attempts_table.c.id >= bindparam("lowest_id"), attempts_table.c.round_id == bindparam("round_id"))
)

# The moment of a save stands in the response, as ms after the start: nothing more is written for this board.
_SAVED_SQL = (
    "SELECT COUNT(*) AS saved FROM attempts, {each}(attempts.responses) answers "
    "WHERE attempts.round_id = :round_id AND attempts.id >= :lowest_id AND substr(answers.key, 1, 1) NOT IN ('f', 'p') "
    "AND (attempts.state = 'in_progress' OR attempts.finished_at >= :since) "
    "AND attempts.started_at + {saved_ms} >= :since"
)
_SAVED = Statement.from_sqls(
    postgresql=_SAVED_SQL.format(each="jsonb_each", saved_ms="CAST(answers.value ->> 2 AS bigint)"),
    sqlite=_SAVED_SQL.format(each="json_each", saved_ms="json_extract(answers.value, '$[2]')"),
)
_LATE = Statement.from_sql(
    "SELECT COUNT(*) AS late FROM late_responses JOIN attempts ON attempts.id = late_responses.attempt_id "
    "WHERE late_responses.received_at >= :since AND late_responses.attempt_id >= :lowest_id "
    "AND attempts.round_id = :round_id"
)
_LATE_SPAN = timedelta(hours=1)
"""How long after its time an attempt is looked at for late answers."""


def list_history(work: Work, *, round_id: int, account_id: int, before_ordinal: int, most: int) -> list[AttemptLine]:
    """Finished attempts with a number below ``before_ordinal``, the latest first."""
    rows = work.list_all(_HISTORY, round_id=round_id, account_id=account_id, before_ordinal=before_ordinal, most=most)
    return [_to_line(row) for row in rows]


def list_last(
    work: Work, *, round_id: int, account_id: int, attempt_id: int, most: int
) -> tuple[list[AttemptLine], int]:
    """The person's last finished attempts, the latest first; and to how many questions of one finished attempt of
    theirs answers came after its end, one that was changed several times being one question.
    """
    rows = work.list_all(_LAST, round_id=round_id, account_id=account_id, attempt_id=attempt_id, most=most)
    return [_to_line(row) for row in rows], rows[0].late_slots if rows else 0


def _to_line(row: Row) -> AttemptLine:
    return AttemptLine(
        id=row.id,
        ordinal=row.ordinal,
        started_at=from_ms(row.started_at),
        finished_at=from_ms(row.finished_at),
        elapsed_ms=row.elapsed_ms,
        correct_count=row.correct_count,
        score_hundredths=row.score_hundredths,
        closed_by=row.closed_by,
    )


def list_recent_scores(work: Work, *, account_id: int, most: int) -> dict[int, tuple[RecentScore, ...]]:
    """By round, the person's last finished attempts in it, the earliest first: one statement for all rounds."""
    scores: dict[int, list[RecentScore]] = {}
    for row in work.list_all(_RECENT_SCORES, account_id=account_id, most=most):
        scores.setdefault(row.round_id, []).append(RecentScore(row.id, row.ordinal, row.score_hundredths))
    return {round_id: tuple(lines[-most:]) for round_id, lines in scores.items()}


def read_live_figures(work: Work, *, round_id: int, now: datetime, longest_attempt: timedelta) -> LiveFigures:
    """The live figures. Keys sort by time, so what happened lately is a range of the primary key, not a walk of the
    table.
    """
    since = now - timedelta(seconds=60)
    values = {
        "round_id": round_id,
        "since": to_ms(since),
        "lowest_id": make_lowest_id(to_ms(since - longest_attempt)),
    }
    open_row = work.find_one(_OPEN, round_id=round_id, now=to_ms(now))
    recent = work.find_one(_RECENT, **values)
    saved = work.find_one(_SAVED, **values)
    late = work.find_one(_LATE, **(values | {"lowest_id": make_lowest_id(to_ms(since - longest_attempt - _LATE_SPAN))}))
    assert open_row is not None and recent is not None  # noqa: S101, PT018 - aggregates always have one row
    assert saved is not None and late is not None  # noqa: S101, PT018 - as above
    return LiveFigures(
        open_count=open_row.open_count,
        overdue_count=int(open_row.overdue_count),
        started_last_minute=int(recent.started),
        finished_last_minute=int(recent.finished),
        saved_last_minute=int(saved.saved),
        late_last_minute=int(late.late),
    )
