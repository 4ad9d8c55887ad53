"""The gate of a process: how many requests work at once, of which class, and who may wait how long for a place.

A request that works holds a place, whether the time goes by in Python or in the database. Each class may fill, together
with all classes below it, a share of the places; so what is less urgent never takes the last ones. A place that becomes
free goes to the most urgent request that waits. Waiting is short and bounded: whoever cannot be served soon is told so
now, which costs a fraction of a millisecond, and not after half a minute.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from enum import IntEnum, StrEnum


class RequestClass(IntEnum):
    """Classes of requests; the lowest are turned away first."""

    FILES = 0
    BOARDS = 1
    PAGES = 2
    SIGN_IN = 3
    STARTS = 4
    SITTING = 5
    SAVES = 6


class Reason(StrEnum):
    """Why a request was turned away."""

    FULL = "full"
    STALLED = "stalled"
    LATE = "late"


SHARES = (2, 4, 5, 6, 6, 7, 8)
"""By class, the eighths of the places (and of the waiting room) that it may fill together with the classes below it."""
SIGN_IN_SHARE = 2
"""Eighths that sign-ins may fill by themselves: a password costs some fifteen CPU-ms, however many people come."""
PATIENCE_SECONDS = 0.8
"""How long a request waits at most: the answer, whichever, leaves within a second."""
STALL_SECONDS = 0.5
"""Where no place was given or freed for so long, those who hold them hang, and nobody waits any more."""


class _Waiter:
    __slots__ = ("is_granted", "lock")

    def __init__(self) -> None:
        self.is_granted = False
        self.lock = threading.Lock()
        self.lock.acquire()


class Gate:
    """The places of a process.

    ``places`` is how many requests work at once, ``room`` how many may wait. Saves may wait beyond the room, as long as
    there are threads to wait in; the number of threads is what bounds them.
    """

    def __init__(self, places: int, room: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = [max(1, places * share // 8) for share in SHARES]
        self._rooms = [room * share // 8 for share in SHARES]
        self._sign_ins = max(1, places * SIGN_IN_SHARE // 8)
        self._clock = clock
        self._lock = threading.Lock()
        # By class: how many of it and of those below work; when that last changed; who waits.
        self._working = [0] * len(SHARES)
        self._changed_at = [clock()] * len(SHARES)
        self._queues: list[deque[_Waiter]] = [deque() for _ in SHARES]
        self._waiting = 0

    def enter(self, kind: RequestClass, *, patience: float = PATIENCE_SECONDS) -> Reason | None:
        """Take a place, waiting for one at most ``patience`` seconds; why there is none, or None where there is."""
        with self._lock:
            full = self._find_full(kind)
            if full is None and not self._queues[kind]:
                self._take(kind)
                return None
            reason = self._find_reason_not_to_wait(kind, kind if full is None else full, patience)
            if reason is not None:
                return reason
            waiter = _Waiter()
            self._queues[kind].append(waiter)
            self._waiting += 1
        if waiter.lock.acquire(timeout=patience):
            return None
        with self._lock:
            if waiter.is_granted:
                return None
            self._queues[kind].remove(waiter)
            self._waiting -= 1
        return Reason.LATE

    def leave(self, kind: RequestClass) -> None:
        """Give the place back, to whoever waits for it."""
        with self._lock:
            now = self._clock()
            for level in range(kind, len(SHARES)):
                self._working[level] -= 1
                self._changed_at[level] = now
            if self._waiting:
                self._grant()

    def count_working(self, kind: RequestClass) -> int:
        """How many requests of this class hold a place now."""
        return self._working[kind] - (self._working[kind - 1] if kind else 0)

    def count_waiting(self) -> int:
        """How many requests wait for a place."""
        return self._waiting

    def _find_full(self, kind: RequestClass) -> int | None:
        """The lowest class whose share, which this one counts towards, is full."""
        working, limits = self._working, self._limits
        for level in range(kind, len(limits)):
            if working[level] >= limits[level]:
                return level
        if kind == RequestClass.SIGN_IN and self.count_working(kind) >= self._sign_ins:
            return kind
        return None

    def _find_reason_not_to_wait(self, kind: RequestClass, full: int, patience: float) -> Reason | None:
        if patience <= 0:
            return Reason.LATE
        if self._clock() - self._changed_at[full] > STALL_SECONDS:
            return Reason.STALLED
        waiting = [len(queue) for queue in self._queues]
        for level in range(kind, RequestClass.SAVES):
            if sum(waiting[: level + 1]) >= self._rooms[level]:
                return Reason.FULL
        return None

    def _take(self, kind: int) -> None:
        now = self._clock()
        for level in range(kind, len(SHARES)):
            self._working[level] += 1
            self._changed_at[level] = now

    def _grant(self) -> None:
        for kind in reversed(RequestClass):
            queue = self._queues[kind]
            while queue and self._find_full(kind) is None:
                waiter = queue.popleft()
                self._waiting -= 1
                self._take(kind)
                waiter.is_granted = True
                waiter.lock.release()
