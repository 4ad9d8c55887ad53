"""The scanner's thread: has clamd look at files that wait. No job of the queue, whose one worker it would hold up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from quiz_app.clock import read_now
from quiz_app.jobs.repeating import repeat
from quiz_app.services.entry_files.scanning import scan_waiting
from quiz_app.storage import Storage
from quiz_app.virus_scanner import ScannerAddress


def start_scanner(
    make_context: Callable[[], AbstractContextManager[object]], storage: Storage, address: ScannerAddress
) -> threading.Event:
    """Scan in a daemon thread until the returned event is set."""
    stop = threading.Event()

    def scan() -> bool:
        with make_context():
            report = scan_waiting(address=address, storage=storage, read_now=read_now, is_stopped=stop.is_set)
        return report.trouble is None

    repeat(scan, name="scanner", stop=stop)
    return stop
