"""Notices when the clock jumps: what opens, closes and ends does so by it. It is the database's where that has one."""

from __future__ import annotations

import logging
import time

from quiz_app.clock import read_now
from quiz_app.metrics import CLOCK_JUMPS

log = logging.getLogger(__name__)

LARGEST_STEP_SECONDS = 2.0


class ClockWatch:
    """Compares the time of day with the clock that only counts on."""

    def __init__(self) -> None:
        self._offset = _read_offset()

    def look(self) -> float:
        """The jump since the last look in seconds, forwards positive; 0 for none. A jump is logged and counted."""
        offset = _read_offset()
        step, self._offset = offset - self._offset, offset
        if abs(step) < LARGEST_STEP_SECONDS:
            return 0.0
        CLOCK_JUMPS.inc()
        log.error(
            "the clock jumped by %+.1f s: deadlines and the opening and closing of rounds follow it. Set it right "
            "(timedatectl, on the database's machine), then look at the attempts of these minutes and give time back "
            "where it was taken.",
            step,
        )
        return step


def _read_offset() -> float:
    return read_now().timestamp() - time.monotonic()
