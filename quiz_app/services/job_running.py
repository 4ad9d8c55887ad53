"""Carrying out jobs: claim one, run its handler under a heartbeat, write how it ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import Refusal, StorageUnavailable
from quiz_app.domain.jobs import RESULT_KEPT_FOR, JobFailed, JobState, JobStopped
from quiz_app.persistence import jobs as jobs_store
from quiz_app.persistence.session import reading, single_write
from quiz_app.services.job_kinds import HANDLERS
from quiz_app.services.running_job import RESULTS_PREFIX, RunningJob
from quiz_app.storage import Storage

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5
UPLOADS_PREFIX = "uploads/"
"""Where pages put files that a job is to read; they are removed when they are as old as results may become."""
INTERRUPTED = N_("The work was interrupted three times. Start it again; if it happens once more, tell the operator.")
FAULT = N_("The work could not be completed because of a fault in the system. It was recorded; tell the operator.")
REFUSED = "refused"
"""In place of a message id: the page says the title of the refusal, whose code is among the values."""

MakeContext = Callable[[], AbstractContextManager[object]]


def run_next_job(*, storage: Storage, make_context: MakeContext, read_now: Callable[[], datetime]) -> bool:
    """Carry out the oldest job that waits; whether there was one. Raises StorageUnavailable.

    ``make_context`` gives the heartbeat's thread what it needs to reach the database.
    """
    with reading() as work:
        if not jobs_store.is_any_waiting(work, now=read_now()):
            return False
    with single_write() as work:
        job_id = jobs_store.claim_job(work, now=read_now())
    if job_id is None:
        return False
    with reading() as work:
        job = jobs_store.find_job(work, job_id)
    if job is None:
        return False
    running = RunningJob(job, storage=storage, read_now=read_now)
    with _beating(running, make_context):
        _run(running)
    return True


def give_up_jobs(*, now: datetime) -> int:
    """End jobs whose every try was cut short; how many."""
    with single_write() as work:
        return jobs_store.give_up_jobs(work, message=INTERRUPTED, now=now)


def remove_old_results(*, storage: Storage, now: datetime) -> int:
    """Remove the files of results and uploads that are older than 7 days; how many."""
    before = now - RESULT_KEPT_FOR
    with reading() as work:
        old = jobs_store.list_old_results(work, before=before)
    for job_id, key in old:
        storage.delete_file(key)
        with single_write() as work:
            jobs_store.forget_result(work, job_id)
    # What no row knows of: uploads, and results of workers that died before they could say so.
    strays = [
        file.key
        for prefix in (RESULTS_PREFIX, UPLOADS_PREFIX)
        for file in storage.list_files(prefix)
        if file.modified_at < before - RESULT_KEPT_FOR or (prefix == UPLOADS_PREFIX and file.modified_at < before)
    ]
    for key in strays:
        storage.delete_file(key)
    return len(old) + len(strays)


def _run(running: RunningJob) -> None:
    try:
        HANDLERS[running.kind](running)
    except JobStopped:
        log.info("job %d (%s) stopped", running.id, running.kind)
        running.drop_result()
    except StorageUnavailable:
        # Nothing is wrong with the job itself: it waits again, and this try counts.
        with single_write() as work:
            jobs_store.give_back(work, job_id=running.id, try_number=running.try_number)
        raise
    except JobFailed as failure:
        _fail(running, failure.message, failure.values)
    except Refusal as refusal:
        reason = getattr(refusal, "reason", None)
        _fail(running, reason or REFUSED, {} if reason else {"code": refusal.code})
    except Exception:
        log.exception("job %d (%s) failed", running.id, running.kind)
        _fail(running, FAULT, {})
    else:
        if not running.is_finished:
            _end(running, JobState.DONE)


def _fail(running: RunningJob, message: str, values: Mapping[str, Any]) -> None:
    running.drop_result()
    running.say(message, **values)
    _end(running, JobState.FAILED)


def _end(running: RunningJob, state: JobState) -> None:
    with single_write() as work:
        is_written = running.end(work, state)
    if not is_written:
        running.drop_result()


@contextmanager
def _beating(running: RunningJob, make_context: MakeContext) -> Iterator[None]:
    """Say every few seconds that the job is being worked on, and notice when it was cancelled."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(HEARTBEAT_SECONDS):
            try:
                with make_context(), single_write() as work:
                    is_mine = jobs_store.beat(
                        work, job_id=running.id, try_number=running.try_number, now=running.read_now()
                    )
            except StorageUnavailable:
                continue
            if not is_mine:
                running.lose()

    thread = threading.Thread(target=beat, name=f"heartbeat-{running.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
