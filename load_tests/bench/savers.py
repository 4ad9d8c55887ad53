"""People who save while something else is going on, and how long each of their saves takes."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from statistics import median

from load_tests.bench.client import Visitor, open_connection
from load_tests.bench.operations import QUESTIONS, Participant, open_home, open_sign_in_page, save, sign_in, start

SAVES_A_SECOND, SAVERS = 50, 25


@dataclass(frozen=True, slots=True)
class Latency:
    """Of saves, in milliseconds."""

    count: int
    median_ms: float
    p99_ms: float
    largest_ms: float


class Savers:
    """People in an attempt each, who save in turn, so many a second in all."""

    def __init__(self, port: int, logins: list[str]) -> None:
        self._people = [Participant(login, Visitor(open_connection(port))) for login in logins]
        self._taken: list[tuple[float, float]] = []
        self._lock = threading.Lock()

    def sign_in(self) -> None:
        """Each for themselves."""
        for person in self._people:
            open_sign_in_page(person)
            sign_in(person)
            open_home(person)

    def start(self) -> None:
        """A new attempt each: one lasts five minutes."""
        for person in self._people:
            # The server has closed a connection that waited; it opens again by itself.
            person.visitor.connection.close()
            start(person)

    def run(self, stop: threading.Event) -> list[threading.Thread]:
        """Save until the event is set."""
        threads = [
            threading.Thread(target=self._save, args=(person, number, stop))
            for number, person in enumerate(self._people)
        ]
        for thread in threads:
            thread.start()
        return threads

    def measure(self, since: float) -> Latency:
        """Saves begun after this moment (of ``perf_counter``)."""
        with self._lock:
            taken = sorted(ms for begun, ms in self._taken if begun >= since)
        p99 = taken[int(len(taken) * 0.99)]
        return Latency(len(taken), round(median(taken), 1), round(p99, 1), round(taken[-1], 1))

    def _save(self, person: Participant, number: int, stop: threading.Event) -> None:
        pause = len(self._people) / SAVES_A_SECOND
        due = time.perf_counter() + pause * number / len(self._people)
        while not stop.wait(max(0.0, due - time.perf_counter())):
            # From when it was due: a save that waits for the one before it has waited too.
            save(person)
            person.slots_saved %= QUESTIONS
            with self._lock:
                self._taken.append((due, (time.perf_counter() - due) * 1000))
            due += pause
