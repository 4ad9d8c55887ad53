"""The servers of a run: a durable PostgreSQL (or SQLite), Redis, and the engine as it runs in production."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load_tests.bench.client import Visitor, open_connection
from load_tests.bench.cpu import read_cpu_nanoseconds
from load_tests.bench.operations import PASSWORD
from load_tests.load.scenarios import Scenario
from load_tests.load.seeding import (
    SECRET,
    Account,
    Flight,
    add_province,
    add_small_town,
    find_round,
    list_leads,
    list_organisers,
    make_seeding_app,
    make_session,
    set_off,
    wait_for,
)
from load_tests.load.watching import Watch
from quiz_app.extensions import db
from tests.servers.postgresql import PostgresqlServer, start_postgresql
from tests.servers.redis import RedisServer, start_redis
from tests.servers.web import REPOSITORY, WebServer, start_web

LEAD_SECONDS, LEAD_SECONDS_PER_THOUSAND = {"lean": 4.0, "locust": 10.0}, 0.7
"""Between the plan and its begin: the generator starts, reads it and makes its people."""
LOCUSTFILE = REPOSITORY / "load_tests" / "locustfile.py"
GENERATOR_SECONDS = 90.0
"""What a generator may take beyond the length of its run."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a scenario is run."""

    generator: str = "lean"
    workers: int = 1
    is_sqlite: bool = False
    client: str = "fast"
    is_province: bool = True
    """30,000 people in 300 units on PostgreSQL; otherwise only as many as take part, without units."""


@dataclass
class Ground:
    """Everything that one run needs; made anew for each run, so that no run sees another's data."""

    scenario: Scenario
    setting: Setting
    folder: Path
    stack: ExitStack
    database_url: str = ""
    accounts: list[Account] = field(default_factory=list)
    postgresql: PostgresqlServer | None = None
    redis: RedisServer | None = None
    web: WebServer | None = None
    round_id: int = 0

    @classmethod
    def open(cls, scenario: Scenario, setting: Setting) -> Ground:
        """Start database and Redis, and fill the database."""
        stack = ExitStack()
        folder = Path(tempfile.mkdtemp(prefix="load-"))
        folder.chmod(0o711)  # the account of the database server has to reach its own folder inside
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        ground = cls(scenario, setting, folder, stack)
        try:
            ground._start_stores()
        except BaseException:
            stack.close()
            raise
        return ground

    def _start_stores(self) -> None:
        files = self.folder / "files"
        if self.setting.is_sqlite:
            self.database_url = f"sqlite:///{self.folder / 'contest.db'}"
        else:
            self.postgresql = start_postgresql(self.folder / "postgresql", durable=True)
            self.stack.callback(self.postgresql.stop)
            self.database_url = self.postgresql.create_database("contest")
        if self.setting.is_province and not (self.setting.is_sqlite or self.scenario.presses):
            self.accounts = add_province(self.database_url, files)
        else:
            comers = int(self.scenario.shape.count_until(self.scenario.seconds) * 1.3) + 10
            self.accounts = add_small_town(self.database_url, files, self.scenario.flying + comers)
        self.redis = start_redis(self.folder / "redis")
        self.stack.callback(self.redis.stop)

    def start_web(self) -> None:
        """The engine, warm: it has served a page of each kind before anybody comes."""
        assert self.redis is not None  # noqa: S101 - started before
        self.web = start_web(
            {
                "DATABASE_URL": self.database_url,
                "REDIS_URL": self.redis.url,
                "SECRET_KEY": SECRET,
                "FILES_FOLDER": str(self.folder / "files"),
            },
            workers=self.setting.workers,
            log_directory=self.folder,
        )
        self.stack.callback(self.web.stop)
        visitor = Visitor(open_connection(self.web.port))
        for _ in range(3 * self.setting.workers):
            visitor.get("/")
            visitor.get("/sign-in")
        visitor.connection.close()

    def make_plan(self, outcome: Path) -> tuple[Path, dict[str, Any]]:
        """Who does what from when on; attempts that are under way are put into the database."""
        assert self.web is not None  # noqa: S101 - started before
        scenario = self.scenario
        app = make_seeding_app(self.database_url, self.folder / "files")
        with app.app_context():
            round_ = find_round()
            self.round_id = round_.id
            flying = self.accounts[: scenario.flying]
            coming = self.accounts[scenario.flying :][: int(scenario.shape.count_until(scenario.seconds) * 1.3) + 10]
            lead = LEAD_SECONDS[self.setting.generator] + LEAD_SECONDS_PER_THOUSAND * (len(flying) + len(coming)) / 1000
            begins_at = time.time() + lead
            closes_at = None if scenario.closes_after is None else begins_at + scenario.closes_after
            flight: Flight = set_off(app, round_, flying, begins_at=begins_at, closes_at=closes_at)
            every = round(1 / scenario.new_share)
            plan = {
                "begins_at": begins_at,
                "closes_at": closes_at,
                "seconds": scenario.seconds,
                "limit_seconds": round_.settings.time_limit_seconds,
                "round_id": round_.id,
                "password": PASSWORD,
                "ports": [self.web.port],
                "shape": scenario.shape.points,
                "seed": 11,
                "presses": scenario.presses,
                "cells": flight.cells,
                "flying": flight.people,
                "coming": [
                    [each.login] if number % every == 0 else [each.login, make_session(app, each.account_id)[0]]
                    for number, each in enumerate(coming)
                ],
                "unit_leads": [[each.login] for each in list_leads(scenario.unit_leads)],
                "organisers": [[each.login] for each in list_organisers(scenario.organisers)],
                "database_url": self.database_url,
                "secret": SECRET,
                "outcome": str(outcome),
                "client": self.setting.client,
            }
            db.engine.dispose()
        path = self.folder / "plan.json"
        path.write_text(json.dumps(plan), encoding="utf-8")
        return path, plan

    def list_pids(self) -> dict[str, list[int]]:
        """The processes of each server."""
        assert self.web is not None  # noqa: S101 - started before
        pids = {"web": self.web.pids()}
        if self.postgresql is not None:
            pids["database"] = self.postgresql.pids()
        return pids

    def read_cpu(self) -> dict[str, float]:
        """Processor seconds used so far, by server."""
        return {name: read_cpu_nanoseconds(pids) / 1e9 for name, pids in self.list_pids().items()}

    def play(self, plan_path: Path, plan: dict[str, Any], outcome: Path) -> tuple[Watch, dict[str, float], float]:
        """Let the generator run; what the watch saw, and what the servers cost while latencies were measured."""
        command = [sys.executable, "-m", "load_tests.lean", str(plan_path), str(outcome)]
        if self.setting.generator == "locust":
            command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"]
        log_path = self.folder / "generator.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env=os.environ | {"LOAD_PLAN": str(plan_path)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            watch = Watch(self.database_url, self.round_id, plan["closes_at"])
            since, until = self.scenario.settling, self.scenario.measured_until
            wait_for(plan["begins_at"] + since)
            before = self.read_cpu()
            watch.run_beside(plan["begins_at"] + self.scenario.seconds)
            wait_for(plan["begins_at"] + until)
            after = self.read_cpu()
            process.wait(self.scenario.seconds + GENERATOR_SECONDS)
            watch.join()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if not outcome.exists():
            raise RuntimeError(f"the generator ended with {process.returncode}:\n{log_path.read_text()[-4000:]}")
        return watch, {name: after[name] - before[name] for name in after}, until - since
