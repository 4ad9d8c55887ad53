"""Who comes next: somebody who takes the round again, or somebody new."""

from __future__ import annotations

from collections import deque

from load_tests.people.world import Person, World

AGAIN = 0.4
"""Share of arrivals that are people who have just finished an attempt, as long as there are some."""


class Crowd:
    """The people of a run, each in one place at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._flying = deque(world.list_people("flying"))
        self._coming = deque(world.list_people("coming"))

    def list_flying(self) -> list[Person]:
        """Those who are in an attempt when the run begins; they are handed out once."""
        flying, self._flying = list(self._flying), deque()
        return flying

    def find_next(self) -> Person | None:
        """Whoever comes next; None when everybody is there already."""
        if self._flying:
            return self._flying.popleft()
        resting = self._world.resting
        if resting and (not self._coming or self._world.random.random() < AGAIN):
            return resting.popleft()
        return self._coming.popleft() if self._coming else None
