"""Batches: each server and each floor in turn, five times over, so that a noisy minute falls on all alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import ClassVar

from load_tests.bench.client import Visitor, open_connection
from load_tests.bench.cpu import read_cpu_nanoseconds
from load_tests.bench.operations import OPERATIONS, Participant, sit_whole_attempt
from load_tests.bench.statements import StatementCount, StatementCounter
from tests.servers.postgresql import PostgresqlServer
from tests.servers.web import WebServer

FLOOR_NOTHING = "floor 1: a view that does nothing"
FLOOR_UPSERT = "floor 2: one upsert and commit"
WARM_UP_ATTEMPTS = 21
"""Every thread of the server has seen every page, statements are prepared, and a page of the history is full."""
FLOOR_WARM_UP = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """The cost of one operation in one batch, in CPU-milliseconds each time it was done."""

    web_ms: float
    database_ms: float
    repeats: int

    @property
    def cpu_ms(self) -> float:
        """Web server, application and database together."""
        return self.web_ms + self.database_ms


@dataclass
class Meter:
    """Reads the processes of one web server and of the database before and after something is done."""

    postgresql: PostgresqlServer
    web: WebServer
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    @contextmanager
    def measure(self, name: str, repeats: int) -> Iterator[None]:
        """Add a sample for what happens inside."""
        before = self._read()
        yield
        after = self._read()
        web_ms, database_ms = ((end - begin) / 1_000_000 / repeats for begin, end in zip(before, after, strict=True))
        self.samples.setdefault(name, []).append(Sample(web_ms, database_ms, repeats))

    def _read(self) -> tuple[int, int]:
        return read_cpu_nanoseconds(self.web.pids()), read_cpu_nanoseconds(self.postgresql.pids())


@dataclass
class EngineBench:
    """The engine under one web server with its participants; the first one has a long history."""

    meter: Meter
    participants: list[Participant]

    @classmethod
    def open(cls, meter: Meter, logins: list[str]) -> EngineBench:
        """Participants who share one kept connection."""
        connection = open_connection(meter.web.port)
        return cls(meter, [Participant(login, Visitor(connection)) for login in logins])

    def warm_up(self, attempts: int = WARM_UP_ATTEMPTS) -> None:
        """Do everything once, and attempts enough that each page has what it shows in the middle of a contest."""
        for operation in OPERATIONS:
            for _ in range(operation.times):
                operation.do(self.participants[0])
        for _ in range(attempts):
            sit_whole_attempt(self.participants[0])

    def run_batch(self) -> None:
        """Every operation by every participant, one operation after another."""
        # The server may have closed a connection that waited for the other servers' turns; it opens again by itself.
        self.participants[0].visitor.connection.close()
        for operation in OPERATIONS:
            with self.meter.measure(operation.name, len(self.participants) * operation.times):
                for participant in self.participants:
                    for _ in range(operation.times):
                        operation.do(participant)

    def count_statements(self, counter: StatementCounter) -> dict[str, StatementCount]:
        """The statements of each operation, done once by the first participant."""
        participant = self.participants[0]
        counts = {}
        for operation in OPERATIONS:
            of_each = [counter.count(partial(operation.do, participant)) for _ in range(operation.times)]
            counts[operation.name] = max(of_each, key=lambda count: count.statements)
        return counts


@dataclass
class FloorBench:
    """The floors under one web server."""

    meter: Meter
    visitor: Visitor
    repeats: int

    @classmethod
    def open(cls, meter: Meter, repeats: int) -> FloorBench:
        """One kept connection."""
        return cls(meter, Visitor(open_connection(meter.web.port)), repeats)

    def warm_up(self) -> None:
        """Open the pool's connections and prepare the statement in each."""
        self._do_nothing(FLOOR_WARM_UP)
        self._upsert(FLOOR_WARM_UP)

    def run_batch(self) -> None:
        """Both floors."""
        self.visitor.connection.close()
        with self.meter.measure(FLOOR_NOTHING, self.repeats):
            self._do_nothing(self.repeats)
        with self.meter.measure(FLOOR_UPSERT, self.repeats):
            self._upsert(self.repeats)

    def _do_nothing(self, times: int) -> None:
        for _ in range(times):
            self.visitor.post_empty("/nothing")

    def _upsert(self, times: int) -> None:
        for number in range(times):
            self.visitor.post_empty(f"/upsert/{number % 60 + 1}/{number % 4}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table. Times in CPU-milliseconds: median and smallest of the batches; the ratio is to floor 2."""

    HEADINGS: ClassVar = (
        "operation", "server", "CPU-ms", "min", "web", "database", "× floor 2", "SQL", "begin/commit", "repeats",
    )  # fmt: skip
    WORDS: ClassVar = 2

    operation: str
    server: str
    cpu_ms: float
    cpu_ms_min: float
    web_ms: float
    database_ms: float
    sql_statements: int
    transaction_control: int
    ratio_to_floor: float
    repeats: int

    def cells(self) -> tuple[str, ...]:
        """The columns of HEADINGS."""
        times = (self.cpu_ms, self.cpu_ms_min, self.web_ms, self.database_ms, self.ratio_to_floor)
        counts = (self.sql_statements, self.transaction_control, self.repeats)
        return (self.operation, self.server, *(f"{value:.2f}" for value in times), *map(str, counts))


def make_lines(server: str, samples: dict[str, list[Sample]], counts: dict[str, StatementCount]) -> list[Line]:
    """The lines of one web server. Each batch is compared with the floor of the same batch, minutes being unlike."""
    floor = [sample.cpu_ms for sample in samples[FLOOR_UPSERT]]
    lines = []
    for name, batches in samples.items():
        count = counts.get(name, StatementCount(1 if name == FLOOR_UPSERT else 0, 0))
        ratios = [sample.cpu_ms / base for sample, base in zip(batches, floor, strict=True)]
        lines.append(
            Line(
                operation=name,
                server=server,
                cpu_ms=round(median(sample.cpu_ms for sample in batches), 3),
                cpu_ms_min=round(min(sample.cpu_ms for sample in batches), 3),
                web_ms=round(median(sample.web_ms for sample in batches), 3),
                database_ms=round(median(sample.database_ms for sample in batches), 3),
                sql_statements=count.statements,
                transaction_control=count.transaction_control,
                ratio_to_floor=round(median(ratios), 2),
                repeats=sum(sample.repeats for sample in batches),
            )
        )
    return lines
