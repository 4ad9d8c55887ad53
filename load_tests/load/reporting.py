"""What a run came to: figures, whether each target is met, a table for the terminal, an object for programs."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from load_tests.bench.table import describe_machine
from load_tests.load.scenarios import Scenario
from load_tests.people.checking import Finding
from load_tests.people.outcome import Outcome
from load_tests.people.tally import Latency

NATION_REQUESTS = 5600
"""Dynamic requests a second in the peak minute of three million people without a limit of attempts."""
SHOWN_WRONGS = 5
"""Lines of each kind in the table; the object has them all."""
LAST_STARTS_SECONDS = 12.0
IN_AN_ATTEMPT = ("save", "finish")
"""What nobody may be told to do later."""


@dataclass(frozen=True, slots=True)
class Line:
    """A target: what was to be reached, what was."""

    what: str
    target: str
    reached: str
    is_met: bool


@dataclass(slots=True)
class Report:
    """A run in figures. ``cpu_ms_per_request`` and rates are of the measured part, before the close."""

    scenario: str
    generator: str
    database: str
    workers: int
    scale: float
    machine: str
    taken_at: str
    load_average: float
    seconds: float
    requests: int
    requests_per_second: float
    busiest_10_seconds: float
    starts_per_second: float
    saves_per_second: float
    in_flight: int | None
    finalised_after: float | None
    cpu_seconds: dict[str, float]
    cpu_ms_per_request: dict[str, float]
    latencies: dict[str, dict[str, Any]]
    refused: dict[str, int]
    asked: dict[str, int]
    surprises: list[str]
    finding: dict[str, Any]
    lines: list[Line] = field(default_factory=list)

    @property
    def cores_for_the_nation(self) -> float:
        """How many cores the servers would need for the peak of the largest contest, at the cost of this run."""
        each = sum(ms for name, ms in self.cpu_ms_per_request.items() if name != "generator")
        return round(NATION_REQUESTS * each / 1000, 1)

    @property
    def has_kept_all(self) -> bool:
        """Whether the checker found nothing wrong: what no slow machine excuses."""
        return bool(self.finding["is_clean"]) and not self.surprises

    @property
    def has_passed(self) -> bool:
        """Whether every target is met."""
        return self.has_kept_all and all(line.is_met for line in self.lines)

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self) | {
            "has_passed": self.has_passed,
            "has_kept_all": self.has_kept_all,
            "cores_for_the_nation": self.cores_for_the_nation,
        }


def make_report(
    scenario: Scenario,
    outcome: Outcome,
    finding: Finding,
    *,
    setting: Any,
    scale: float,
    in_flight: int | None,
    finalised_after: float | None,
    cpu_seconds: dict[str, float],
) -> Report:
    """Put a run together."""
    since, until = scenario.settling, scenario.measured_until
    span = {"since": since, "until": until}
    measured, seconds = outcome.tally.measure(**span), until - since
    all_requests = outcome.tally.measure().count
    cpu = {name: round(value, 2) for name, value in cpu_seconds.items()}
    per_request = {name: round(1000 * value / max(1, measured.count), 3) for name, value in cpu_seconds.items()}
    per_request["generator"] = round(1000 * outcome.cpu_seconds / max(1, all_requests), 3)
    cpu["generator (whole run)"] = round(outcome.cpu_seconds, 2)
    report = Report(
        scenario=scenario.name,
        generator=setting.generator,
        database="SQLite" if setting.is_sqlite else "PostgreSQL",
        workers=setting.workers,
        scale=scale,
        machine=describe_machine(),
        taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
        load_average=round(os.getloadavg()[0], 1),
        seconds=seconds,
        requests=measured.count,
        requests_per_second=round(measured.count / seconds, 1),
        busiest_10_seconds=round(outcome.tally.find_busiest_second_rate(**span), 1),
        starts_per_second=_count_starts(scenario, outcome),
        saves_per_second=round(outcome.tally.measure(["save"], **span).count / seconds, 1),
        in_flight=in_flight,
        finalised_after=finalised_after,
        cpu_seconds=cpu,
        cpu_ms_per_request=per_request,
        latencies=_list_latencies(outcome, since, until),
        refused=dict(outcome.tally.refused),
        asked={name: len(seconds) for name, seconds in outcome.tally.asked.items()},
        surprises=outcome.surprises[:20],
        finding=asdict(finding) | {"is_clean": finding.is_clean},
    )
    report.lines = _compare(scenario, report, outcome, finding)
    return report


def _count_starts(scenario: Scenario, outcome: Outcome) -> float:
    """A second; in the last moments before the close hardly anybody begins any more."""
    since, until = scenario.settling, scenario.measured_until
    if scenario.closes_after is not None:
        until = max(since + 1.0, until - LAST_STARTS_SECONDS)
    return round(sum(since <= each < until for each in outcome.starts) / (until - since), 2)


def _list_latencies(outcome: Outcome, since: float, until: float) -> dict[str, dict[str, Any]]:
    names = sorted(outcome.tally.due)
    before = {name: outcome.tally.measure([name], since=since, until=until) for name in names}
    after = {f"{name} ▸": outcome.tally.measure([name], since=until) for name in names}
    whole = {"ALL": outcome.tally.measure(since=since, until=until), "ALL ▸": outcome.tally.measure(since=until)}
    return {name: asdict(each) for name, each in {**before, **after, **whole}.items() if each.count}


def _compare(scenario: Scenario, report: Report, outcome: Outcome, finding: Finding) -> list[Line]:
    target, since, until = scenario.target, scenario.settling, scenario.measured_until
    latency: Latency = outcome.tally.measure(list(target.names) or None, since=since, until=until)
    of = " and ".join(target.names) or "every request"
    lines = []
    for share, most, reached in (("p95", target.p95, latency.p95), ("p99", target.p99, latency.p99)):
        if most is not None:
            lines.append(Line(f"{share} of {of}", f"≤ {most:g} ms", f"{reached:g} ms", reached <= most))
    rates = (
        ("starts/s", target.starts_rate, report.starts_per_second),
        ("dynamic requests/s, busiest 10 s", target.requests_rate, report.busiest_10_seconds),
        ("acknowledged saves/s", target.saves_rate, report.saves_per_second),
    )
    for what, least, reached in rates:
        if least is not None:
            lines.append(Line(what, f"≥ {least:g}", f"{reached:g}", reached >= least))
    if target.in_flight is not None:
        count = report.in_flight or 0
        lines.append(Line("in flight at the close", f"≥ {target.in_flight}", f"{count}", count >= target.in_flight))
    if target.finalised_seconds is not None:
        after = report.finalised_after
        reached = "not seen" if after is None else f"{after:g} s"
        is_met = after is not None and after <= target.finalised_seconds
        lines.append(Line("all scored after the close", f"≤ {target.finalised_seconds:g} s", reached, is_met))
    errors = sum(outcome.tally.refused.values()) + len(outcome.surprises)
    lines.append(Line("errors", "0", str(errors), errors == 0))
    lines += _compare_waits(scenario, outcome)
    lines.append(Line("acknowledged answers lost", f"0 of {finding.cells}", str(finding.lost), finding.lost == 0))
    others = finding.invented + finding.misjudged
    lines.append(Line("invented, misjudged", "0", str(others), others == 0))
    wrong = len(finding.wrongs)
    lines.append(Line(f"best results and boards, {finding.people} people", "right", f"{wrong} wrong", wrong == 0))
    return lines


def _compare_waits(scenario: Scenario, outcome: Outcome) -> list[Line]:
    """Who was told to come back. In the seconds after the close that is how the herd is spread, for whoever is done."""
    tally, target = outcome.tally, scenario.target
    all_asked = tally.count_asked()
    of_others = 0 if target.may_wait else tally.count_asked(but=IN_AN_ATTEMPT, until=scenario.measured_until)
    of_sitters = all_asked - tally.count_asked(but=IN_AN_ATTEMPT)
    return [
        Line("told to come back with a save or a finish", "0", str(of_sitters), of_sitters == 0),
        Line(f"told to come back before the close (in all {all_asked})", "0", str(of_others), of_others == 0),
    ]


def format_report(report: Report) -> str:
    """For the terminal."""
    cpu = ", ".join(f"{name} {value:g}" for name, value in report.cpu_seconds.items())
    each = ", ".join(f"{name} {value:g}" for name, value in report.cpu_ms_per_request.items())
    text = [
        f"{report.scenario}: {report.generator}, {report.database}, web processes: {report.workers}, "
        f"scale {report.scale:g}",
        f"{report.taken_at}; {report.machine}; last minute {report.load_average}",
        f"measured {report.seconds:g} s: {report.requests} requests, {report.requests_per_second}/s; CPU-s: {cpu}",
        f"CPU-ms per request: {each}",
        f"at that cost {NATION_REQUESTS} requests/s need {report.cores_for_the_nation:g} cores",
        "",
        f"{'operation (▸ after the close)':42} {'count':>7} {'p50':>8} {'p95':>8} {'p99':>8} {'max':>8}",
    ]
    for name, each_one in report.latencies.items():
        figures = " ".join(f"{each_one[key]:8.1f}" for key in ("p50", "p95", "p99", "largest"))
        text.append(f"{name:42} {each_one['count']:7} {figures}")
    text.append("")
    text += [
        f"{'ok  ' if line.is_met else 'MISS'} {line.what:44} {line.target:>14}   {line.reached}"
        for line in report.lines
    ]
    text += [f"     tried again: {what} × {count}" for what, count in report.refused.items()]
    text += [f"     told to come back: {what} × {count}" for what, count in report.asked.items()]
    text += [f"     {surprise}" for surprise in report.surprises[:SHOWN_WRONGS]]
    text += [f"     {wrong}" for wrong in report.finding["wrongs"][:SHOWN_WRONGS]]
    return "\n".join(text)
