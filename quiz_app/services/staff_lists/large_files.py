"""Lists that are too large to be read while a page waits: kept, read by a job, and shown as any other list then."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from question_bank.readers.report import ImportProblem, Severity
from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import NotAllowed
from quiz_app.domain.jobs import JobFailed, JobKind
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.keyed_hashes import KeyedHashes
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.job_running import UPLOADS_PREFIX
from quiz_app.services.jobs import add_job
from quiz_app.services.running_job import RunningJob
from quiz_app.services.staff_lists.packing import dump_problem
from quiz_app.services.staff_lists.staging import preview_list
from quiz_app.storage import FileMissing, Storage

SMALL_LIST = 250 * 1024
"""Bytes of a file that is read at once: some 4,000 people in a workbook, read in a second or two."""


def request_reading(
    *, actor: Person, content: bytes, file_name: str, default_unit_id: int | None, storage: Storage, now: datetime
) -> int:
    """Keep the file and have it read as a job, whose id is given. Raises NotAllowed."""
    if not may_organise(actor):
        raise NotAllowed
    key = f"{UPLOADS_PREFIX}staff/{secrets.token_hex(16)}"
    storage.write_file(key, content)
    arguments = {"key": key, "name": file_name[-200:], "unit_id": default_unit_id}
    with transaction() as work:
        return add_job(work, kind=JobKind.READ_STAFF_LIST, arguments=arguments, person=actor, now=now)


def read_large_list(job: RunningJob, *, keys: KeyedHashes, today: date) -> None:
    """The job of it. The preview and the end of the job are kept or lost together; the file is removed after that."""
    requester = job.get_requester()
    if not may_organise(requester):
        raise JobFailed(N_("The account that asked for this no longer organises. Nothing was changed."))
    key = str(job.arguments["key"])
    try:
        content = job.storage.read_file(key)
    except FileMissing:
        raise JobFailed(N_("The file is no longer there. Nothing was stored; upload it again.")) from None
    job.report(0)

    def finish(work: Work, import_id: int, rows: int, problems: Sequence[ImportProblem]) -> None:
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        if errors:
            job.say(
                N_("The list has errors: %(count)s. The first: %(problem)s. Nothing was changed."),
                count=len(errors), problem=dump_problem(errors[0]), import_id=import_id,
            )  # fmt: skip
        else:
            said = N_("The list was read: %(count)s rows. Nothing has been changed yet.")
            job.say(said, count=rows, import_id=import_id)
        job.finish_in(work)

    preview_list(
        actor=requester,
        content=content,
        file_name=str(job.arguments["name"]),
        default_unit_id=job.arguments["unit_id"],
        keys=keys,
        now=job.read_now(),
        today=today,
        then=finish,
    )
    job.storage.delete_file(key)
