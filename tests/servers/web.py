"""The engine as it runs in production: `python -m quiz_app.run` in a process of its own."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

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
class WebServer:
    """A running engine; `restart` keeps port and settings, as a service manager would."""

    port: int
    environment: dict[str, str] = field(repr=False)
    command: list[str]
    log_path: Path
    start_timeout_seconds: float
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def base_url(self) -> str:
        """Address without a trailing slash."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def log(self) -> str:
        """Everything the server has written so far."""
        return self.log_path.read_text(errors="replace")

    def pids(self) -> list[int]:
        """Main process first, then its workers; empty when stopped."""
        return process_tree(self.process.pid) if self.process and self.process.poll() is None else []

    def start(self) -> None:
        """Start on the port of this object and wait until GET /healthz answers 200."""
        self.launch()
        self.wait_until_healthy()

    def launch(self) -> None:
        """Start without waiting, where several servers start at the same moment."""
        assert_port_free(self.port)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                end_with_parent(signal.SIGTERM) + self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=REPOSITORY,
                env=self.environment,
                start_new_session=True,
            )

    def wait_until_healthy(self) -> None:
        """Wait until GET /healthz answers 200; raises ServerFailed with the end of the log."""
        assert self.process is not None
        give_up = time.monotonic() + self.start_timeout_seconds
        while not self._is_healthy():
            ended = self.process.poll() is not None
            if ended or time.monotonic() > give_up:
                kill_tree(self.process)
                what = "ended at its start" if ended else f"had no 200 at {HEALTH_PATH} in time"
                raise ServerFailed(f"the web server {what}:\n{read_log_end(self.log_path)}")
            time.sleep(POLL_SECONDS)

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(self.base_url + HEALTH_PATH, timeout=2.0) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Graceful end: requests in flight are answered. Does nothing when already stopped."""
        if self.process is not None:
            stop_tree(self.process, signal.SIGTERM, timeout_seconds=STOP_TIMEOUT_SECONDS)

    def kill_all(self) -> list[int]:
        """End main process and workers at once with SIGKILL; return their ids."""
        return kill_tree(self.process) if self.process is not None else []

    def restart(self) -> None:
        """Start again, after `kill_all` too, on the same port with the same settings."""
        self.stop()
        self.start()


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
