"""What each person was told is saved: the truth that the database is compared with."""

from __future__ import annotations

import threading
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
    """Kept by all savers of a run; nothing of it passes through the engine."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: dict[tuple[int, int], set[tuple[int, int]]] = {}
        self._cells: list[Cell] = []
        self._waits: list[float] = []
        self._surprises: list[str] = []

    def note_sent(self, attempt_id: int, slot: int, sequence: int, choice: int) -> None:
        """About to be sent: the database may hold it from now on."""
        with self._lock:
            self._sent.setdefault((attempt_id, slot), set()).add((sequence, choice))

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
        waits = sorted(self._waits)
        return waits[min(len(waits) - 1, int(len(waits) * share))] if waits else 0.0
