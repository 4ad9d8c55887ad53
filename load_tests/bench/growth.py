"""Group ``growth``: what a start, a save, a finish and the pages cost with few and with many attempts stored.

Two databases of one server: with 1,000 finished attempts and with millions, each with its results and its audit trail.
An engine of its own stands on each. The same number of people, spread over all who are stored, sit in both by turns.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import ClassVar

import psycopg

from load_tests.bench.client import Visitor, open_connection
from load_tests.bench.filling import ATTEMPTS_EACH, add_trail, fill
from load_tests.bench.measuring import Meter, Sample
from load_tests.bench.operations import OPERATIONS, PASSWORD, Participant, open_sign_in_page, sign_in
from load_tests.bench.rows import Options, TableRow
from load_tests.bench.servers import ENVIRONMENT, TEMPLATE, prepare_template
from quiz_app.passwords import hash_password
from tests.servers.postgresql import PostgresqlServer, start_postgresql
from tests.servers.web import start_web

FEW = 1_000
MANY, QUICK_MANY = 3_000_000, 100_000
MANY_VARIABLE = "BENCH_GROWTH_ATTEMPTS"
MOST_PAPERS = 5_000
PEOPLE, QUICK_PEOPLE = 40, 12
BATCHES = 7
ALLOWED = 0.10
"""How much more an operation may cost with many attempts than with few."""


@dataclass(frozen=True, slots=True)
class GrowthLine:
    """What an operation costs with few and with many attempts: CPU-ms of all processes and of the database, and the
    buffers (pages of 8 KB) that its statements look at. The ratio is the median of the batches' own ratios.
    """

    HEADINGS: ClassVar = (
        "operation", "CPU-ms few", "many", "ratio", "database few", "many", "buffers few", "many", "±10 %", "repeats",
    )  # fmt: skip
    WORDS: ClassVar = 1

    operation: str
    cpu_ms_few: float
    cpu_ms_many: float
    ratio: float
    database_ms_few: float
    database_ms_many: float
    buffers_few: float
    buffers_many: float
    attempts: int
    repeats: int

    @property
    def is_met(self) -> bool:
        """Whether it does not cost more than it may."""
        return self.ratio <= 1 + ALLOWED

    def cells(self) -> tuple[str, ...]:
        """The columns of HEADINGS."""
        figures = (self.cpu_ms_few, self.cpu_ms_many, self.ratio, self.database_ms_few, self.database_ms_many)
        buffers = (self.buffers_few, self.buffers_many)
        return (
            self.operation,
            *(f"{figure:.2f}" for figure in figures),
            *(f"{figure:.1f}" for figure in buffers),
            "yes" if self.is_met else "NO",
            str(self.repeats),
        )


def run(options: Options) -> list[GrowthLine]:
    """The lines of the table. Everything is started for this run, and ended and removed after it."""
    many = int(os.environ.get(MANY_VARIABLE, QUICK_MANY if options.quick else MANY))
    people = QUICK_PEOPLE if options.quick else PEOPLE
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    folder.chmod(0o711)  # the account of the database server has to reach its own folder inside
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        # Nothing waits for the disk while it is filled; then it is started anew as a contest runs it.
        postgresql = start_postgresql(folder / "postgresql", durable=False)
        stack.callback(postgresql.stop)
        prepare_template(postgresql, [])
        _fill(postgresql, "few", FEW, people)
        _fill(postgresql, "many", many, people)
        _make_durable(postgresql)
        sides = []
        for name, attempts in (("few", FEW), ("many", many)):
            engine = start_web(
                ENVIRONMENT | {"DATABASE_URL": postgresql.database_url(name)}, server="granian", log_directory=folder
            )
            stack.callback(engine.stop)
            sides.append(_Side(Meter(postgresql, engine), name, attempts, _list_logins(attempts, people)))
        for side in sides:
            side.warm_up()
        for number in range(BATCHES):
            _say(f"batch {number + 1} of {BATCHES}")
            for side in sides if number % 2 else sides[::-1]:
                side.run_batch()
        few, many_side = sides
        return _compare(few, many_side)


def tell(rows: Sequence[TableRow]) -> str:
    """How many attempts there were."""
    found = next((row.attempts for row in rows if isinstance(row, GrowthLine)), 0)
    return f"Few: {FEW:,} attempts; many: **{found:,}**."


def _fill(postgresql: PostgresqlServer, database: str, attempts: int, people: int) -> None:
    """A database with so many attempts, in which these people can sign in."""
    _say(f"filling: {attempts:,} attempts")
    url = postgresql.create_database(database, template=TEMPLATE)
    fill(postgresql, attempts, database=database, most_papers=MOST_PAPERS)
    add_trail(postgresql, database)
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE accounts SET password_hash = %s WHERE login = ANY(%s)",
            [hash_password(PASSWORD), _list_logins(attempts, people)],
        )


def _list_logins(attempts: int, people: int) -> list[str]:
    """So many of the people who were filled in, as far apart as they can be."""
    all_people = attempts // ATTEMPTS_EACH
    return [f"nguoi-{number * all_people // people}" for number in range(people)]


def _make_durable(postgresql: PostgresqlServer) -> None:
    """As in a contest, with buffers counted by statement. Vacuum works by the clock and not by what is done: off."""
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("CHECKPOINT")
    postgresql.is_durable = True
    postgresql.restart()
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")


@dataclass
class _Side:
    """One of the two databases with its engine and the people who sit in it."""

    meter: Meter
    database: str
    attempts: int
    logins: list[str]
    buffers: dict[str, list[float]] = field(default_factory=dict)
    _people: list[Participant] = field(default_factory=list)

    def warm_up(self) -> None:
        """Everybody signs in, and does everything once, so that statements are prepared in every connection."""
        connection = open_connection(self.meter.web.port)
        self._people = [Participant(login, Visitor(connection)) for login in self.logins]
        for person in self._people:
            open_sign_in_page(person)
            sign_in(person)
            self._sit(person)

    def run_batch(self) -> None:
        """Every operation by everybody, one operation after another."""
        self._people[0].visitor.connection.close()
        for operation in OPERATIONS[2:-1]:
            repeats = len(self._people) * operation.times
            with self._count_buffers(operation.name, repeats), self.meter.measure(operation.name, repeats):
                for person in self._people:
                    for _ in range(operation.times):
                        operation.do(person)

    @staticmethod
    def _sit(person: Participant) -> None:
        for operation in OPERATIONS[2:-1]:
            for _ in range(operation.times):
                operation.do(person)

    @contextmanager
    def _count_buffers(self, name: str, repeats: int) -> Iterator[None]:
        before = self._read_buffers()
        yield
        self.buffers.setdefault(name, []).append((self._read_buffers() - before) / repeats)

    def _read_buffers(self) -> int:
        with psycopg.connect(self.meter.postgresql.url, autocommit=True) as connection:
            row = connection.execute(
                "SELECT COALESCE(SUM(shared_blks_hit + shared_blks_read), 0) FROM pg_stat_statements "
                "WHERE dbid = (SELECT oid FROM pg_database WHERE datname = %s)",
                [self.database],
            ).fetchone()
        return int(row[0]) if row else 0


def _compare(few: _Side, many: _Side) -> list[GrowthLine]:
    lines = []
    for name, samples in few.meter.samples.items():
        others = many.meter.samples[name]
        lines.append(
            GrowthLine(
                operation=name,
                cpu_ms_few=round(_find_median(samples), 3),
                cpu_ms_many=round(_find_median(others), 3),
                ratio=round(median(b.cpu_ms / a.cpu_ms for a, b in zip(samples, others, strict=True)), 3),
                database_ms_few=round(median(sample.database_ms for sample in samples), 3),
                database_ms_many=round(median(sample.database_ms for sample in others), 3),
                buffers_few=round(median(few.buffers[name]), 1),
                buffers_many=round(median(many.buffers[name]), 1),
                attempts=many.attempts,
                repeats=sum(sample.repeats for sample in samples),
            )
        )
    return lines


def _find_median(samples: Sequence[Sample]) -> float:
    return median(sample.cpu_ms for sample in samples)


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
