"""The figures for people and for programs: tables on the terminal, JSON, a section of the README for each group."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from load_tests.bench.rows import Group, TableRow


def format_terminal(rows: Sequence[TableRow]) -> str:
    """Columns; words to the left, figures to the right."""
    lines = [rows[0].HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    words = rows[0].WORDS
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def format_markdown(group: Group, rows: Sequence[TableRow], *, today: str) -> str:
    """The same as a section of the README, with the machine it was measured on."""
    headings, words = rows[0].HEADINGS, rows[0].WORDS
    lines = [
        "| " + " | ".join(headings) + " |",
        "|" + "---|" * words + "---:|" * (len(headings) - words),
        *("| " + " | ".join(row.cells()) + " |" for row in rows),
    ]
    told = f"{today}; {describe_machine()}." + (f" {group.tell(rows)}" if group.tell else "")
    return f"{told}\n\n" + "\n".join(lines)


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


def write_json(measured: Mapping[str, Sequence[TableRow]], path: Path) -> None:
    """For each group a list of objects, one for each row; groups that were not measured keep what the file has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    new = {name: [asdict(row) for row in rows] for name, rows in measured.items()}  # type: ignore[call-overload]
    text = json.dumps((kept if isinstance(kept, dict) else {}) | new, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def find_marks(group: Group) -> tuple[str, str]:
    """The two lines of the README between which the group's table stands."""
    return f"<!-- bench {group.name}: written by --write-readme -->", f"<!-- bench {group.name}: end -->"


def find_place(group: Group, path: Path) -> tuple[str, str]:
    """The README before and after the place of the group's table. Raises ValueError when it has none."""
    begin, end = find_marks(group)
    before, found, rest = path.read_text(encoding="utf-8").partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{path.name} has no place for the table of {group.name}")
    return before, after


def write_readme(group: Group, rows: Sequence[TableRow], path: Path) -> None:
    """Put the table between its two marks. Raises ValueError when they are not there."""
    begin, end = find_marks(group)
    before, after = find_place(group, path)
    section = format_markdown(group, rows, today=datetime.now(UTC).date().isoformat())
    path.write_text(f"{before}{begin}\n{section}\n{end}{after}", encoding="utf-8")
