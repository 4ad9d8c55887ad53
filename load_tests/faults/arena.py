"""What a fault is let loose on: a durable PostgreSQL, Redis, web servers in production form, and people who answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from load_tests.bench.servers import TEMPLATE, make_logins, prepare_template
from load_tests.faults.journal import Journal
from load_tests.faults.oracle import Verdict, judge
from load_tests.faults.savers import start_savers
from quiz_app.config import read_settings
from quiz_app.run import make_command
from tests.servers.ports import find_free_port
from tests.servers.postgresql import PostgresqlServer, start_postgresql
from tests.servers.redis import RedisServer, start_redis
from tests.servers.web import WebServer, start_web

SECRET = "of-a-server-that-lives-as-long-as-a-run"  # noqa: S105 - of throw-away servers
WARM_UP_SECONDS = 1.5
DRAIN_SECONDS = 60.0
"""How long people may take, after the last fault, to deliver what they hold."""


@dataclass
class Arena:
    """The servers of one run."""

    folder: Path
    postgresql: PostgresqlServer
    redis: RedisServer
    database: str
    webs: list[WebServer]
    seconds: float
    notes: list[str] = field(default_factory=list)

    @property
    def database_url(self) -> str:
        """Of this run's own database."""
        return self.postgresql.database_url(self.database)

    @property
    def web(self) -> WebServer:
        """The first web server, where one is enough."""
        return self.webs[0]


@dataclass(frozen=True, slots=True)
class Setting:
    """How the servers of a fault differ from the usual: two web workers in one server."""

    servers: int = 1
    workers: int = 2
    wrong_engine: str = ""
    database_settings: Mapping[str, str] = field(default_factory=dict)
    environments: tuple[Mapping[str, str], ...] = ()
    """Of each web server in turn, over the usual."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run. ``recovery_seconds``: within which 99 of 100 answers were acknowledged, outages included."""

    verdict: Verdict
    surprises: tuple[str, ...]
    undelivered: int
    recovery_seconds: float
    notes: tuple[str, ...]


class Ground:
    """PostgreSQL with a prepared database, and Redis, for many runs."""

    def __init__(self, folder: Path, people: int) -> None:
        self.folder = folder
        self.logins = make_logins(people)
        self.postgresql = start_postgresql(folder / "postgresql", durable=True)
        self.redis = start_redis(folder / "redis")
        prepare_template(self.postgresql, self.logins)
        self._number = 0

    def close(self) -> None:
        """End both."""
        self.redis.stop()
        self.postgresql.stop()

    def run(self, inject: Callable[[Arena], None], setting: Setting, seconds: float) -> Outcome:
        """Let people answer, break what ``inject`` breaks for so many seconds, wait until all is delivered, compare."""
        self._number += 1
        name = f"faults_{self._number}"
        with self._open(name, setting, seconds) as arena:
            journal, stopping = Journal(), threading.Event()
            savers = start_savers([web.port for web in arena.webs], self.logins, journal, stopping)
            time.sleep(WARM_UP_SECONDS)
            inject(arena)
            time.sleep(WARM_UP_SECONDS)
            stopping.set()
            give_up = time.monotonic() + DRAIN_SECONDS
            for saver in savers:
                saver.join(max(0.0, give_up - time.monotonic()))
            undelivered = sum(saver.is_alive() for saver in savers)
            for web in arena.webs:
                web.stop()
            verdict = judge(arena.database_url, SECRET, journal)
            outcome = Outcome(
                verdict, tuple(journal.surprises), undelivered, journal.find_wait(0.99), tuple(arena.notes)
            )
        self.postgresql.drop_database(name)
        return outcome

    @contextmanager
    def _open(self, name: str, setting: Setting, seconds: float) -> Iterator[Arena]:
        self.postgresql.create_database(name, template=TEMPLATE)
        with psycopg.connect(self.postgresql.url, autocommit=True) as connection:
            for setting_name, value in setting.database_settings.items():
                connection.execute(f"ALTER DATABASE {name} SET {setting_name} = {value}")  # type: ignore[arg-type]
        arena = Arena(self.folder, self.postgresql, self.redis, name, [], seconds)
        try:
            for number in range(setting.servers):
                own = setting.environments[number] if setting.environments else {}
                arena.webs.append(self._start_web(arena, setting, own))
            yield arena
        finally:
            for web in arena.webs:
                web.kill_all()

    def _start_web(self, arena: Arena, setting: Setting, own: Mapping[str, str]) -> WebServer:
        environment = {
            "DATABASE_URL": arena.database_url,
            "REDIS_URL": self.redis.url,
            "SECRET_KEY": SECRET,
            "FILES_FOLDER": str(self.folder / "files"),
            **own,
        }
        port, command = find_free_port(), None
        if setting.wrong_engine:
            settings = read_settings(environment | {"PORT": str(port), "WEB_WORKERS": str(setting.workers)})
            command = [
                part.replace("wsgi:app", "load_tests.faults.wrong_engines:app") for part in make_command(settings)
            ]
            environment["WRONG_ENGINE"] = setting.wrong_engine
        return start_web(environment, workers=setting.workers, port=port, command=command, log_directory=self.folder)
