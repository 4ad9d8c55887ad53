"""What is done again and again in a thread of its own, with longer pauses while a neighbour cannot be reached."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable

from quiz_app.domain.errors import StorageUnavailable

log = logging.getLogger(__name__)

IDLE_SECONDS = 2.0
"""How long an idle thread waits before it asks again: one read by index."""
FIRST_PAUSE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 300.0
"""A neighbour that cannot be reached is asked again after a pause that doubles."""


def repeat(do: Callable[[], bool], *, name: str, stop: threading.Event) -> threading.Thread:
    """Do it in a daemon thread until ``stop`` is set; ``do`` returns whether its neighbour could be reached."""

    def run() -> None:
        pause = IDLE_SECONDS
        while not stop.wait(pause * random.uniform(0.5, 1.5)):  # noqa: S311 - no secret
            try:
                is_well = do()
            except StorageUnavailable:
                log.warning("the %s did nothing: the database cannot be reached", name)
                pause = FIRST_PAUSE_SECONDS
            except Exception:
                log.exception("the %s failed", name)
                pause = FIRST_PAUSE_SECONDS
            else:
                pause = IDLE_SECONDS if is_well else min(LONGEST_PAUSE_SECONDS, max(FIRST_PAUSE_SECONDS, pause * 2))

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread
