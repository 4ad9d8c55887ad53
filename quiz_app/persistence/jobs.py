"""Background jobs: the table that they wait in, and the statements that claim, watch and end them.

A running job belongs to a claim, told by the job's id and the number of its try: every statement of the worker names
both, so that a worker that was thought dead and comes back changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, and_, bindparam, insert, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.jobs import JOB_RULES, MOST_TRIES, STALE_AFTER, Job, JobKind, JobResult, JobState
from quiz_app.extensions import Model
from quiz_app.persistence.columns import (
    Identifier,
    Instant,
    JsonText,
    OptionalInstant,
    find_from_ms,
    from_json,
    from_ms,
    to_json,
    to_ms,
)
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.people import DbAccount
from quiz_app.persistence.session import Row, Statement, Work

UNFINISHED = "state IN ('queued', 'running')"
_KNOWN = f"kind IN ({', '.join(repr(str(kind)) for kind in JobKind)})"
# Beside a process of another release there may be kinds that this one cannot carry out.
_CLAIMABLE = f"{UNFINISHED} AND (state = 'queued' OR heartbeat_at < :stale) AND tries < :most AND {_KNOWN}"


class DbJob(Model):
    """A job, from the moment it is asked for until its result is removed. ``tries`` counts its claims."""

    __tablename__ = "jobs"
    id: Mapped[Identifier]
    kind: Mapped[str]
    arguments: Mapped[JsonText]
    state: Mapped[str]
    done_count: Mapped[int]
    total_count: Mapped[int | None]
    message: Mapped[str | None] = mapped_column(Text)
    message_values: Mapped[JsonText]
    result_key: Mapped[str | None]
    result_name: Mapped[str | None]
    result_media_type: Mapped[str | None]
    result_size: Mapped[int | None] = mapped_column(BigInteger)
    requested_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    scope_unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    created_at: Mapped[Instant]
    started_at: Mapped[OptionalInstant]
    finished_at: Mapped[OptionalInstant]
    heartbeat_at: Mapped[OptionalInstant]
    tries: Mapped[int]
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
        CheckConstraint(f"({UNFINISHED}) = (finished_at IS NULL)", name="finished"),
        CheckConstraint("state <> 'failed' OR message IS NOT NULL", name="failure"),
        CheckConstraint("done_count >= 0 AND total_count >= 0 AND tries >= 0", name="counts"),
        CheckConstraint(
            "(result_key IS NULL) = (result_name IS NULL) AND (result_key IS NULL) = (result_media_type IS NULL) "
            "AND (result_key IS NULL) = (result_size IS NULL)",
            name="result",
        ),
        Index("ix_jobs_unfinished", "id", postgresql_where=text(UNFINISHED), sqlite_where=text(UNFINISHED)),
        Index("ix_jobs_requested_by_id", "requested_by_id", "id"),
        Index(
            "ix_jobs_result_key",
            "finished_at",
            postgresql_where=text("result_key IS NOT NULL"),
            sqlite_where=text("result_key IS NOT NULL"),
        ),
    )


_KINDS = {str(kind) for kind in JobKind}
_jobs, _accounts = DbJob.__table__, DbAccount.__table__
_ADD = Statement(insert(_jobs))
_COLUMNS = select(*_jobs.c, _accounts.c.name.label("requested_by_name")).join(
    _accounts, _accounts.c.id == _jobs.c.requested_by_id
)
_BY_ID = Statement(_COLUMNS.where(_jobs.c.id == bindparam("job_id")))
_IS_LISTED = or_(
    _jobs.c.state == str(JobState.FAILED),
    and_(*[_jobs.c.kind != str(kind) for kind, rule in JOB_RULES.items() if not rule.is_listed]),
)
_OF_PERSON = Statement(
    _COLUMNS.where(_IS_LISTED, _jobs.c.requested_by_id == bindparam("account_id"), _jobs.c.id < bindparam("before"))
    .order_by(_jobs.c.id.desc())
    .limit(bindparam("most"))
)
_OF_KINDS = Statement(
    _COLUMNS.where(_IS_LISTED, _jobs.c.id < bindparam("before")).order_by(_jobs.c.id.desc()).limit(bindparam("most"))
)
_SAME = Statement.from_sql(
    f"SELECT id FROM jobs WHERE {UNFINISHED} AND requested_by_id = :account_id AND kind = :kind "  # noqa: S608
    "AND arguments = :arguments ORDER BY id LIMIT 1"
)
_UNFINISHED = Statement(
    _COLUMNS.where(
        _jobs.c.kind == bindparam("kind"), _jobs.c.arguments == bindparam("arguments"), text(f"jobs.{UNFINISHED}")
    )
    .order_by(_jobs.c.id)
    .limit(1)
)
_CANCEL = Statement.from_sql(
    f"UPDATE jobs SET state = 'cancelled', finished_at = :moment WHERE id = :job_id AND {UNFINISHED}"  # noqa: S608
)
# One statement on both databases; on PostgreSQL the row that another worker is claiming is passed over.
_CLAIM_SQL = f"""
  UPDATE jobs SET state = 'running', tries = tries + 1, heartbeat_at = :moment, done_count = 0, total_count = NULL,
         started_at = COALESCE(started_at, :moment)
  WHERE id = (SELECT id FROM jobs WHERE {_CLAIMABLE} ORDER BY id LIMIT 1 {{lock}}) AND {_CLAIMABLE}
  RETURNING id
"""  # noqa: S608
_CLAIM = Statement.from_sqls(
    postgresql=_CLAIM_SQL.format(lock="FOR UPDATE SKIP LOCKED"), sqlite=_CLAIM_SQL.format(lock="")
)
_IS_WAITING = Statement.from_sql(f"SELECT 1 AS found FROM jobs WHERE {_CLAIMABLE} LIMIT 1")  # noqa: S608
_GIVE_UP = Statement.from_sql(
    f"UPDATE jobs SET state = 'failed', finished_at = :moment, message = :message WHERE {UNFINISHED} "  # noqa: S608
    "AND tries >= :most AND (state = 'queued' OR heartbeat_at < :stale)"
)
_OWNED = " WHERE id = :job_id AND tries = :try AND state = 'running'"
_BEAT = Statement.from_sql(f"UPDATE jobs SET heartbeat_at = :moment{_OWNED}")  # noqa: S608
_REPORT = Statement.from_sql(
    f"UPDATE jobs SET heartbeat_at = :moment, done_count = :done, total_count = :total{_OWNED}"  # noqa: S608
)
_END = Statement.from_sql(
    "UPDATE jobs SET state = :state, finished_at = :moment, message = :message, message_values = :message_values, "  # noqa: S608
    "result_key = :result_key, result_name = :result_name, result_media_type = :result_media_type, "
    f"result_size = :result_size{_OWNED}"
)
_GIVE_BACK = Statement.from_sql(f"UPDATE jobs SET state = 'queued', heartbeat_at = NULL{_OWNED}")  # noqa: S608
_OLD_RESULTS = Statement.from_sql(
    "SELECT id, result_key FROM jobs WHERE result_key IS NOT NULL AND finished_at < :before "
    "ORDER BY finished_at LIMIT 500"
)
_FORGET_RESULT = Statement.from_sql(
    "UPDATE jobs SET result_key = NULL, result_name = NULL, result_media_type = NULL, result_size = NULL "
    "WHERE id = :job_id"
)


def add_job(
    work: Work,
    *,
    kind: JobKind,
    arguments: Mapping[str, Any],
    requested_by_id: int,
    scope_unit_id: int | None,
    now: datetime,
) -> int:
    """Put a job into the queue; its new id. One of the same person, kind and arguments that waits or runs is kept."""
    stored = to_json(dict(arguments))
    same = work.find_one(_SAME, account_id=requested_by_id, kind=str(kind), arguments=stored)
    if same is not None:
        return int(same.id)
    job_id = make_id()
    empty = dict.fromkeys(column.name for column in _jobs.columns)
    row = {
        **empty,
        "id": job_id,
        "kind": str(kind),
        "arguments": stored,
        "state": str(JobState.QUEUED),
        "done_count": 0,
        "message_values": "{}",
        "requested_by_id": requested_by_id,
        "scope_unit_id": scope_unit_id,
        "created_at": to_ms(now),
        "tries": 0,
    }
    work.run(_ADD, **row)
    return job_id


def find_job(work: Work, job_id: int) -> Job | None:
    """The job with this id; one of a kind that this release does not know is as good as none."""
    row = work.find_one(_BY_ID, job_id=job_id)
    return None if row is None or row.kind not in _KINDS else _to_job(row)


def list_jobs(work: Work, *, account_id: int | None, before: int, most: int) -> list[Job]:
    """Jobs with smaller ids than ``before``, newest first: of one person, or of everyone."""
    if account_id is None:
        rows = work.list_all(_OF_KINDS, before=before, most=most)
    else:
        rows = work.list_all(_OF_PERSON, account_id=account_id, before=before, most=most)
    return [_to_job(row) for row in rows if row.kind in _KINDS]


def find_unfinished(work: Work, *, kind: JobKind, arguments: Mapping[str, Any]) -> Job | None:
    """The job of this kind with these arguments that waits or runs, whoever asked for it."""
    row = work.find_one(_UNFINISHED, kind=str(kind), arguments=to_json(arguments))
    return None if row is None else _to_job(row)


def cancel_job(work: Work, *, job_id: int, now: datetime) -> bool:
    """End a job that waits or runs; whether there was one."""
    return work.run(_CANCEL, job_id=job_id, moment=to_ms(now)) == 1


def is_any_waiting(work: Work, *, now: datetime) -> bool:
    """Whether there is something to claim; a read, so that an idle worker writes nothing."""
    return work.find_one(_IS_WAITING, stale=to_ms(now - STALE_AFTER), most=MOST_TRIES) is not None


def claim_job(work: Work, *, now: datetime) -> int | None:
    """Take the oldest job that waits, or whose worker is gone; its id, or None. At most one worker gets it."""
    rows = work.list_all(_CLAIM, moment=to_ms(now), stale=to_ms(now - STALE_AFTER), most=MOST_TRIES)
    return int(rows[0].id) if rows else None


def give_up_jobs(work: Work, *, message: str, now: datetime) -> int:
    """End the jobs whose every try was cut short; how many."""
    return work.run(_GIVE_UP, moment=to_ms(now), stale=to_ms(now - STALE_AFTER), most=MOST_TRIES, message=message)


def beat(work: Work, *, job_id: int, try_number: int, now: datetime) -> bool:
    """Say that the job is being worked on; whether it is still this worker's. It locks the row until the commit."""
    return work.run(_BEAT, **{"job_id": job_id, "try": try_number, "moment": to_ms(now)}) == 1


def report(work: Work, *, job_id: int, try_number: int, done: int, total: int | None, now: datetime) -> bool:
    """The same with how far it is."""
    values = {"job_id": job_id, "try": try_number, "moment": to_ms(now), "done": done, "total": total}
    return work.run(_REPORT, **values) == 1


def end_job(
    work: Work,
    *,
    job_id: int,
    try_number: int,
    state: JobState,
    message: str | None,
    message_values: Mapping[str, Any],
    result: JobResult | None,
    now: datetime,
) -> bool:
    """Write how it ended; False where it was cancelled or taken over, and then nothing is written."""
    values = {
        "job_id": job_id,
        "try": try_number,
        "state": str(state),
        "moment": to_ms(now),
        "message": message,
        "message_values": to_json(dict(message_values)),
        "result_key": result and result.key,
        "result_name": result and result.name,
        "result_media_type": result and result.media_type,
        "result_size": result and result.size,
    }
    return work.run(_END, **values) == 1


def give_back(work: Work, *, job_id: int, try_number: int) -> None:
    """Put the job back into the queue."""
    work.run(_GIVE_BACK, **{"job_id": job_id, "try": try_number})


def list_old_results(work: Work, *, before: datetime) -> list[tuple[int, str]]:
    """(job id, storage key) of results that ended before that moment, oldest first, 500 at most."""
    return [(row.id, row.result_key) for row in work.list_all(_OLD_RESULTS, before=to_ms(before))]


def forget_result(work: Work, job_id: int) -> None:
    """The file is gone; what the job was stays."""
    work.run(_FORGET_RESULT, job_id=job_id)


def _to_job(row: Row) -> Job:
    result = None
    if row.result_key is not None:
        result = JobResult(row.result_key, row.result_name, row.result_media_type, row.result_size)
    return Job(
        id=row.id,
        kind=JobKind(row.kind),
        arguments=from_json(row.arguments),
        state=JobState(row.state),
        done_count=row.done_count,
        total_count=row.total_count,
        message=row.message,
        message_values=from_json(row.message_values),
        result=result,
        requested_by_id=row.requested_by_id,
        scope_unit_id=row.scope_unit_id,
        created_at=from_ms(row.created_at),
        started_at=find_from_ms(row.started_at),
        finished_at=find_from_ms(row.finished_at),
        tries=row.tries,
        requested_by_name=row.requested_by_name,
    )
