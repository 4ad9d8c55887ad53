"""How the database's clock, by which every server judges, stands to this process's counter of seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass

from quiz_app.extensions import db
from quiz_app.persistence.diagnosis import read_clock
from quiz_app.persistence.session import reading


@dataclass(frozen=True, slots=True)
class ClockReading:
    """``lead_seconds``: the database's clock less ``time.monotonic``, true to within ``error_seconds``."""

    lead_seconds: float
    error_seconds: float

    def agrees_with(self, lead_seconds: float) -> bool:
        """Whether this reading gives no reason to think otherwise."""
        return abs(self.lead_seconds - lead_seconds) <= self.error_seconds


def is_clock_shared() -> bool:
    """Whether the database has a clock of its own; SQLite's is this machine's."""
    return db.engine.dialect.name != "sqlite"


def read_shared_clock() -> ClockReading:
    """Ask once. The answer was true at some moment of the round trip. Raises StorageUnavailable."""
    with reading() as work:
        asked = time.monotonic()
        at = read_clock(work).timestamp()
        answered = time.monotonic()
    # A millisecond more: that is how exactly the database says it.
    return ClockReading(at - (asked + answered) / 2, (answered - asked) / 2 + 0.001)
