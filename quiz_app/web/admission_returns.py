"""When a visitor who found no room is told to come back.

Each is told a moment of their own, so that those who were turned away together do not return together. And the more
are turned away for each who is let in, the later: otherwise people who only ask again take the time of those who could
be served (of a full evening on a slow machine, half of all requests).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from quiz_app.web.admission_gate import RequestClass

RETRY_SECONDS = {
    RequestClass.FILES: (5, 20),
    RequestClass.BOARDS: (5, 15),
    RequestClass.PAGES: (3, 8),
    RequestClass.SIGN_IN: (3, 8),
    RequestClass.STARTS: (2, 6),
    RequestClass.SITTING: (2, 4),
    RequestClass.SAVES: (1, 3),
}
"""From when until when, by class, while few are turned away. Answers never wait longer than this."""
WINDOW_SECONDS = 5.0
"""Over which those who were turned away are compared with those who were let in."""
MOST_STRETCH = 8.0


class Returns:
    """What a process knows of the crowd at its gate."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.admitted = 0
        """Raised by whoever lets somebody in; that one may be lost between two threads does no harm."""
        self._clock = clock
        self._lock = threading.Lock()
        self._since = clock()
        self._admitted_before = 0
        self._turned_away = 0
        self._stretch = 1.0

    def choose_seconds(self, kind: RequestClass) -> int:
        """After how many seconds one more who is turned away is to come back."""
        low, high = RETRY_SECONDS[kind]
        stretch = self._note()
        if kind == RequestClass.SAVES:
            stretch = 1.0
        return round(random.uniform(low, high) * stretch)  # noqa: S311 - only spreads visitors

    def _note(self) -> float:
        with self._lock:
            self._turned_away += 1
            now = self._clock()
            if now - self._since >= WINDOW_SECONDS:
                let_in = max(1, self.admitted - self._admitted_before)
                self._stretch = min(MOST_STRETCH, 1.0 + self._turned_away / let_in)
                self._since, self._turned_away, self._admitted_before = now, 0, self.admitted
            return self._stretch
