"""What a fault is let loose on: a durable database, Redis, web servers in production form, and people who answer."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import psycopg

from load_tests.bench.client import Visitor, open_connection
from load_tests.bench.operations import Participant, open_home, open_sign_in_page, sign_in
from load_tests.faults.disks import Disk
from load_tests.faults.journal import Journal
from load_tests.faults.oracle import WITNESS, Verdict
from quiz_app import create_app
from quiz_app.config import read_settings
from quiz_app.extensions import db
from quiz_app.services import bank_cache
from tests.servers.postgresql import PostgresqlServer
from tests.servers.redis import RedisServer
from tests.servers.web import REPOSITORY, WebServer

SECRET = "of-a-server-that-lives-as-long-as-a-run"  # noqa: S105 - of throw-away servers
ENOUGH_HEARD = 10
LONGEST_REST_SECONDS = 120.0
WITNESSES = (f"{WITNESS}1", f"{WITNESS}2")
"""Accounts that no saver uses: faults look at the engine through them."""


class Place(StrEnum):
    """Where the database of a run is kept."""

    SHARED = "shared"  # on the PostgreSQL of all runs
    SMALL = "small"  # PostgreSQL of its own on a disk that fills up
    IMAGE = "image"  # PostgreSQL of its own on a disk whose power is cut
    SQLITE = "sqlite"
    SQLITE_SMALL = "sqlite_small"
    SQLITE_IMAGE = "sqlite_image"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file."""
        return self.value.startswith("sqlite")


@dataclass(frozen=True, slots=True)
class Setting:
    """How the servers of a fault differ from the usual: two web workers in one server."""

    servers: int = 1
    workers: int = 2
    wrong_engine: str = ""
    place: Place = Place.SHARED
    database_settings: Mapping[str, str] = field(default_factory=dict)
    environments: tuple[Mapping[str, str], ...] = ()
    """Of each web server in turn, over the usual; ``{folder}`` is the folder of the run."""
    is_durable: bool = True
    """For a PostgreSQL of its own."""
    programs: tuple[str, ...] = ()
    """Files of the machine without which the fault cannot be made; patterns of ``glob`` from /."""


@dataclass
class Arena:
    """The servers of one run."""

    folder: Path
    postgresql: PostgresqlServer
    redis: RedisServer
    database: str
    webs: list[WebServer]
    seconds: float
    journal: Journal
    sqlite_file: Path | None = None
    disk: Disk | None = None
    is_timed: bool = True
    """Whether what takes too long is a surprise; on a machine with much else to do it is only noted."""
    notes: list[str] = field(default_factory=list)

    @property
    def database_url(self) -> str:
        """Of this run's own database."""
        if self.sqlite_file is not None:
            return f"sqlite:///{self.sqlite_file}"
        return self.postgresql.database_url(self.database)

    @property
    def web(self) -> WebServer:
        """The first web server, where one is enough."""
        return self.webs[0]

    def run_command(self, *words: str, url: str = "", files: str = "files") -> str:
        """A command of the operator (``flask …``) on this run's database; what it says. Wrong ends are surprises."""
        environment = os.environ | {
            "DATABASE_URL": url or self.database_url,
            "SECRET_KEY": SECRET,
            "FILES_FOLDER": str(self.folder / files),
        }
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            self.journal.note_surprise(f"{' '.join(words[:2])} failed: {(done.stdout + done.stderr)[-300:]}")
        return done.stdout

    def execute(self, query: str, *values: Any) -> list[Any]:
        """One statement on this run's PostgreSQL; its rows."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def rest(self, seconds: float) -> None:
        """So long, and until people have been heard since: on a busy machine the next blow would fall on nobody."""
        enough = self.journal.count_heard() + ENOUGH_HEARD
        time.sleep(seconds)
        give_up = time.monotonic() + LONGEST_REST_SECONDS
        while self.journal.count_heard() < enough and time.monotonic() < give_up:
            time.sleep(0.1)

    def judge_seconds(self, what: str, seconds: float, most: float) -> None:
        """Note how long something took; too long is a surprise."""
        self.notes.append(f"{what}: {seconds:.1f} s")
        if seconds > most and self.is_timed:
            self.journal.note_surprise(f"{what}: {seconds:.1f} s, more than {most:.1f} s")

    @contextmanager
    def engine(self) -> Iterator[None]:
        """The engine's services within this program, on this run's database."""
        app = create_app(read_settings({"DATABASE_URL": self.database_url, "SECRET_KEY": SECRET}))
        # Databases of earlier runs had the same bank in the same version, with other keys.
        bank_cache._held.clear()
        with app.app_context():
            try:
                yield
            finally:
                db.engine.dispose()

    def sign_in_witness(self, number: int, web: WebServer) -> Participant:
        """A witness, signed in at this server."""
        witness = Participant(WITNESSES[number], Visitor(open_connection(web.port)))
        open_sign_in_page(witness)
        sign_in(witness)
        open_home(witness)
        return witness


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong. A control must lose answers; every other fault must not."""

    name: str
    title: str
    inject: Callable[[Arena], None]
    setting: Setting = Setting()
    is_control: bool = False
    seconds: float | None = None
    """How long it lasts, where that is part of it."""
    keeps_servers: bool = False
    """Whether it leaves the servers as it found them, so that the next run takes place on the same ones."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run. ``wait_seconds``: within which 99 of 100 answers were acknowledged, outages included. ``recoveries``:
    from the end of each outage to the next acknowledged save; ``returns``: the same for each person.
    """

    verdict: Verdict
    surprises: tuple[str, ...]
    undelivered: int
    wait_seconds: float
    recoveries: tuple[float, ...]
    returns: tuple[float, ...]
    notes: tuple[str, ...]
