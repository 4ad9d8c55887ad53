"""``python -m load_tests.faults [fault …]``: break things, print a table, write ``build/faults.json``.

Ends with status 1 when an answer was lost, something unexplained was met, or a control lost nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from load_tests.faults.arena import Ground, Outcome
from load_tests.faults.faults import FAULTS, Fault
from tests.servers.web import REPOSITORY

JSON = REPOSITORY / "build" / "faults.json"
RUNS, PEOPLE, SECONDS = 20, 30, 9.0


@dataclass(frozen=True, slots=True)
class Line:
    """A fault over all of its runs. ``recovery_p99_seconds`` is the longest of any run."""

    fault: str
    title: str
    runs: int
    cells: int
    lost: int
    invented: int
    misjudged: int
    undelivered: int
    surprises: int
    recovery_p99_seconds: float
    control: bool
    passed: bool


def main() -> None:
    """Run what the command line asks for."""
    arguments = _read_arguments()
    faults = [fault for fault in FAULTS if not arguments.faults or fault.name in arguments.faults]
    lines = []
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs under an account of its own and has to reach its folder below
        ground = Ground(folder, arguments.people)
        try:
            for fault in faults:
                lines.append(run_fault(ground, fault, arguments.runs, arguments.seconds))
                print(format_line(lines[-1]), flush=True)
        finally:
            ground.close()
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(
        json.dumps([asdict(line) for line in lines], indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    sys.exit(0 if all(line.passed for line in lines) else 1)


def run_fault(ground: Ground, fault: Fault, runs: int, seconds: float) -> Line:
    """All runs of a fault; what no fault excuses is printed."""
    outcomes = []
    for _ in range(runs):
        outcome = ground.run(fault.inject, fault.setting, seconds)
        outcomes.append(outcome)
        for surprise in [*outcome.surprises[:3], *outcome.notes]:
            print(f"    {fault.name}: {surprise}", file=sys.stderr, flush=True)
    return sum_up(fault, outcomes)


def sum_up(fault: Fault, outcomes: list[Outcome]) -> Line:
    """The runs of a fault as one line. Every run of a control must lose."""
    verdicts = [outcome.verdict for outcome in outcomes]
    wrong = sum(verdict.lost + verdict.invented + verdict.misjudged for verdict in verdicts)
    surprises = sum(len(outcome.surprises) for outcome in outcomes)
    undelivered = sum(outcome.undelivered for outcome in outcomes)
    has_cells = all(verdict.cells for verdict in verdicts)
    if fault.is_control:
        passed = has_cells and all(verdict.lost for verdict in verdicts)
    else:
        passed = has_cells and not (wrong or surprises or undelivered)
    return Line(
        fault=fault.name,
        title=fault.title,
        runs=len(outcomes),
        cells=sum(verdict.cells for verdict in verdicts),
        lost=sum(verdict.lost for verdict in verdicts),
        invented=sum(verdict.invented for verdict in verdicts),
        misjudged=sum(verdict.misjudged for verdict in verdicts),
        undelivered=undelivered,
        surprises=surprises,
        recovery_p99_seconds=round(max(outcome.recovery_seconds for outcome in outcomes), 2),
        control=fault.is_control,
        passed=passed,
    )


def format_line(line: Line) -> str:
    """For the terminal."""
    return (
        f"{'ok  ' if line.passed else 'FAIL'} {line.title:48} runs {line.runs:3}  cells {line.cells:7}  "
        f"lost {line.lost:5}  invented {line.invented}  misjudged {line.misjudged}  undelivered {line.undelivered}  "
        f"surprises {line.surprises}  p99 {line.recovery_p99_seconds:6.2f} s"
    )


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load_tests.faults", description=__doc__)
    names = [fault.name for fault in FAULTS]
    parser.add_argument("faults", nargs="*", metavar="fault", help=f"of: {', '.join(names)}; all when none is named")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long a fault lasts in each run")
    parser.add_argument("--json", type=Path, default=JSON)
    arguments = parser.parse_args()
    for name in arguments.faults:
        if name not in names:
            parser.error(f"there is no fault {name}; take some of: {', '.join(names)}")
    return arguments


if __name__ == "__main__":
    main()
