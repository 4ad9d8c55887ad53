"""Which function carries out which kind of job.

A handler is given its ``RunningJob`` and may be called again from the beginning, when its process died: it must be
repeatable, or end the job in the same transaction as its effect (``job.finish_in``). It stands in the layer that has
what it needs (a service, or a page's module where words and exports meet) and enters itself here:

    @handles(JobKind.ZIP_SCORE_LISTS)
    def make_zip(job: RunningJob) -> None:
        for number, unit_id in enumerate(unit_ids):
            job.report(number, len(unit_ids))      # raises JobStopped when the job was cancelled
            ...
        job.keep_result("danh-sach.zip", "application/zip", stream)

It raises JobFailed with a message id for what a person can put right; a Refusal ends the job with the refusal's words.
"""

from __future__ import annotations

from collections.abc import Callable

from quiz_app.domain.jobs import JobKind
from quiz_app.services.running_job import RunningJob

Handler = Callable[[RunningJob], None]

HANDLERS: dict[JobKind, Handler] = {}


def handles(kind: JobKind) -> Callable[[Handler], Handler]:
    """Make the function the handler of this kind."""

    def enter(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return enter
