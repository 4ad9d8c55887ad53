"""``python -m load_tests.faults [fault …]``: break things, print a table, write ``build/faults.json``.

Ends with status 1 when an answer was lost, something unexplained was met, a control lost nothing, or a fault could not
be made here.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from load_tests.faults.arena import Fault
from load_tests.faults.disks import MountRefused
from load_tests.faults.faults import FAULTS
from load_tests.faults.ground import Ground
from load_tests.faults.lines import Line, format_line, say_not_run, sum_up, write_json, write_readme
from tests.servers.web import REPOSITORY

JSON = REPOSITORY / "build" / "faults.json"
README = REPOSITORY / "load_tests" / "README.md"
RUNS, PEOPLE, SECONDS = 20, 12, 3.0
AROUND_SECONDS = 7.5
"""Of a run, beside the fault itself: servers started, people signed in, everything delivered and compared."""


def main() -> None:
    """Run what the command line asks for."""
    arguments = _read_arguments()
    faults = [fault for fault in FAULTS if not arguments.faults or fault.name in arguments.faults]
    print(f"{len(faults)} faults, {arguments.runs} runs each: {_estimate(faults, arguments)}", flush=True)
    # Asked to end, it ends as after an error: nothing stays mounted.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    lines = []
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs under an account of its own and has to reach its folder below
        ground = Ground(folder, arguments.people)
        try:
            for fault in faults:
                line = run_fault(ground, fault, arguments.runs, arguments.seconds, is_timed=not arguments.untimed)
                lines.append(line)
                print(format_line(lines[-1]), flush=True)
                # After each fault: a bench that is stopped has measured something.
                kept = write_json(lines, arguments.json)
                if arguments.write_readme:
                    order = [fault.name for fault in FAULTS]
                    write_readme(sorted(kept, key=lambda line: order.index(line.fault)), README)
        finally:
            ground.close()
    sys.exit(0 if all(line.passed for line in lines) else 1)


def run_fault(ground: Ground, fault: Fault, runs: int, seconds: float, *, is_timed: bool = True) -> Line:
    """All runs of a fault; what no fault excuses is printed."""
    outcomes = []
    try:
        for outcome in ground.run(fault, seconds, runs, is_timed=is_timed):
            outcomes.append(outcome)
            for surprise in [*outcome.surprises[:3], *outcome.notes]:
                print(f"    {fault.name}: {surprise}", file=sys.stderr, flush=True)
    except (MountRefused, FileNotFoundError) as reason:
        return say_not_run(fault, str(reason))
    return sum_up(fault, outcomes)


def _estimate(faults: list[Fault], arguments: argparse.Namespace) -> str:
    seconds = sum((fault.seconds or arguments.seconds) + AROUND_SECONDS for fault in faults) * arguments.runs
    until = time.strftime("%H:%M", time.localtime(time.time() + seconds))
    return f"about {seconds / 60:.0f} minutes on an idle machine, until {until}"


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load_tests.faults", description=__doc__)
    names = [fault.name for fault in FAULTS]
    parser.add_argument("faults", nargs="*", metavar="fault", help=f"of: {', '.join(names)}; all when none is named")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long a fault lasts in each run")
    parser.add_argument("--untimed", action="store_true", help="note what takes too long, as on a busy machine")
    parser.add_argument("--json", type=Path, default=JSON, help="faults that are not run keep what it says of them")
    parser.add_argument("--write-readme", action="store_true", help="put the table into load_tests/README.md")
    arguments = parser.parse_args()
    for name in arguments.faults:
        if name not in names:
            parser.error(f"there is no fault {name}; take some of: {', '.join(names)}")
    return arguments


if __name__ == "__main__":
    main()
