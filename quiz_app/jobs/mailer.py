"""The mailer: sends letters that are due, in a thread of its own.

It is no job of the queue of jobs: the pace that mail servers ask for, and the waits between tries, would hold the one
worker of a process for an hour, and imports with it.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from quiz_app.clock import read_now
from quiz_app.jobs.repeating import repeat
from quiz_app.mailing import MailSettings
from quiz_app.services.letters.sending import send_due

LAST_SECONDS = 10.0
"""How long a process that ends waits for the letter under way, so that its fate is known."""


def start_mailer(make_context: Callable[[], AbstractContextManager[object]], settings: MailSettings) -> threading.Event:
    """Send in a daemon thread until the returned event is set; the letter under way is sent to its end."""
    stop = threading.Event()

    def send() -> bool:
        with make_context():
            return send_due(settings=settings, read_now=read_now, is_stopped=stop.is_set).trouble is None

    thread = repeat(send, name="mailer", stop=stop)
    atexit.register(_finish, thread, stop)
    return stop


def _finish(thread: threading.Thread, stop: threading.Event) -> None:
    stop.set()
    thread.join(timeout=LAST_SECONDS)
