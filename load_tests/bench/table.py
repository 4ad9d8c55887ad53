"""The figures for people and for programs: a table on the terminal, JSON, a section of the README."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from load_tests.bench.measuring import Line

WHOLE_ATTEMPT = "whole attempt"
BEGIN, END = "<!-- bench: written by --write-readme -->", "<!-- bench: end -->"
_HEADINGS = ("operation", "server", "CPU-ms", "min", "web", "database", "× floor 2", "SQL", "begin/commit", "repeats")


def find_winner(lines: Sequence[Line]) -> str:
    """The web server under which a whole attempt costs least."""
    return min((line for line in lines if line.operation == WHOLE_ATTEMPT), key=lambda line: line.cpu_ms).server


def format_terminal(lines: Sequence[Line]) -> str:
    """Columns, one server after another."""
    rows = [_HEADINGS, *(_cells(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    printed = []
    for row in rows:
        first, second, *figures = row
        words = [first.ljust(widths[0]), second.ljust(widths[1])]
        printed.append("  ".join(words + [cell.rjust(width) for cell, width in zip(figures, widths[2:], strict=True)]))
    return "\n".join(printed)


def format_markdown(lines: Sequence[Line], *, today: str) -> str:
    """The same as a section of the README, with the machine it was measured on."""
    rows = ["| " + " | ".join(_HEADINGS) + " |", "|---|---|" + "---:|" * (len(_HEADINGS) - 2)]
    rows += ["| " + " | ".join(_cells(line)) + " |" for line in lines]
    told = f"{today}; {describe_machine()}. The cheaper web server: **{find_winner(lines)}**."
    return f"{told}\n\n" + "\n".join(rows)


def describe_machine() -> str:
    """What the figures were measured on, and how busy it was: with more to do than cores, every time is too long."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    model = models[0] if models else platform.machine()
    load = f"load average {os.getloadavg()[1]:.1f} over the last five minutes"
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, {load}"


def write_json(lines: Sequence[Line], path: Path) -> None:
    """A list of objects, one for each line of the table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n", encoding="utf-8")


def write_readme(lines: Sequence[Line], path: Path) -> None:
    """Put the table between its two marks. Raises ValueError when they are not there."""
    before, found, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, found_end, after = rest.partition(END)
    if not found or not found_end:
        raise ValueError(f"{path.name} has no place for the table")
    section = format_markdown(lines, today=datetime.now(UTC).date().isoformat())
    path.write_text(f"{before}{BEGIN}\n{section}\n{END}{after}", encoding="utf-8")


def _cells(line: Line) -> tuple[str, ...]:
    times = (line.cpu_ms, line.cpu_ms_min, line.web_ms, line.database_ms, line.ratio_to_floor)
    counts = (line.sql_statements, line.transaction_control, line.repeats)
    return (line.operation, line.server, *(f"{value:.2f}" for value in times), *map(str, counts))
