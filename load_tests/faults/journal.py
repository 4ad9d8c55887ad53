"""What each person was told is saved: the truth that the database is compared with."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """An acknowledged answer that is never overwritten afterwards: going on to change the same answers would write
    again what a fault had taken away, and hide the loss.
    """

    attempt_id: int
    slot: int
    sequence: int
    choice: int


class Journal:
    """Kept by all savers of a run; nothing of it passes through the engine. ``closes_at`` (seconds since 1970) is when
    the round closes, where it does so during the run.
    """

    def __init__(self) -> None:
        self.closes_at: float | None = None
        self._lock = threading.Lock()
        self._sent: dict[tuple[int, int], set[tuple[int, int]]] = {}
        self._cells: list[Cell] = []
        self._waits: list[float] = []
        self._surprises: list[str] = []
        self._tries: list[float] = []
        self._heard: list[tuple[float, str]] = []
        self._overs: list[float] = []

    def note_sent(self, attempt_id: int, slot: int, sequence: int, choice: int) -> None:
        """About to be sent: the database may hold it from now on."""
        with self._lock:
            self._sent.setdefault((attempt_id, slot), set()).add((sequence, choice))

    def note_try(self) -> None:
        """Something is sent now, for the first time or again."""
        self._tries.append(time.monotonic())

    def note_heard(self, who: str) -> None:
        """A save of this person was acknowledged just now."""
        self._heard.append((time.monotonic(), who))

    def note_over(self) -> None:
        """What was broken is mended, or is started again, from now on."""
        self._overs.append(time.monotonic())

    def note_acknowledged(self, cell: Cell, wait_seconds: float) -> None:
        """The final choice of a cell was acknowledged, so long after it was first sent."""
        with self._lock:
            self._cells.append(cell)
            self._waits.append(wait_seconds)

    def note_surprise(self, what: str) -> None:
        """An answer that no fault excuses: signed out, refused, an error page."""
        with self._lock:
            self._surprises.append(what)

    @property
    def cells(self) -> list[Cell]:
        """All acknowledged cells so far."""
        with self._lock:
            return list(self._cells)

    @property
    def surprises(self) -> list[str]:
        """All that was noted."""
        with self._lock:
            return list(self._surprises)

    @property
    def sent(self) -> dict[tuple[int, int], set[tuple[int, int]]]:
        """All (sequence, choice) that were sent, by (attempt, slot)."""
        with self._lock:
            return {place: set(packets) for place, packets in self._sent.items()}

    @classmethod
    def of(cls, sent: Mapping[tuple[int, int], Iterable[tuple[int, int]]], cells: Iterable[Cell]) -> Journal:
        """A journal that another process kept."""
        journal = cls()
        journal._sent = {place: set(packets) for place, packets in sent.items()}
        journal._cells = list(cells)
        return journal

    def was_sent(self, attempt_id: int, slot: int, sequence: int, choice: int) -> bool:
        """Whether somebody chose this."""
        return (sequence, choice) in self._sent.get((attempt_id, slot), ())

    def find_wait(self, share: float) -> float:
        """Seconds within which this share of the acknowledged cells was acknowledged."""
        return find_percentile(self._waits, share) or 0.0

    def find_recoveries(self) -> list[float]:
        """Seconds from the end of each outage to the next acknowledged save of anybody."""
        heard = sorted(at for at, _ in self._heard)
        following = (next((at for at in heard if at >= over), None) for over in self._overs)
        return [at - over for at, over in zip(following, self._overs, strict=True) if at is not None]

    def find_returns(self) -> list[float]:
        """The same for each person who was heard again: until the last of them is back."""
        returns = []
        for over in self._overs:
            first: dict[str, float] = {}
            for at, who in sorted(self._heard):
                if at >= over:
                    first.setdefault(who, at)
            returns += [at - over for at in first.values()]
        return returns

    def count_tries(self, since: float, until: float) -> int:
        """What was sent between two moments of ``time.monotonic``."""
        return sum(since <= at < until for at in self._tries)

    def count_heard(self) -> int:
        """Saves that were acknowledged so far."""
        return len(self._heard)

    def begin_anew(self) -> Journal:
        """An empty journal for another run on the same database, which knows what was sent in this one."""
        following = Journal()
        following._sent = self._sent
        return following

    def take_before(self) -> Journal:
        """A journal with the cells that are acknowledged by now; what is sent later is known to it too."""
        taken = Journal()
        taken._cells, taken._sent = self.cells, self._sent
        return taken


def find_percentile(values: Iterable[float], share: float) -> float | None:
    """The value that this share of them does not exceed; None of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None
