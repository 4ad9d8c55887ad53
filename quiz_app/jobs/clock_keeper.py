"""Keeps this process's clock on the database's, so that every server judges deadlines alike.

A server whose own clock is off by minutes then neither takes late answers nor refuses timely ones. One read every few
seconds; while the database is away the process goes on counting from what it knew.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from quiz_app.clock import find_lead, follow
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.services.shared_clock import ClockReading, is_clock_shared, read_shared_clock

log = logging.getLogger(__name__)

KEEP_SECONDS = 3.0
LARGEST_ERROR_SECONDS = 0.25
"""A reading that took longer tells less than what is known already."""
LARGEST_SKEW_SECONDS = 2.0
"""Beyond this the machine's own clock is spoken of."""


class ClockKeeper:
    """What is followed, and what was said of the machine's own clock."""

    def __init__(self) -> None:
        self._has_told = False

    def keep(self) -> None:
        """Ask the database once and follow it. Raises StorageUnavailable."""
        reading, known = read_shared_clock(), find_lead()
        if known is None or self._is_better(reading, known):
            follow(reading.lead_seconds)
        self._tell_skew()

    @staticmethod
    def _is_better(reading: ClockReading, known: float) -> bool:
        return reading.error_seconds <= LARGEST_ERROR_SECONDS and not reading.agrees_with(known)

    def _tell_skew(self) -> None:
        """Say once that this machine's clock is off: logs and certificates of TLS still go by it."""
        lead = find_lead()
        ahead = 0.0 if lead is None else time.time() - time.monotonic() - lead
        is_off = abs(ahead) > LARGEST_SKEW_SECONDS
        if is_off and not self._has_told:
            log.error(
                "this server's clock is %+.1f s off the database's. Deadlines are judged by the database's; set this "
                "one right (`timedatectl set-ntp true`).",
                ahead,
            )
        self._has_told = is_off


def start_clock_keeper(make_context: Callable[[], AbstractContextManager[object]]) -> threading.Event | None:
    """Follow the database's clock from now on, in a daemon thread, until the event is set; None where it is ours."""
    keeper, stop = ClockKeeper(), threading.Event()

    def keep() -> None:
        try:
            with make_context():
                keeper.keep()
        except StorageUnavailable:
            pass  # others say so
        except Exception:
            log.exception("the database's clock could not be read")

    def run() -> None:
        while not stop.wait(KEEP_SECONDS * random.uniform(0.5, 1.5)):  # noqa: S311 - no secret
            keep()

    with make_context():
        if not is_clock_shared():
            return None
    # Before the first request is answered.
    keep()
    threading.Thread(target=run, name="clock-keeper", daemon=True).start()
    return stop
