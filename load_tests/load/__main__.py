"""``python -m load_tests.load <scenario>``: start the servers, let people come, check every answer, print figures.

Ends with status 1 when anything acknowledged was lost, a board is wrong, or a target was missed; with ``--only-losses``
targets of time and rate do not count: for machines that are too small or too busy for them.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from load_tests.load.ground import Ground, Setting
from load_tests.load.readme import write_table
from load_tests.load.reporting import Report, format_report, make_report
from load_tests.load.scenarios import BY_NAME, SCENARIOS, SQLITE_PEOPLE, SQLITE_TARGET, Scenario
from load_tests.people.checking import check
from load_tests.people.outcome import Outcome
from tests.servers.web import REPOSITORY

JSON = REPOSITORY / "build" / "load.json"
README = REPOSITORY / "load_tests" / "README.md"


def main() -> None:
    """Run what the command line asks for."""
    arguments = _read_arguments()
    scenario = BY_NAME[arguments.scenario].scale(arguments.scale)
    if arguments.seconds:
        scenario = scenario.last(arguments.seconds)
    if arguments.sqlite:
        scenario = replace(scenario, target=SQLITE_TARGET, flying=SQLITE_PEOPLE)
    setting = Setting(arguments.generator, arguments.workers, arguments.sqlite, arguments.client)
    report = run(scenario, setting, scale=arguments.scale)
    print(format_report(report), flush=True)
    kept = _write(report, arguments.json)
    if arguments.write_readme:
        write_table(kept, README)
    sys.exit(0 if report.has_passed or (arguments.only_losses and report.has_kept_all) else 1)


def run(scenario: Scenario, setting: Setting, *, scale: float = 1.0) -> Report:
    """One run on servers of its own, from nothing to the report."""
    ground = Ground.open(scenario, setting)
    with ground.stack:
        outcome_path = ground.folder / "outcome.pickle"
        ground.start_web()
        plan_path, plan = ground.make_plan(outcome_path)
        watch, cpu_seconds, _ = ground.play(plan_path, plan, outcome_path)
        outcome = Outcome.read(outcome_path)
        assert ground.web is not None  # noqa: S101 - started above
        ground.web.stop()
        if "database is locked" in ground.web.log:
            outcome.surprises.append("the server's log says: database is locked")
        finding = check(ground.database_url, plan["secret"], ground.round_id, outcome.sent, outcome.cells)
    return make_report(
        scenario,
        outcome,
        finding,
        setting=setting,
        scale=scale,
        in_flight=watch.in_flight,
        finalised_after=watch.finalised_after,
        cpu_seconds=cpu_seconds,
    )


def _write(report: Report, path: Path) -> dict[str, Any]:
    """Beside the last figures of other scenarios, each under its name; all of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    name = f"{report.scenario}, {report.generator}, {report.database}, {report.workers}, {report.scale:g}"
    kept[name] = report.to_json()
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return dict(kept)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load_tests.load", description=__doc__)
    told = "; ".join(f"{each.name}: {each.about}" for each in SCENARIOS)
    parser.add_argument("scenario", choices=list(BY_NAME), help=told)
    parser.add_argument("--generator", choices=("lean", "locust"), default="lean")
    parser.add_argument("--client", choices=("fast", "http"), default="fast", help="Locust's FastHttpUser or HttpUser")
    parser.add_argument("--scale", type=float, default=1.0, help="so many times the people; 0.1 for trying it out")
    parser.add_argument("--seconds", type=float, default=0.0, help="until the end, or until the close")
    parser.add_argument("--workers", type=int, default=1, help="web processes")
    parser.add_argument("--sqlite", action="store_true", help="on SQLite, with 200 people (ceiling)")
    parser.add_argument("--only-losses", action="store_true")
    parser.add_argument("--write-readme", action="store_true", help="put the figures of the JSON file into the README")
    parser.add_argument("--json", type=Path, default=JSON)
    arguments = parser.parse_args()
    if arguments.sqlite and arguments.scenario != "ceiling":
        parser.error("--sqlite goes with ceiling: the other scenarios are a province's")
    return arguments


if __name__ == "__main__":
    main()
