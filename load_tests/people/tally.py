"""How long each thing took, when it was due, and what was answered otherwise than with what was asked for."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field

SLOW = " (slow phone)"


@dataclass(frozen=True, slots=True)
class Latency:
    """Of one operation, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    largest: float


@dataclass(slots=True)
class Tally:
    """``due`` and ``taken`` by operation: seconds of the run at which it was due, milliseconds until its answer.

    An operation counts from the moment when it was due, not from the one at which it could be sent: a generator or a
    server that falls behind does not hide it.
    """

    due: dict[str, array[float]] = field(default_factory=dict)
    taken: dict[str, array[float]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    """``save: 500`` and its like: tries that failed and were repeated."""
    asked: dict[str, array[float]] = field(default_factory=dict)
    """By operation, the seconds of the run at which people were told to come back (503 with Retry-After), and did."""

    def note_asked(self, name: str, second: float) -> None:
        """Somebody was told to come back."""
        self.asked.setdefault(name, array("d")).append(second)

    def count_asked(self, *, but: tuple[str, ...] = (), since: float = 0.0, until: float = 1e9) -> int:
        """How often people were told to come back in this span, for other operations than ``but``."""
        return sum(
            since <= second < until for name, seconds in self.asked.items() if name not in but for second in seconds
        )

    def note(self, name: str, due: float, milliseconds: float) -> None:
        """An answer has come."""
        if name not in self.due:
            self.due[name], self.taken[name] = array("d"), array("d")
        self.due[name].append(due)
        self.taken[name].append(milliseconds)

    def measure(self, names: list[str] | None = None, *, since: float = 0.0, until: float = 1e9) -> Latency:
        """Of what was due in this span: of these operations together; without names of all but those of slow phones,
        whose time is their own.
        """
        taken = sorted(
            milliseconds
            for name in ([each for each in self.due if not each.endswith(SLOW)] if names is None else names)
            for due, milliseconds in zip(self.due.get(name, ()), self.taken.get(name, ()), strict=True)
            if since <= due < until
        )
        if not taken:
            return Latency(0, 0.0, 0.0, 0.0, 0.0)
        p50, p95, p99 = (round(taken[int(len(taken) * share)], 1) for share in (0.5, 0.95, 0.99))
        return Latency(len(taken), p50, p95, p99, round(taken[-1], 1))

    def find_busiest_second_rate(self, *, since: float, until: float, window: float = 10.0) -> float:
        """The most requests per second, over any so many seconds on end of the span."""
        moments = sorted(due for each in self.due.values() for due in each if since <= due < until)
        best = begin = 0
        for end, moment in enumerate(moments):
            while moments[begin] < moment - window:
                begin += 1
            best = max(best, end - begin + 1)
        return best / window
