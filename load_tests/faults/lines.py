"""What the bench says of a fault: for the terminal, for ``build/faults.json``, and for the README."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from load_tests.bench.table import describe_machine
from load_tests.faults.arena import Fault, Outcome
from load_tests.faults.journal import find_percentile

BEGIN, END = "<!-- faults: written by --write-readme -->", "<!-- faults: end -->"
HEADINGS = (
    "fault", "runs", "answers", "lost", "control", "recovery p50 s", "p99 s", "longest s", "everybody back p99 s",
    "99 % of answers within s", "as it must be",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recovery:
    """Over all outages of all runs, in seconds; ``everybody_p99``: until a person had a save acknowledged again."""

    outages: int
    p50: float
    p99: float
    longest: float
    everybody_p99: float


@dataclass(frozen=True, slots=True)
class Line:
    """A fault over all of its runs.

    ``wait_p99_seconds``: within which 99 of 100 answers of a run were acknowledged, outages included; of the worst run.
    ``recovery`` is None where nothing was away. ``not_run`` says why a fault could not be made here.
    """

    fault: str
    title: str
    runs: int
    cells: int
    lost: int
    invented: int
    misjudged: int
    undelivered: int
    surprises: int
    control: bool
    passed: bool
    wait_p99_seconds: float = 0.0
    recovery: Recovery | None = None
    not_run: str = ""


def sum_up(fault: Fault, outcomes: Sequence[Outcome]) -> Line:
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
        control=fault.is_control,
        passed=passed,
        wait_p99_seconds=round(max(outcome.wait_seconds for outcome in outcomes), 2),
        recovery=_find_recovery(outcomes),
    )


def say_not_run(fault: Fault, reason: str) -> Line:
    """A fault that this machine cannot make: neither passed nor forgotten."""
    return Line(fault.name, fault.title, 0, 0, 0, 0, 0, 0, 0, fault.is_control, passed=False, not_run=reason)


def format_line(line: Line) -> str:
    """For the terminal."""
    if line.not_run:
        return f"--   {line.title:50} NOT RUN: {line.not_run}"
    back = line.recovery
    recovery = f"recovery p50 {back.p50:.2f} p99 {back.p99:.2f} longest {back.longest:.2f} s" if back else ""
    return (
        f"{'ok  ' if line.passed else 'FAIL'} {line.title:50} runs {line.runs:3}  answers {line.cells:7}  "
        f"lost {line.lost:5}  invented {line.invented}  misjudged {line.misjudged}  undelivered {line.undelivered}  "
        f"surprises {line.surprises}  wait p99 {line.wait_p99_seconds:.2f} s  {recovery}"
    )


def write_json(lines: Sequence[Line], path: Path) -> list[Line]:
    """All lines of the file with these in place of older ones of the same faults; what the file holds then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    merged = {entry["fault"]: entry for entry in kept} | {line.fault: asdict(line) for line in lines}
    path.write_text(json.dumps(list(merged.values()), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return [
        Line(**entry | {"recovery": Recovery(**entry["recovery"]) if entry["recovery"] else None})
        for entry in merged.values()
    ]


def write_readme(lines: Sequence[Line], path: Path) -> None:
    """Put the table between its marks. Raises ValueError where they are missing."""
    before, found, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, found_end, after = rest.partition(END)
    if not found or not found_end:
        raise ValueError(f"{path.name} has no place for the table of faults")
    path.write_text(f"{before}{BEGIN}\n{format_markdown(lines)}\n{END}{after}", encoding="utf-8")


def format_markdown(lines: Sequence[Line]) -> str:
    """The table, with the machine and how busy it was."""
    table = ["| " + " | ".join(HEADINGS) + " |", "|---|" + "---:|" * 3 + "---|" + "---:|" * 5 + "---|"]
    table += ["| " + " | ".join(_list_cells(line)) + " |" for line in lines]
    today = datetime.now(UTC).date()
    return f"{today}; {describe_machine()}, {os.getloadavg()[2]:.1f} over the last quarter of an hour.\n\n" + "\n".join(
        table
    )


def _list_cells(line: Line) -> list[str]:
    if line.not_run:
        return [line.title, "0", *["–"] * 8, f"not run: {line.not_run}"]
    back = line.recovery
    figures = [back.p50, back.p99, back.longest, back.everybody_p99] if back else [None] * 4
    return [
        line.title,
        str(line.runs),
        str(line.cells),
        str(line.lost),
        "must lose" if line.control else "",
        *("–" if figure is None else f"{figure:.2f}" for figure in figures),
        f"{line.wait_p99_seconds:.2f}",
        "yes" if line.passed else "NO",
    ]


def _find_recovery(outcomes: Sequence[Outcome]) -> Recovery | None:
    times = [seconds for outcome in outcomes for seconds in outcome.recoveries]
    returns = [seconds for outcome in outcomes for seconds in outcome.returns]
    if not times:
        return None
    figures = [find_percentile(times, 0.5), find_percentile(times, 0.99), max(times), find_percentile(returns, 0.99)]
    return Recovery(len(times), *(round(figure or 0.0, 2) for figure in figures))
