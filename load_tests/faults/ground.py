"""Where runs take place: PostgreSQL with a prepared database, Redis, and for each run servers of its own."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import HTTPException
from pathlib import Path

import psycopg

from load_tests.bench.client import WrongAnswer
from load_tests.bench.servers import TEMPLATE, fill_database, make_logins, prepare_template
from load_tests.faults.arena import SECRET, WITNESSES, Arena, Fault, Outcome, Place, Setting
from load_tests.faults.disks import ImageDisk, SmallDisk
from load_tests.faults.journal import Journal
from load_tests.faults.oracle import judge
from load_tests.faults.savers import start_savers
from quiz_app.config import read_settings
from quiz_app.run import make_command
from tests.servers.ports import find_free_port
from tests.servers.postgresql import PostgresqlServer, start_postgresql
from tests.servers.redis import start_redis
from tests.servers.web import WebServer, start_web

WARM_UP_SECONDS = 1.0
START_SECONDS = 300.0
"""For a web server on a machine with much else to do."""
DRAIN_SECONDS = 120.0
"""How long people may take, after the last fault, to deliver what they hold."""


class Ground:
    """PostgreSQL with a prepared database, and Redis, for many runs."""

    def __init__(self, folder: Path, people: int, *, warm_up_seconds: float = WARM_UP_SECONDS) -> None:
        self.folder = folder
        self._warm_up_seconds = warm_up_seconds
        self.logins = make_logins(people)
        self.postgresql = start_postgresql(folder / "postgresql", durable=True)
        with psycopg.connect(self.postgresql.url, autocommit=True) as connection:
            # The longest there is, for the control that does not wait for the log; whoever waits writes it himself.
            connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            connection.execute("SELECT pg_reload_conf()")
        self.redis = start_redis(folder / "redis")
        prepare_template(self.postgresql, [*self.logins, *WITNESSES])
        self._number = 0

    def close(self) -> None:
        """End both."""
        self.redis.stop()
        self.postgresql.stop()

    def run(self, fault: Fault, seconds: float, runs: int, *, is_timed: bool = True) -> Iterator[Outcome]:
        """So many runs of a fault.

        Raises MountRefused, or FileNotFoundError naming a program, where this machine cannot make the fault.
        """
        for program in fault.setting.programs:
            if not list(Path("/").glob(program)):
                raise FileNotFoundError(f"/{program} is missing")
        sets = [runs] if fault.keeps_servers else [1] * runs
        for number in sets:
            with self._open(fault, fault.seconds or seconds) as arena:
                arena.is_timed = is_timed
                for _ in range(number):
                    yield self._run(arena, fault)

    def _run(self, arena: Arena, fault: Fault) -> Outcome:
        """Let people answer, break what the fault breaks for so many seconds, wait until all is delivered, compare."""
        journal, stopping = arena.journal, threading.Event()
        savers = start_savers([web.port for web in arena.webs], self.logins, journal, stopping)
        arena.rest(self._warm_up_seconds)
        try:
            fault.inject(arena)
        except (WrongAnswer, LookupError, OSError, HTTPException) as error:
            journal.note_surprise(f"{type(error).__name__}: {error}"[:300])
        for web in arena.webs:
            if not web.pids():
                journal.note_surprise(f"a server has ended that nobody starts again: {web.log[-600:]}")
        if journal.closes_at is None:
            arena.rest(self._warm_up_seconds)
        stopping.set()
        give_up = time.monotonic() + DRAIN_SECONDS
        for saver in savers:
            saver.join(max(0.0, give_up - time.monotonic()))
        undelivered = sum(saver.is_alive() for saver in savers)
        if not fault.keeps_servers:
            for web in arena.webs:
                web.stop()
        outcome = Outcome(
            judge(arena.database_url, SECRET, journal),
            tuple(journal.surprises),
            undelivered,
            journal.find_wait(0.99),
            tuple(journal.find_recoveries()),
            tuple(journal.find_returns()),
            tuple(arena.notes),
        )
        arena.journal, arena.notes = journal.begin_anew(), []
        return outcome

    @contextmanager
    def _open(self, fault: Fault, seconds: float) -> Iterator[Arena]:
        setting = fault.setting
        self._number += 1
        folder = self.folder / f"run-{self._number}"
        folder.mkdir(mode=0o711)
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            arena = self._make_database(stack, setting, folder, seconds)
            for number in range(setting.servers):
                own = setting.environments[number] if number < len(setting.environments) else {}
                environment = {name: text.format(folder=folder) for name, text in own.items()}
                web = self._start_web(arena, setting, environment)
                stack.callback(web.kill_all)
                arena.webs.append(web)
            yield arena

    def _make_database(self, stack: ExitStack, setting: Setting, folder: Path, seconds: float) -> Arena:
        home = folder / ("disk" if setting.place.is_sqlite else "postgresql/data")
        arena = Arena(folder, self.postgresql, self.redis, f"faults_{self._number}", [], seconds, Journal())
        match setting.place:
            case Place.SMALL | Place.SQLITE_SMALL:
                arena.disk = SmallDisk(home)
            case Place.IMAGE | Place.SQLITE_IMAGE:
                arena.disk = ImageDisk(home)
        if arena.disk is not None:
            stack.callback(arena.disk.remove)
        if setting.place.is_sqlite:
            arena.sqlite_file = (folder if arena.disk is None else home) / "contest.sqlite3"
            shutil.copyfile(self._prepare_sqlite(), arena.sqlite_file)
        elif arena.disk is not None:
            arena.database = TEMPLATE
            arena.postgresql = self._start_own_postgresql(arena.disk.folder, is_durable=setting.is_durable)
            stack.callback(arena.postgresql.kill_all)
        else:
            self.postgresql.create_database(arena.database, template=TEMPLATE)
            stack.callback(self.postgresql.drop_database, arena.database)
        if isinstance(arena.disk, ImageDisk):
            arena.disk.sync()
        if setting.database_settings:
            with psycopg.connect(arena.postgresql.url, autocommit=True) as connection:
                for name, value in setting.database_settings.items():
                    connection.execute(f"ALTER DATABASE {arena.database} SET {name} = {value}")
        return arena

    def _prepare_sqlite(self) -> Path:
        """A file with the same people and rounds, made once."""
        path = self.folder / "prepared.sqlite3"
        if not path.exists():
            fill_database(f"sqlite:///{path}", [*self.logins, *WITNESSES])
        return path

    def _prepare_cluster(self) -> Path:
        """A copy of the whole server's files, made once while it is down."""
        path = self.folder / "prepared"
        if not path.exists():
            self.postgresql.stop()
            _copy(self.postgresql.directory / "data", path)
            self.postgresql.start()
        return path

    def _start_own_postgresql(self, data: Path, *, is_durable: bool) -> PostgresqlServer:
        """A server on this mounted folder, with little write-ahead log."""
        _copy(self._prepare_cluster(), data)
        with (data / "postgresql.conf").open("a") as file:
            file.write("\nmin_wal_size = 32MB\nmax_wal_size = 64MB\n")
        shared = self.postgresql
        account = shared.account
        if account:
            shutil.chown(data.parent, account["user"], account["group"])
        server = PostgresqlServer(data.parent, find_free_port(), is_durable, shared.binaries, account)
        server.start()
        return server

    def _start_web(self, arena: Arena, setting: Setting, own: Mapping[str, str]) -> WebServer:
        """As in production; a wrong engine by the command line that a start ends in, the database being prepared."""
        environment = {
            "DATABASE_URL": arena.database_url,
            "REDIS_URL": self.redis.url,
            "SECRET_KEY": SECRET,
            "FILES_FOLDER": str(arena.folder / "files"),
            **own,
        }
        port, command = find_free_port(), None
        if setting.wrong_engine:
            settings = read_settings(environment | {"PORT": str(port), "WEB_WORKERS": str(setting.workers)})
            module = "load_tests.faults.wrong_engines:app"
            command = [part.replace("wsgi:app", module) for part in make_command(settings)]
            environment["WRONG_ENGINE"] = setting.wrong_engine
        return start_web(
            environment, workers=setting.workers, port=port, command=command, log_directory=arena.folder,
            start_timeout_seconds=START_SECONDS,
        )  # fmt: skip


def _copy(source: Path, target: Path) -> None:
    """With owners, which PostgreSQL insists on."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", f"{source}/.", f"{target}/"], check=True)  # noqa: S603, S607
