"""How long people take. Times of reading and deciding are log-normal: most are short, a few are very long."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pause:
    """Half of the people take less than ``median`` seconds; ``spread`` is the standard deviation of the logarithm."""

    median: float
    spread: float
    longest: float

    def draw(self, generator: random.Random) -> float:
        """One pause, in seconds."""
        return min(self.longest, self.median * math.exp(generator.gauss(0.0, self.spread)))


# Ten answers at 18 s in the mean are the three minutes of five that people use (model of the last evening).
ANSWER = Pause(15.0, 0.6, 120.0)
CHANGE_OF_MIND = Pause(4.0, 0.5, 20.0)
RULES = Pause(4.0, 0.7, 30.0)
TYPING = Pause(6.0, 0.4, 30.0)
RESULT = Pause(8.0, 0.7, 60.0)
BOARD = Pause(10.0, 0.7, 60.0)
AWAY = Pause(12.0, 0.5, 60.0)
DESK_WORK = Pause(8.0, 0.6, 60.0)
