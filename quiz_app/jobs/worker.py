"""The worker of the job queue: one thread a process, one job at a time."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from quiz_app.clock import read_now
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.services.job_running import run_next_job
from quiz_app.storage import Storage

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
"""How long an idle worker waits before it asks again: one read by index a second and process."""
TROUBLED_SECONDS = 5.0


def start_worker(make_context: Callable[[], AbstractContextManager[object]], storage: Storage) -> threading.Event:
    """Work on jobs in a daemon thread until the returned event is set; a job under way is worked on to its end."""
    stop = threading.Event()

    def run() -> None:
        pause = IDLE_SECONDS
        while not stop.wait(pause * random.uniform(0.5, 1.5)):  # noqa: S311 - no secret
            try:
                with make_context():
                    is_worked = run_next_job(storage=storage, make_context=make_context, read_now=read_now)
                pause = 0.0 if is_worked else IDLE_SECONDS
            except StorageUnavailable:
                log.warning("no jobs done: the database cannot be reached")
                pause = TROUBLED_SECONDS
            except Exception:
                log.exception("the worker failed")
                pause = TROUBLED_SECONDS

    threading.Thread(target=run, name="job-worker", daemon=True).start()
    return stop
