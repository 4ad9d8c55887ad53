"""The mailer: sends letters that are due, in a thread of its own.

It is no job of the queue of jobs: the pace that mail servers ask for, and the waits between tries, would hold the one
worker of a process for an hour, and imports with it.
"""

from __future__ import annotations

import atexit
import logging
import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from quiz_app.clock import read_now
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.mailing import MailSettings
from quiz_app.services.letters.sending import send_due

log = logging.getLogger(__name__)

IDLE_SECONDS = 2.0
"""How long an idle mailer waits before it asks again: one read by index."""
FIRST_PAUSE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 300.0
"""A mail server that cannot be reached is asked again after a pause that doubles."""
LAST_SECONDS = 10.0
"""How long a process that ends waits for the letter under way, so that its fate is known."""


def start_mailer(make_context: Callable[[], AbstractContextManager[object]], settings: MailSettings) -> threading.Event:
    """Send in a daemon thread until the returned event is set; the letter under way is sent to its end."""
    stop = threading.Event()

    def run() -> None:
        pause = IDLE_SECONDS
        while not stop.wait(pause * random.uniform(0.5, 1.5)):  # noqa: S311 - no secret
            try:
                with make_context():
                    report = send_due(settings=settings, read_now=read_now, is_stopped=stop.is_set)
            except StorageUnavailable:
                log.warning("no letters sent: the database cannot be reached")
                pause = FIRST_PAUSE_SECONDS
            except Exception:
                log.exception("the mailer failed")
                pause = FIRST_PAUSE_SECONDS
            else:
                if report.trouble is None:
                    pause = IDLE_SECONDS
                else:
                    pause = min(LONGEST_PAUSE_SECONDS, max(FIRST_PAUSE_SECONDS, pause * 2))

    thread = threading.Thread(target=run, name="mailer", daemon=True)
    thread.start()
    atexit.register(_finish, thread, stop)
    return stop


def _finish(thread: threading.Thread, stop: threading.Event) -> None:
    stop.set()
    thread.join(timeout=LAST_SECONDS)
