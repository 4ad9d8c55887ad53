"""Background work inside the server process: the sweeper that closes overdue attempts and finalises closed rounds.

Nothing depends on it for being right: pages and lists close what they read. It keeps boards current when nobody reads.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from quiz_app.clock import read_now
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.services.attempts import close_overdue

log = logging.getLogger(__name__)


def start_sweeper(make_context: Callable[[], AbstractContextManager[object]], *, seconds: int) -> threading.Event:
    """Sweep about every so many seconds in a daemon thread, until the returned event is set."""
    stop = threading.Event()

    def run() -> None:
        # A random part keeps the processes of a server from sweeping in step.
        while not stop.wait(seconds * random.uniform(0.5, 1.5)):  # noqa: S311 - no secret
            try:
                with make_context():
                    closed = close_overdue(now=read_now())
                if closed:
                    log.info("closed %d overdue attempts", closed)
            except StorageUnavailable:
                log.warning("sweep skipped: the database cannot be reached")
            except Exception:
                log.exception("sweep failed")

    threading.Thread(target=run, name="sweeper", daemon=True).start()
    return stop
