"""What a generator hands back when it has ended: journal, latencies, its own processor time."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from pathlib import Path

from load_tests.faults.journal import Cell
from load_tests.people.tally import Tally
from load_tests.people.world import World


@dataclass(slots=True)
class Outcome:
    """``sent`` and ``cells`` are the journal's. ``cpu_seconds`` is the generator's own, user plus system."""

    sent: dict[tuple[int, int], set[tuple[int, int]]]
    cells: list[Cell]
    surprises: list[str]
    tally: Tally
    starts: list[float]
    cpu_seconds: float
    seconds: float
    notes: list[str] = field(default_factory=list)

    @classmethod
    def make(cls, world: World, tally: Tally, cpu_seconds: float, seconds: float) -> Outcome:
        """Of a run that has ended."""
        journal = world.journal
        return cls(journal.sent, journal.cells, journal.surprises, tally, world.starts, cpu_seconds, seconds)

    def write(self, path: Path) -> None:
        """For the program that checks the run."""
        path.write_bytes(pickle.dumps(self))

    @classmethod
    def read(cls, path: Path) -> Outcome:
        """Of a generator of our own, on this machine."""
        outcome = pickle.loads(path.read_bytes())  # noqa: S301 - written by a program that we started
        if not isinstance(outcome, cls):
            raise TypeError(path)
        return outcome
