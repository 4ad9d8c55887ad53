"""The figures of all scenarios as a table of the README, from what ``build/load.json`` has kept of each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- load: written by --write-readme -->", "<!-- load: end -->"
HEADINGS = (
    "scenario", "web processes", "scale", "taken, load average", "requests/s", "starts/s", "saves/s", "p50", "p95",
    "p99", "save p99", "in flight", "scored after", "CPU-ms/request: web, database, generator", "errors", "lost",
    "missed",
)  # fmt: skip
WORDS = 1


def format_table(kept: Mapping[str, Mapping[str, Any]]) -> str:
    """A row for each scenario, generator and database."""
    lines = [f"| {' | '.join(HEADINGS)} |", "|" + "---|" * WORDS + "---:|" * (len(HEADINGS) - WORDS)]
    lines += [f"| {' | '.join(_make_cells(report))} |" for _, report in sorted(kept.items())]
    machines = sorted({report["machine"].partition(", load average")[0] for report in kept.values()})
    return "\n".join([*machines, "", *lines])


def _make_cells(report: Mapping[str, Any]) -> list[str]:
    every, save = report["latencies"].get("ALL", {}), report["latencies"].get("save", {})
    cpu = report["cpu_ms_per_request"]
    missed = [line["what"] for line in report["lines"] if not line["is_met"]]
    lost = next(line for line in report["lines"] if line["what"] == "acknowledged answers lost")
    errors = next(line for line in report["lines"] if line["what"] == "errors")
    after = report["finalised_after"]
    return [
        f"{report['scenario']}, {report['generator']}, {report['database']}",
        str(report["workers"]),
        f"{report['scale']:g}",
        f"{report['taken_at'][:16].replace('T', ' ')}, {report['load_average']}",
        *(f"{report[name]:g}" for name in ("requests_per_second", "starts_per_second", "saves_per_second")),
        *(f"{every.get(name, 0):.0f}" for name in ("p50", "p95", "p99")),
        f"{save.get('p99', 0):.0f}",
        str(report["in_flight"] or "–"),
        "–" if after is None else f"{after:g} s",
        ", ".join(f"{cpu[name]:.2f}" if name in cpu else "–" for name in ("web", "database", "generator")),
        errors["reached"],
        f"{lost['reached']} ({lost['target']})",
        "; ".join(missed) or "nothing",
    ]


def write_table(kept: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """Put the table between its two marks. Raises ValueError when they are not there."""
    before, found, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, found_end, after = rest.partition(END)
    if not found or not found_end:
        raise ValueError(f"{path.name} has no place for the figures of load tests")
    path.write_text(f"{before}{BEGIN}\n{format_table(kept)}\n{END}{after}", encoding="utf-8")
