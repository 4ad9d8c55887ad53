"""What a group of the benchmark gives back: rows of one table, each with what it was to reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of every group. ``quick`` is for trying it out, not for figures to keep."""

    quick: bool
    servers: tuple[str, ...]


class TableRow(Protocol):
    """A row of a group's table. All rows of a group are of one class; ``WORDS`` of its columns are not figures."""

    HEADINGS: ClassVar[tuple[str, ...]]
    WORDS: ClassVar[int]

    def cells(self) -> tuple[str, ...]:
        """One text for each heading."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """What a row is to reach: the most seconds, megabytes, or milliseconds of the slowest save but one in a hundred."""

    seconds: float | None = None
    memory_mb: float | None = None
    p99_ms: float | None = None

    def __str__(self) -> str:
        parts = ((self.seconds, "{:g} s"), (self.memory_mb, "{:g} MB"), (self.p99_ms, "p99 {:g} ms"))
        return ", ".join(text.format(most) for most, text in parts if most is not None) or "–"


@dataclass(frozen=True, slots=True)
class Row:
    """Something that was done once. Seconds by the clock, seconds of processors (this program's and the database's),
    the largest memory of the process that did it; None where it was not measured.
    """

    HEADINGS: ClassVar = (
        "what",
        "seconds",
        "CPU-s Python",
        "CPU-s database",
        "memory MB",
        "p99 ms",
        "to reach",
        "met",
        "note",
    )
    WORDS: ClassVar = 1

    operation: str
    seconds: float
    cpu_seconds: float
    database_cpu_seconds: float | None = None
    memory_mb: float | None = None
    p99_ms: float | None = None
    target: Target = Target()
    told: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether every part of the target is met; None without a target."""
        pairs = (
            (self.seconds, self.target.seconds),
            (self.memory_mb, self.target.memory_mb),
            (self.p99_ms, self.target.p99_ms),
        )
        asked = [(reached, most) for reached, most in pairs if most is not None]
        return all(reached is not None and reached < most for reached, most in asked) if asked else None

    def cells(self) -> tuple[str, ...]:
        """The columns of HEADINGS."""
        return (
            self.operation,
            _write(self.seconds, 2),
            _write(self.cpu_seconds, 2),
            _write(self.database_cpu_seconds, 2),
            _write(self.memory_mb, 0),
            _write(self.p99_ms, 0),
            str(self.target),
            {True: "yes", False: "NO", None: "–"}[self.is_met],
            self.told or "–",
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Things that are measured together. ``tell`` adds a sentence under the machine's name."""

    name: str
    about: str
    run: Callable[[Options], Sequence[TableRow]]
    tell: Callable[[Sequence[TableRow]], str] | None = None


def _write(figure: float | None, digits: int) -> str:
    return "–" if figure is None else f"{figure:.{digits}f}"
