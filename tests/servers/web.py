"""The engine as it runs in production: `python -m quiz_app.run` in a process of its own."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.owned import OwnedServer
from tests.servers.ports import LOOPBACK, assert_port_free, find_free_port

REPOSITORY = Path(__file__).resolve().parents[2]
START_TIMEOUT_SECONDS = 90.0
STOP_TIMEOUT_SECONDS = 15.0
HEALTH_PATH = "/healthz"
# Settings of the person who runs the tests must not reach the server under test.
NOT_INHERITED = (
    "DATABASE_URL", "DATABASE_DIRECT_URL", "DATABASE_REPLICA_URL", "REDIS_URL", "PORT", "SECRET_KEY", "WEB_WORKERS",
    "WEB_SERVER", "PROMETHEUS_MULTIPROC_DIR",
    # In production what was compiled is kept: a start without it takes half as long again.
    "PYTHONDONTWRITEBYTECODE",
)  # fmt: skip


@dataclass
class WebServer(OwnedServer):
    """A running engine; `restart` keeps port and settings, as a service manager would."""

    port: int
    environment: dict[str, str] = field(repr=False)
    command: list[str]
    log_path: Path
    start_timeout_seconds: float

    title = "the web server"
    stop_seconds = STOP_TIMEOUT_SECONDS
    ends_with_parent_by = signal.SIGTERM

    @property
    def base_url(self) -> str:
        """Address without a trailing slash."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def log(self) -> str:
        """Everything the server has written so far."""
        return self.log_path.read_text(errors="replace")

    def start(self) -> None:
        """Start on the port of this object and wait until GET /healthz answers 200."""
        self.launch()
        self.wait_until_healthy()

    def launch(self) -> None:
        """Start without waiting, where several servers start at the same moment."""
        assert_port_free(self.port)
        self.run(self.command, folder=REPOSITORY, environment=self.environment)

    def wait_until_healthy(self) -> None:
        """Wait until GET /healthz answers 200; raises ServerFailed with the end of the log."""
        self.wait_for(self._is_healthy, seconds=self.start_timeout_seconds)

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(self.base_url + HEALTH_PATH, timeout=2.0) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def make_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """These settings over the environment of this process, whose own settings of an engine are left out."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return kept | dict(environment) | {"PYTHONUNBUFFERED": "1"}


def start_web(
    environment: Mapping[str, str],
    *,
    workers: int = 1,
    server: str = "granian",
    port: int | None = None,
    command: Sequence[str] | None = None,
    log_directory: Path | None = None,
    start_timeout_seconds: float = START_TIMEOUT_SECONDS,
) -> WebServer:
    """Start the engine with the given settings on `port` (a free one if None) and wait for its health.

    `environment` is laid over our own, from which settings of the engine are left out; PORT, WEB_WORKERS
    and WEB_SERVER are set from the arguments. `command` replaces `python -m quiz_app.run`.
    Raises PortTaken, or ServerFailed with the end of the server's log.
    """
    web = make_web(
        environment,
        workers=workers,
        server=server,
        port=port,
        command=command,
        log_directory=log_directory,
        start_timeout_seconds=start_timeout_seconds,
    )
    web.start()
    return web


def make_web(
    environment: Mapping[str, str],
    *,
    workers: int = 1,
    server: str = "granian",
    port: int | None = None,
    command: Sequence[str] | None = None,
    log_directory: Path | None = None,
    start_timeout_seconds: float = START_TIMEOUT_SECONDS,
) -> WebServer:
    """The same, not started yet."""
    own_port = find_free_port() if port is None else port
    full = make_environment(environment)
    full |= {"PORT": str(own_port), "WEB_WORKERS": str(workers), "WEB_SERVER": server}
    folder = log_directory or Path(tempfile.mkdtemp(prefix="web-"))
    web = WebServer(
        port=own_port,
        environment=full,
        command=list(command or [sys.executable, "-m", "quiz_app.run"]),
        log_path=folder / f"web-{own_port}.log",
        start_timeout_seconds=start_timeout_seconds,
    )
    atexit.register(web.kill_all)
    return web
