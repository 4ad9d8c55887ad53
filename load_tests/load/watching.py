"""Watches the database from outside: how many attempts are in flight at the close, and when the last is scored."""

from __future__ import annotations

import threading
import time

import psycopg

LOOK_SECONDS = 0.2
_COUNT = "SELECT COUNT(*) FROM attempts WHERE round_id = %s AND state = 'in_progress'"


class Watch:
    """``in_flight`` at the close, and the seconds after it at which none was left; None where that was not seen."""

    def __init__(self, database_url: str, round_id: int, closes_at: float | None) -> None:
        self.in_flight: int | None = None
        self.finalised_after: float | None = None
        self.by_second: list[tuple[float, int]] = []
        self._database_url, self._round_id, self._closes_at = database_url, round_id, closes_at
        self._thread: threading.Thread | None = None

    def run_beside(self, until: float) -> None:
        """Watch from the close on, until this moment at the latest (seconds since 1970); nothing without a close."""
        if self._closes_at is not None and self._database_url.startswith("postgresql"):
            self._thread = threading.Thread(target=self._watch, args=(self._closes_at, until), daemon=True)
            self._thread.start()

    def join(self) -> None:
        """Until it has seen what there was to see."""
        if self._thread is not None:
            self._thread.join()

    def _watch(self, closes_at: float, until: float) -> None:
        time.sleep(max(0.0, closes_at - time.time()))
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            while True:
                row = connection.execute(_COUNT, [self._round_id]).fetchone()
                after = time.time() - closes_at
                count = int(row[0]) if row else 0
                if self.in_flight is None:
                    self.in_flight = count
                self.by_second.append((round(after, 1), count))
                if count == 0:
                    self.finalised_after = round(after, 1)
                    return
                if time.time() > until:
                    return
                time.sleep(LOOK_SECONDS)
