"""``python -m load_tests.bench``: measure, print the table, write ``build/bench.json``."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from load_tests.bench.measuring import EngineBench, FloorBench, Line, Meter, make_lines
from load_tests.bench.servers import (
    WEB_SERVERS,
    make_logins,
    prepare_template,
    start_engine,
    start_floors,
    start_logged_engine,
)
from load_tests.bench.statements import StatementCount, StatementCounter
from load_tests.bench.table import find_winner, format_terminal, write_json, write_readme
from tests.servers.postgresql import PostgresqlServer, start_postgresql
from tests.servers.web import REPOSITORY

README = REPOSITORY / "load_tests" / "README.md"
BATCHES = 5


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done in a batch; a run has five batches."""

    participants: int
    floor_repeats: int


FULL = Size(participants=60, floor_repeats=600)
QUICK = Size(participants=12, floor_repeats=120)


def main() -> None:
    """Measure what the command line asks for."""
    arguments = _read_arguments()
    lines = measure(QUICK if arguments.quick else FULL, arguments.servers)
    print(format_terminal(lines))
    if len(arguments.servers) > 1:
        print(f"\nThe cheaper web server: {find_winner(lines)}")
    write_json(lines, arguments.json)
    if arguments.write_readme:
        write_readme(lines, README)


def measure(size: Size, servers: Sequence[str]) -> list[Line]:
    """The lines of the table. Everything is started for this run, and ended and removed after it."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    folder.chmod(0o711)  # the account of the database server has to reach its own folder inside
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgresql = start_postgresql(folder / "postgresql", durable=True)
        stack.callback(postgresql.stop)
        logins = make_logins(size.participants)
        prepare_template(postgresql, logins)
        counts = count_statements(postgresql, logins[:1], folder)
        benches: dict[str, tuple[FloorBench, EngineBench]] = {}
        for server in servers:
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


def count_statements(postgresql: PostgresqlServer, logins: list[str], folder: Path) -> dict[str, StatementCount]:
    """The statements of each operation, on an engine of its own that ends before anything is timed."""
    engine = start_logged_engine(postgresql, folder)
    try:
        bench = EngineBench.open(Meter(postgresql, engine), logins)
        bench.warm_up(attempts=2)
        return bench.count_statements(StatementCounter(postgresql.log_path))
    finally:
        engine.stop()


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load_tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fifth of the repeats: 60 whole attempts")
    parser.add_argument("--servers", nargs="+", choices=WEB_SERVERS, default=list(WEB_SERVERS))
    parser.add_argument("--json", type=Path, default=REPOSITORY / "build" / "bench.json", help="where the figures go")
    parser.add_argument("--write-readme", action="store_true", help=f"put the table into {README.name}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
