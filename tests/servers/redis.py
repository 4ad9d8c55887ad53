"""A throw-away Redis server of our own that keeps nothing on disk."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import time
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

START_TIMEOUT_SECONDS = 20.0
STOP_TIMEOUT_SECONDS = 5.0


class RedisMissing(RuntimeError):
    """Redis is not installed; the message names the package."""


@dataclass
class RedisServer:
    """A running server; `pause` makes it hang, as an overloaded or cut-off one would."""

    directory: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Address of database 0."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    @property
    def log_path(self) -> Path:
        """Where the server writes its log."""
        return self.directory / "redis.log"

    @property
    def pid(self) -> int:
        """Process id; raises ServerFailed when the server is not running."""
        if self.process is None or self.process.poll() is not None:
            raise ServerFailed("the Redis server is not running")
        return self.process.pid

    def pids(self) -> list[int]:
        """The server's process, or nothing when it is stopped."""
        return process_tree(self.process.pid) if self.process and self.process.poll() is None else []

    def start(self) -> None:
        """Start, empty, on the port of this object and wait until it answers."""
        program = shutil.which("redis-server")
        if program is None:
            raise RedisMissing("Redis is missing: apt-get install redis-server, or run `make test`")
        assert_port_free(self.port)
        settings = {"port": str(self.port), "bind": LOOPBACK, "dir": str(self.directory), "appendonly": "no"}
        command = [program, *(part for name, value in settings.items() for part in (f"--{name}", value))]
        command += ["--save", ""]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                end_with_parent(signal.SIGKILL) + command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        give_up = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > give_up:
                kill_tree(self.process)
                raise ServerFailed(f"Redis did not start:\n{read_log_end(self.log_path)}")
            time.sleep(POLL_SECONDS)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1.0) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def pause(self) -> None:
        """Freeze the server: connections open, but nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End the server, paused or not; its data is gone. Does nothing when already stopped."""
        if self.process is not None:
            stop_tree(self.process, signal.SIGTERM, timeout_seconds=STOP_TIMEOUT_SECONDS)

    def kill_all(self) -> list[int]:
        """End the server at once with SIGKILL; return its process ids."""
        return kill_tree(self.process) if self.process is not None else []

    def restart(self) -> None:
        """Start again on the same port, with nothing in it."""
        self.stop()
        self.start()


def start_redis(directory: Path) -> RedisServer:
    """Start a server on a free port with its log in `directory`; raises RedisMissing or ServerFailed."""
    directory.mkdir(parents=True, exist_ok=True)
    server = RedisServer(directory.resolve(), find_free_port())
    server.start()
    atexit.register(server.kill_all)
    return server
