"""A throw-away PostgreSQL server of our own, with the binaries that Debian installs."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.accounts import PopenAccount, find_server_account, hand_over
from tests.servers.ports import LOOPBACK, assert_port_free, find_free_port
from tests.servers.processes import (
    POLL_SECONDS,
    ServerFailed,
    end_with_parent,
    kill_tree,
    process_tree,
    read_log_end,
    stop_tree,
)

SUPERUSER = "postgres"
START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 20.0

# For tests of rules: nothing waits for the disk. A power cut may lose everything.
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# For tests of losses: what a real contest runs with. Said in full, so that no default decides.
DURABLE_SETTINGS = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
COMMON_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "max_connections": "200",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


class PostgresqlMissing(RuntimeError):
    """PostgreSQL is not installed; the message names the package."""


def find_binaries() -> Path:
    """Return the folder with `initdb` and `postgres`, of the newest version; raise PostgresqlMissing."""
    versions = {float(path.parts[-3]): path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")}
    if not versions:
        raise PostgresqlMissing("PostgreSQL is missing: apt-get install postgresql, or run `make test`")
    return versions[max(versions)]


@dataclass
class PostgresqlServer:
    """A running server; `url` is that of the maintenance database, `restart` keeps port and data."""

    directory: Path
    port: int
    is_durable: bool
    binaries: Path
    account: PopenAccount
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """SQLAlchemy and libpq both read it: SQLAlchemy 2.1 takes `postgresql://` to mean psycopg 3."""
        return self.database_url("postgres")

    def database_url(self, name: str) -> str:
        """Return the address of one database of this server."""
        return f"postgresql://{SUPERUSER}@{LOOPBACK}:{self.port}/{name}"

    @property
    def log_path(self) -> Path:
        """Where the server writes its log."""
        return self.directory / "server.log"

    @property
    def pid(self) -> int:
        """Process id of the postmaster; raises ServerFailed when it is not running."""
        if self.process is None or self.process.poll() is not None:
            raise ServerFailed("the PostgreSQL server is not running")
        return self.process.pid

    def pids(self) -> list[int]:
        """Postmaster first, then its background processes and sessions; empty when stopped."""
        return process_tree(self.process.pid) if self.process and self.process.poll() is None else []

    def start(self) -> None:
        """Start on the port and data of this object and wait until it accepts connections."""
        assert_port_free(self.port)
        durability = DURABLE_SETTINGS if self.is_durable else FAST_SETTINGS
        settings = COMMON_SETTINGS | durability | {"unix_socket_directories": str(self.directory)}
        command = [str(self.binaries / "postgres"), "-D", str(self.directory / "data"), "-p", str(self.port)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                # SIGQUIT is PostgreSQL's immediate shutdown: the postmaster takes its children along.
                end_with_parent(signal.SIGQUIT) + command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                start_new_session=True,
                **self.account,
            )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        assert self.process is not None
        give_up = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                raise ServerFailed(f"PostgreSQL ended at its start:\n{read_log_end(self.log_path)}")
            # Line 1 is the postmaster's id, line 8 its state (miscadmin.h: LOCK_FILE_LINE_PM_STATUS).
            lines = self._read_lock_file()
            if len(lines) >= 8 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready":
                return
            time.sleep(POLL_SECONDS)
        kill_tree(self.process)
        raise ServerFailed(f"PostgreSQL was not ready in time:\n{read_log_end(self.log_path)}")

    def _read_lock_file(self) -> list[str]:
        """Lines of postmaster.pid, or nothing: a starting server takes away what a killed one left, then writes it."""
        try:
            return (self.directory / "data" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, data is written out. Does nothing when already stopped."""
        if self.process is not None:
            stop_tree(self.process, signal.SIGINT, timeout_seconds=STOP_TIMEOUT_SECONDS)

    def kill_all(self) -> list[int]:
        """End postmaster and children at once with SIGKILL, without a checkpoint; return their ids."""
        return kill_tree(self.process) if self.process is not None else []

    def restart(self) -> None:
        """Start again, after `kill_all` too, on the same port with the same data."""
        self.stop()
        self.start()

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create a database as a copy of `template`, to which nobody may be connected; return its URL."""
        # Copying files is half the work of logging each page, which is what keeps the copy through a crash.
        strategy = sql.SQL("WAL_LOG" if self.is_durable else "FILE_COPY")
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template), strategy))
        return self.database_url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database and end the sessions that are still in it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


def _initialise(server: PostgresqlServer) -> None:
    command = [str(server.binaries / "initdb"), "--pgdata", str(server.directory / "data")]
    command += ["--auth", "trust", "--username", SUPERUSER, "--encoding", "UTF8", "--locale", "C.UTF-8"]
    if not server.is_durable:
        command.append("--no-sync")
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=server.directory,
        env=environment,
        check=False,
        **server.account,
    )
    if result.returncode != 0:
        raise ServerFailed(f"initdb failed:\n{result.stdout}{result.stderr}")


def start_postgresql(directory: Path, *, durable: bool) -> PostgresqlServer:
    """Start a server with its data below `directory`, made and initialised if it is new.

    As root the server runs as `postgres` or `nobody`, so that account must be able to reach the folder.
    `durable=False` never waits for the disk; `durable=True` keeps every acknowledged commit through
    `kill_all`. Raises PostgresqlMissing, PermissionError or ServerFailed.
    """
    account = find_server_account()
    server = PostgresqlServer(directory.resolve(), find_free_port(), durable, find_binaries(), account)
    hand_over(server.directory, account)
    if not (server.directory / "data" / "PG_VERSION").exists():
        _initialise(server)
    server.start()
    atexit.register(server.kill_all)
    return server
