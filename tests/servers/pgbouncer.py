"""A throw-away PgBouncer of our own, with the settings of ``deploy/several/pgbouncer.ini``."""

from __future__ import annotations

import atexit
import configparser
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.accounts import PopenAccount, find_server_account, hand_over
from tests.servers.ports import LOOPBACK, assert_port_free, find_free_port
from tests.servers.postgresql import SUPERUSER
from tests.servers.processes import POLL_SECONDS, ServerFailed, end_with_parent, kill_tree, read_log_end, stop_tree

START_TIMEOUT_SECONDS = 20.0
STOP_TIMEOUT_SECONDS = 5.0
SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "several" / "pgbouncer.ini"


class PgbouncerMissing(RuntimeError):
    """PgBouncer is not installed; the message names the package."""


@dataclass
class PgbouncerServer:
    """A running pooler in front of every database of one PostgreSQL server."""

    directory: Path
    port: int
    postgresql_port: int
    account: PopenAccount
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log_path(self) -> Path:
        """Where the server writes its log."""
        return self.directory / "pgbouncer.log"

    def database_url(self, name: str) -> str:
        """Return the address of one database behind this pooler."""
        return f"postgresql://{SUPERUSER}@{LOOPBACK}:{self.port}/{name}"

    def start(self) -> None:
        """Start on the port of this object and wait until it accepts connections."""
        program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
        if program is None:
            raise PgbouncerMissing("PgBouncer is missing: apt-get install pgbouncer, or run `make test`")
        assert_port_free(self.port)
        path = self.directory / "pgbouncer.ini"
        self._write_settings(path)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [*end_with_parent(signal.SIGKILL), program, "-q", str(path)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                start_new_session=True,
                **self.account,
            )
        give_up = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > give_up:
                kill_tree(self.process)
                raise ServerFailed(f"PgBouncer did not start:\n{read_log_end(self.log_path)}")
            time.sleep(POLL_SECONDS)

    def _write_settings(self, path: Path) -> None:
        settings = configparser.ConfigParser(interpolation=None)
        settings.read(SHIPPED, encoding="utf-8")
        (shipped,) = settings["databases"].values()
        address = f"host={LOOPBACK} port={self.postgresql_port}"
        kept = " ".join(part for part in shipped.split() if not part.startswith(("host=", "port=", "dbname=")))
        settings["databases"] = {"*": f"{address} {kept}".strip()}
        own = {
            "listen_addr": LOOPBACK,
            "listen_port": str(self.port),
            "auth_type": "any",
            "unix_socket_dir": "",
            "logfile": "",
        }
        for name in ("auth_file", "pidfile", "user"):
            settings["pgbouncer"].pop(name, None)
        settings["databases"]["*"] += f" user={SUPERUSER}"
        settings["pgbouncer"].update(own)
        with path.open("w", encoding="utf-8") as stream:
            settings.write(stream)
        path.chmod(0o644)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1.0):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        """End the pooler and all connections through it. Does nothing when already stopped."""
        if self.process is not None:
            stop_tree(self.process, signal.SIGTERM, timeout_seconds=STOP_TIMEOUT_SECONDS)

    def kill_all(self) -> list[int]:
        """End the pooler at once with SIGKILL; return its process ids."""
        return kill_tree(self.process) if self.process is not None else []

    def restart(self) -> None:
        """Start again on the same port."""
        self.stop()
        self.start()


def start_pgbouncer(directory: Path, *, postgresql_port: int) -> PgbouncerServer:
    """Start a pooler on a free port with its settings in ``directory``; raises PgbouncerMissing or ServerFailed."""
    account = find_server_account()
    server = PgbouncerServer(directory.resolve(), find_free_port(), postgresql_port, account)
    hand_over(server.directory, account)
    server.start()
    atexit.register(server.kill_all)
    return server
