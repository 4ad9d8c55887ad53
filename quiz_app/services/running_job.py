"""A job as its handler sees it: what was asked for, and how to say how far it is and what came of it."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from quiz_app.domain.jobs import Job, JobFailed, JobResult, JobState, JobStopped
from quiz_app.domain.people import Person
from quiz_app.persistence import jobs as jobs_store
from quiz_app.persistence import people as people_store
from quiz_app.persistence.session import Work, reading, single_write
from quiz_app.storage import Content, Storage

RESULTS_PREFIX = "jobs/"
REPORT_SECONDS = 0.5
"""A handler may report as often as it likes; the database hears of it no more often than this."""


class RunningJob:
    """One claim of a job. It is this worker's until ``is_cancelled`` says otherwise."""

    def __init__(self, job: Job, *, storage: Storage, read_now: Callable[[], datetime]) -> None:
        """``read_now`` is the clock."""
        self.id = job.id
        self.kind = job.kind
        self.arguments: Mapping[str, Any] = job.arguments
        self.requested_by_id = job.requested_by_id
        self.scope_unit_id = job.scope_unit_id
        self.try_number = job.tries
        self.storage = storage
        self.read_now = read_now
        self.result: JobResult | None = None
        self.message: str | None = None
        self.message_values: Mapping[str, Any] = {}
        self.is_finished = False
        self._lost = threading.Event()
        self._reported_at = 0.0

    def report(self, done: int, total: int | None = None) -> None:
        """Say how many of how many steps are done, and let others have the processor. Raises JobStopped."""
        # Gives up the interpreter, so that a page that waits for it is answered first.
        time.sleep(0)
        moment = time.monotonic()
        if moment - self._reported_at >= REPORT_SECONDS or done == total:
            self._reported_at = moment
            with single_write() as work:
                is_mine = jobs_store.report(
                    work, job_id=self.id, try_number=self.try_number, done=done, total=total, now=self.read_now()
                )
            if not is_mine:
                self.lose()
        if self._lost.is_set():
            raise JobStopped

    def is_cancelled(self) -> bool:
        """Whether somebody cancelled it, or another worker has taken it up; known within seconds, without a query."""
        return self._lost.is_set()

    def get_requester(self) -> Person:
        """Who asked for it, with their roles as of now. Raises JobFailed if the account was closed since."""
        with reading() as work:
            person = people_store.find_person(work, self.requested_by_id)
        if person is None:
            raise JobFailed("The account that asked for this is closed. Nothing was done.")
        return person

    def keep_result(self, name: str, media_type: str, content: Content) -> None:
        """Keep a file (bytes, a stream, or pieces) that can be downloaded when the job is done. One file a job."""
        key = f"{RESULTS_PREFIX}{self.id}/{secrets.token_hex(8)}"
        size = self.storage.write_file(key, content)
        self.drop_result()
        self.result = JobResult(key, name, media_type, size)

    def say(self, message: str, **values: Any) -> None:
        """What came of it, as an English message id and its values; shown when the job is done."""
        self.message, self.message_values = message, values

    def hold(self, work: Work) -> None:
        """Make sure within a transaction, until its end, that the job is still this worker's. Raises JobStopped.

        A handler that changes data asks this before it commits: a job that was cancelled then changes nothing.
        """
        if not jobs_store.beat(work, job_id=self.id, try_number=self.try_number, now=self.read_now()):
            self.lose()
            raise JobStopped

    def finish_in(self, work: Work) -> None:
        """End the job as done within the handler's transaction: the effect and the end are kept or lost together.

        For what must not be done twice. Result and words are to be given before. Raises JobStopped.
        """
        if not self.end(work, JobState.DONE):
            raise JobStopped
        self.is_finished = True

    def end(self, work: Work, state: JobState) -> bool:
        """Write how it ended; False where it is no longer this worker's."""
        is_mine = jobs_store.end_job(
            work,
            job_id=self.id,
            try_number=self.try_number,
            state=state,
            message=self.message,
            message_values=self.message_values,
            result=self.result if state is JobState.DONE else None,
            now=self.read_now(),
        )
        if not is_mine:
            self.lose()
        return is_mine

    def lose(self) -> None:
        """The job is no longer this worker's."""
        self._lost.set()

    def drop_result(self) -> None:
        """Remove the file that was kept."""
        if self.result is not None:
            self.storage.delete_file(self.result.key)
            self.result = None
