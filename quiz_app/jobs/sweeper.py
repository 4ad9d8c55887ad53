"""The sweeper: closes overdue attempts, seals the audit trail, and clears away what has had its time.

It keeps boards current when nobody reads them; what a page reads, the page closes by itself.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from quiz_app.clock import read_now
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.jobs.clock_watch import ClockWatch
from quiz_app.services.attempts import close_overdue, find_common_end
from quiz_app.services.audit_chain import seal_trail
from quiz_app.services.entry_files.orphans import forget_drafts
from quiz_app.services.job_running import give_up_jobs, remove_old_results
from quiz_app.storage import Storage

log = logging.getLogger(__name__)

FIRST_SECONDS = 0.5
CLEARING_SECONDS = 3600
"""Old files are looked for once an hour."""


def start_sweeper(
    make_context: Callable[[], AbstractContextManager[object]], storage: Storage, *, seconds: int
) -> threading.Event:
    """Sweep about every so many seconds in a daemon thread, until the returned event is set."""
    stop = threading.Event()

    def run() -> None:
        next_clearing = time.monotonic()
        clock = ClockWatch()
        # The first time at once: what ended while the server was away has waited already.
        pause = choose_pause(FIRST_SECONDS)
        while not stop.wait(pause):
            clock.look()
            pause = choose_pause(seconds)
            is_clearing = time.monotonic() >= next_clearing
            if is_clearing:
                next_clearing = time.monotonic() + CLEARING_SECONDS
            try:
                with make_context():
                    sweep(storage, is_clearing=is_clearing)
                    pause = shorten_pause(pause, now=read_now())
            except StorageUnavailable:
                log.warning("sweep skipped: the database cannot be reached")
            except Exception:
                log.exception("sweep failed")

    threading.Thread(target=run, name="sweeper", daemon=True).start()
    return stop


def choose_pause(seconds: float) -> float:
    """About so many seconds; a random part keeps the processes of a server from sweeping in step."""
    return seconds * random.uniform(0.5, 1.5)  # noqa: S311 - no secret


def shorten_pause(pause: float, *, now: datetime) -> float:
    """Until just after the moment within this pause at which many attempts end together, if there is one: when a round
    closes, thousands of people wait for their results and for the boards. All processes then share the work.
    """
    end = find_common_end(now=now, within=timedelta(seconds=pause))
    if end is None:
        return pause
    return (end - now).total_seconds() + random.uniform(0.02, 0.3)  # noqa: S311 - no secret


def sweep(storage: Storage, *, is_clearing: bool) -> None:
    """One round of the sweeper."""
    closed = close_overdue(now=read_now())
    if closed:
        log.info("closed %d overdue attempts", closed)
    sealed = seal_trail()
    if sealed:
        log.debug("sealed %d entries of the audit trail", sealed)
    if is_clearing:
        given_up = give_up_jobs(now=read_now())
        removed = remove_old_results(storage=storage, now=read_now())
        forget_drafts(storage, read_now())
        if given_up or removed:
            log.info("gave up %d jobs, removed %d old files", given_up, removed)
