"""How many people come when: arrivals per second over the run, as straight lines between points."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

ATTEMPT_SECONDS = 180.0
"""How long people take for an attempt, in the mean: three minutes of five."""
LIFE_SECONDS = 200.0
"""The same with what comes before and after."""


@dataclass(frozen=True, slots=True)
class Shape:
    """``points``: (second of the run, arrivals per second), in order; before the first and after the last, nobody
    comes.
    """

    points: tuple[tuple[float, float], ...]

    def find_rate(self, second: float) -> float:
        """Arrivals per second at this moment."""
        place = bisect_right([each for each, _ in self.points], second)
        if not 0 < place < len(self.points):
            return 0.0
        (begin, before), (end, after) = self.points[place - 1], self.points[place]
        return before + (after - before) * (second - begin) / (end - begin)

    def count_until(self, second: float) -> float:
        """How many have come by then."""
        total = 0.0
        for (begin, _), (end, _) in pairwise(self.points):
            if second <= begin:
                break
            upper = min(second, end - 1e-9)
            total += (self.find_rate(begin) + self.find_rate(upper)) / 2 * (upper - begin)
        return total

    def scale(self, factor: float) -> Shape:
        """The same with so many times the arrivals."""
        return Shape(tuple((second, rate * factor) for second, rate in self.points))

    def list_arrivals(self, seed: int) -> Iterator[float]:
        """Moments of arrival, in seconds of the run: at random and independent of each other, as people come."""
        generator = random.Random(seed)  # noqa: S311 - the same arrivals at every run
        begin, end = self.points[0][0], self.points[-1][0]
        largest = max(rate for _, rate in self.points)
        moment = begin
        while largest > 0:
            moment += generator.expovariate(largest)
            if moment >= end:
                return
            if generator.random() * largest < self.find_rate(moment):
                yield moment

    def count_users(self, second: float, flying: int) -> int:
        """How many people are at it: those in an attempt from before, who leave one after the other, and whoever came
        within the length of a life.
        """
        left = flying * max(0.0, 1 - second / ATTEMPT_SECONDS)
        return round(left + self.count_until(second) - self.count_until(max(0.0, second - LIFE_SECONDS)))


def make_opening(people: int, seconds: float) -> Shape:
    """The herd at 07:00: so many in the first minute, most of them in its first half, then ever fewer."""
    first = people / 60 * 1.5
    return Shape(((0.0, first), (60.0, first / 3), (max(61.0, seconds), first / 6)))


def make_steady(rate: float, seconds: float) -> Shape:
    """The same all the time, until so many seconds after the begin."""
    return Shape(((0.0, rate), (seconds, rate)))
