"""The scanner's thread: has clamd look at files that wait. No job of the queue, whose one worker it would hold up."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from quiz_app.clock import read_now
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.services.entry_files.scanning import scan_waiting
from quiz_app.storage import Storage
from quiz_app.virus_scanner import ScannerAddress

log = logging.getLogger(__name__)

IDLE_SECONDS = 2.0
"""How long an idle thread waits before it asks again: one read by index."""
FIRST_PAUSE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 300.0
"""A scanner that cannot be reached is asked again after a pause that doubles."""


def start_scanner(
    make_context: Callable[[], AbstractContextManager[object]], storage: Storage, address: ScannerAddress
) -> threading.Event:
    """Scan in a daemon thread until the returned event is set."""
    stop = threading.Event()

    def run() -> None:
        pause = IDLE_SECONDS
        while not stop.wait(pause * random.uniform(0.5, 1.5)):  # noqa: S311 - no secret
            try:
                with make_context():
                    report = scan_waiting(address=address, storage=storage, read_now=read_now, is_stopped=stop.is_set)
            except StorageUnavailable:
                log.warning("no files scanned: the database cannot be reached")
                pause = FIRST_PAUSE_SECONDS
            except Exception:
                log.exception("the scanner's thread failed")
                pause = FIRST_PAUSE_SECONDS
            else:
                if report.trouble is None:
                    pause = IDLE_SECONDS
                else:
                    pause = min(LONGEST_PAUSE_SECONDS, max(FIRST_PAUSE_SECONDS, pause * 2))

    threading.Thread(target=run, name="scanner", daemon=True).start()
    return stop
