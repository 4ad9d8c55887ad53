"""Background jobs: asking for one, watching it, ending it.

Jobs wait in a table and not in a queue library's store: a decision and the job that carries it out are then kept or
lost together, in the caller's own transaction, on either database and without another server. A queue beside the
database would need both to agree after a crash.

    with transaction() as work:
        ...                                     # the decision
        job_id = add_job(work, kind=JobKind.…, arguments={…}, person=person, now=now)

The handler of the kind stands wherever it has what it needs and says ``@handles(JobKind.…)`` (``services/job_kinds``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.jobs import JOB_RULES, Job, JobKind, JobResult, may_see_job
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence import audit
from quiz_app.persistence import jobs as jobs_store
from quiz_app.persistence.session import Work, reading, transaction

PAGE = 50
"""Jobs on a page of the list."""
_ABOVE_ALL_IDS = 2**63 - 1


def add_job(
    work: Work,
    *,
    kind: JobKind,
    arguments: Mapping[str, Any],
    person: Person,
    now: datetime,
    scope_unit_id: int | None = None,
) -> int:
    """Put a job into the queue within the caller's transaction; its id. Raises NotAllowed.

    ``arguments`` are what JSON can hold. ``scope_unit_id`` is the unit whose data the result will hold: its lead sees
    the job for as long as they lead it. A second click gives the id of the first one's job while that is not over.
    """
    if not JOB_RULES[kind].may_request(person):
        raise NotAllowed
    return jobs_store.add_job(
        work,
        kind=kind,
        arguments=arguments,
        requested_by_id=person.id,
        scope_unit_id=scope_unit_id,
        now=now,
    )


def find_job(*, person: Person, job_id: int) -> Job:
    """The job. Raises NotFound where there is none or the person may not see it."""
    with reading() as work:
        job = jobs_store.find_job(work, job_id)
    if job is None or not may_see_job(person, job):
        raise NotFound
    return job


def list_jobs(*, person: Person, before: int | None = None) -> list[Job]:
    """The person's own jobs, or everyone's for organisers: newest first, those with ids below ``before``."""
    account_id = None if may_organise(person) else person.id
    with reading() as work:
        jobs = jobs_store.list_jobs(work, account_id=account_id, before=before or _ABOVE_ALL_IDS, most=PAGE + 1)
    return [job for job in jobs if may_see_job(person, job)]


def cancel_job(*, person: Person, job_id: int, now: datetime) -> None:
    """End a job that waits or runs; one that is over stays as it is. Raises NotFound."""
    job = find_job(person=person, job_id=job_id)
    with transaction() as work:
        if jobs_store.cancel_job(work, job_id=job_id, now=now):
            audit.add_entry(
                work,
                now=now,
                actor_id=person.id,
                action="job_cancelled",
                subject=("job", job_id),
                details={"kind": str(job.kind)},
            )


def take_result(*, person: Person, job_id: int, now: datetime) -> JobResult:
    """The result, for handing it out; that is audited as the export that it is. Raises NotFound."""
    job = find_job(person=person, job_id=job_id)
    if job.result is None:
        raise NotFound
    with transaction() as work:
        audit.add_entry(
            work,
            now=now,
            actor_id=person.id,
            action="job_result_downloaded",
            subject=("job", job_id),
            details={"kind": str(job.kind), "file": job.result.name},
        )
    return job.result
