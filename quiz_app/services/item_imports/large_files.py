"""Files that are too large to be read while a page waits: kept, read by a job, and shown as any other import then."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from question_bank.items import Level
from question_bank.readers.confined import ReadingStopped, read_confined
from question_bank.readers.report import ImportProblem, ItemDefaults
from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import NotFound
from quiz_app.domain.jobs import Job, JobFailed, JobKind, JobState, JobStopped
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence import jobs as jobs_store
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.item_bank.listing import BankHead, ensure_may_organise, get_bank
from quiz_app.services.item_imports import packing
from quiz_app.services.item_imports.staging import LONGEST_NAME, ImportOutcome, keep_report
from quiz_app.services.job_kinds import handles
from quiz_app.services.job_running import UPLOADS_PREFIX
from quiz_app.services.jobs import add_job
from quiz_app.services.key_corrections.courtesy import letting_others_go_first
from quiz_app.services.running_job import RunningJob
from quiz_app.storage import FileMissing, Storage

SMALL_FILE = 200 * 1024
"""Bytes of a file that is read at once: some 500 questions in a Word file, read in a second or two."""
MOST_TOLD = 50
"""Problems that are told of a file in which nothing can be read."""
NOTHING_READ = N_("There is no question that can be read in the file. Nothing was stored.")


@dataclass(frozen=True, slots=True)
class ReadingView:
    """The reading of a large file: its job, and the import that came of it or the problems of the file."""

    bank: BankHead
    job: Job
    file_name: str
    import_id: int | None
    outcome: ImportOutcome | None


def request_reading(
    *,
    organiser: Person,
    bank_id: int,
    content: bytes,
    file_name: str,
    default_topic: str,
    default_level: Level,
    storage: Storage,
    now: datetime,
) -> int:
    """Keep the file and have it read as a job, whose id is given. Raises NotFound for an unknown bank."""
    ensure_may_organise(organiser)
    with reading() as work:
        get_bank(work, bank_id)
    key = f"{UPLOADS_PREFIX}items/{secrets.token_hex(16)}"
    storage.write_file(key, content)
    arguments = {
        "bank_id": bank_id,
        "key": key,
        "name": file_name[-LONGEST_NAME:],
        "topic": default_topic,
        "level": str(default_level),
    }
    with transaction() as work:
        return add_job(work, kind=JobKind.READ_ITEMS, arguments=arguments, person=organiser, now=now)


@handles(JobKind.READ_ITEMS)
@letting_others_go_first()
def read_large_file(job: RunningJob) -> None:
    """The job of it. Begun again, it reads the file again; the import and the job's end are kept or lost together."""
    if not may_organise(job.get_requester()):
        raise JobFailed(N_("The account that asked for this no longer organises. Nothing was changed."))
    key = str(job.arguments["key"])
    try:
        content = job.storage.read_file(key)
    except FileMissing:
        raise JobFailed(N_("The file is no longer there. Nothing was stored; upload it again.")) from None
    try:
        outcome = _read(job, content)
    except JobStopped:
        with reading() as work:
            found = jobs_store.find_job(work, job.id)
        # Where another worker has taken it up, that one needs the file.
        if found is None or found.state is JobState.CANCELLED:
            job.storage.delete_file(key)
        raise
    job.storage.delete_file(key)
    if outcome.import_id is None:
        problems = [packing.dump_problem(problem) for problem in outcome.problems[:MOST_TOLD]]
        raise JobFailed(NOTHING_READ, problems=problems)


def view_reading(*, organiser: Person, bank_id: int, job_id: int) -> ReadingView:
    """How far one's own file is. Raises NotFound."""
    ensure_may_organise(organiser)
    with reading() as work:
        bank, job = get_bank(work, bank_id), jobs_store.find_job(work, job_id)
    if job is None or job.kind is not JobKind.READ_ITEMS or job.requested_by_id != organiser.id:
        raise NotFound
    if job.arguments["bank_id"] != bank_id:
        raise NotFound
    import_id = job.message_values.get("import_id") if job.state is JobState.DONE else None
    return ReadingView(bank, job, str(job.arguments["name"]), import_id, _find_outcome(job))


def _read(job: RunningJob, content: bytes) -> ImportOutcome:
    asked: Mapping[str, Any] = job.arguments
    job.report(0)
    try:
        report = read_confined(
            content,
            str(asked["name"]),
            ItemDefaults(str(asked["topic"]), Level(asked["level"])),
            is_stopped=job.is_cancelled,
        )
    except ReadingStopped:
        raise JobStopped from None
    job.report(len(report.items))

    def finish(work: Work, import_id: int, count: int) -> None:
        job.say(N_("The file was read: %(count)s questions."), count=count, import_id=import_id)
        job.finish_in(work)

    return keep_report(
        organiser_id=job.requested_by_id,
        bank_id=int(asked["bank_id"]),
        report=report,
        file_name=str(asked["name"]),
        now=job.read_now(),
        then=finish,
    )


def _find_outcome(job: Job) -> ImportOutcome | None:
    """What a file was refused for, as it is told of a small one."""
    stored = job.message_values.get("problems") if job.state is JobState.FAILED else None
    if stored is None:
        return None
    problems: tuple[ImportProblem, ...] = tuple(map(packing.load_problem, stored))
    return ImportOutcome(None, problems)
