"""Group ``attempt``: processor time and SQL statements of each thing a participant does, beside two floors."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from load_tests.bench.measuring import EngineBench, FloorBench, Line, Meter, make_lines
from load_tests.bench.rows import Options, TableRow
from load_tests.bench.servers import make_logins, prepare_template, start_engine, start_floors, start_logged_engine
from load_tests.bench.statements import StatementCount, StatementCounter
from tests.servers.postgresql import PostgresqlServer, start_postgresql

BATCHES = 5
WHOLE_ATTEMPT = "whole attempt"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done in a batch; a run has five batches."""

    participants: int
    floor_repeats: int


FULL = Size(participants=60, floor_repeats=600)
QUICK = Size(participants=12, floor_repeats=120)


def run(options: Options) -> list[Line]:
    """The lines of the table. Everything is started for this run, and ended and removed after it."""
    size = QUICK if options.quick else FULL
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    folder.chmod(0o711)  # the account of the database server has to reach its own folder inside
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgresql = start_postgresql(folder / "postgresql", durable=True)
        stack.callback(postgresql.stop)
        logins = make_logins(size.participants)
        prepare_template(postgresql, logins)
        counts = _count_statements(postgresql, logins[:1], folder)
        benches: dict[str, tuple[FloorBench, EngineBench]] = {}
        for server in options.servers:
            engine, floors = start_engine(postgresql, server, folder), start_floors(postgresql, server, folder)
            stack.callback(engine.stop)
            stack.callback(floors.stop)
            floor_bench = FloorBench.open(Meter(postgresql, floors), size.floor_repeats)
            engine_bench = EngineBench.open(Meter(postgresql, engine), logins)
            floor_bench.warm_up()
            engine_bench.warm_up()
            benches[server] = (floor_bench, engine_bench)
        for number in range(BATCHES):
            print(f"batch {number + 1} of {BATCHES}", file=sys.stderr, flush=True)
            for floor_bench, engine_bench in benches.values():
                floor_bench.run_batch()
                engine_bench.run_batch()
        return [
            line
            for server, (floor_bench, engine_bench) in benches.items()
            for line in make_lines(server, floor_bench.meter.samples | engine_bench.meter.samples, counts)
        ]


def tell_winner(rows: Sequence[TableRow]) -> str:
    """The web server under which a whole attempt costs least."""
    whole = [row for row in rows if isinstance(row, Line) and row.operation == WHOLE_ATTEMPT]
    return f"The cheaper web server: **{min(whole, key=lambda row: row.cpu_ms).server}**." if len(whole) > 1 else ""


def _count_statements(postgresql: PostgresqlServer, logins: list[str], folder: Path) -> dict[str, StatementCount]:
    """The statements of each operation, on an engine of its own that ends before anything is timed."""
    engine = start_logged_engine(postgresql, folder)
    try:
        bench = EngineBench.open(Meter(postgresql, engine), logins)
        bench.warm_up(attempts=2)
        return bench.count_statements(StatementCounter(postgresql.log_path))
    finally:
        engine.stop()
