"""A throw-away PgBouncer of our own, with the settings of ``deploy/several/pgbouncer.ini``."""

from __future__ import annotations

import atexit
import configparser
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.servers.accounts import PopenAccount, find_server_account, hand_over
from tests.servers.owned import OwnedServer
from tests.servers.ports import LOOPBACK, assert_port_free, find_free_port, is_port_open
from tests.servers.postgresql import SUPERUSER

START_TIMEOUT_SECONDS = 20.0
SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "several" / "pgbouncer.ini"


class PgbouncerMissing(RuntimeError):
    """PgBouncer is not installed; the message names the package."""


@dataclass
class PgbouncerServer(OwnedServer):
    """A running pooler in front of every database of one PostgreSQL server."""

    directory: Path
    port: int
    postgresql_port: int
    account: PopenAccount

    title = "PgBouncer"

    def __post_init__(self) -> None:
        """Its log stands in its directory."""
        self.log_path = self.directory / "pgbouncer.log"

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
        self.run([program, "-q", str(path)], folder=self.directory, account=self.account)
        self.wait_for(lambda: is_port_open(self.port), seconds=START_TIMEOUT_SECONDS)

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


def start_pgbouncer(directory: Path, *, postgresql_port: int) -> PgbouncerServer:
    """Start a pooler on a free port with its settings in ``directory``; raises PgbouncerMissing or ServerFailed."""
    account = find_server_account()
    server = PgbouncerServer(directory.resolve(), find_free_port(), postgresql_port, account)
    hand_over(server.directory, account)
    server.start()
    atexit.register(server.kill_all)
    return server
