"""A throw-away Redis server of our own that keeps nothing on disk."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from tests.servers.owned import OwnedServer
from tests.servers.ports import LOOPBACK, assert_port_free, find_free_port
from tests.servers.processes import ServerFailed

START_TIMEOUT_SECONDS = 20.0


class RedisMissing(RuntimeError):
    """Redis is not installed; the message names the package."""


@dataclass
class RedisServer(OwnedServer):
    """A running server; `pause` makes it hang, as an overloaded or cut-off one would."""

    directory: Path
    port: int

    title = "the Redis server"

    @property
    def url(self) -> str:
        """Address of database 0."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    def __post_init__(self) -> None:
        """Its log stands in its directory."""
        self.log_path = self.directory / "redis.log"

    @property
    def pid(self) -> int:
        """Process id; raises ServerFailed when the server is not running."""
        if self.process is None or self.process.poll() is not None:
            raise ServerFailed("the Redis server is not running")
        return self.process.pid

    def start(self) -> None:
        """Start, empty, on the port of this object and wait until it answers."""
        program = shutil.which("redis-server")
        if program is None:
            raise RedisMissing("Redis is missing: apt-get install redis-server, or run `make test`")
        assert_port_free(self.port)
        settings = {"port": str(self.port), "bind": LOOPBACK, "dir": str(self.directory), "appendonly": "no"}
        command = [program, *(part for name, value in settings.items() for part in (f"--{name}", value))]
        command += ["--save", ""]
        self.run(command)
        self.wait_for(self._answers, seconds=START_TIMEOUT_SECONDS)

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


def start_redis(directory: Path) -> RedisServer:
    """Start a server on a free port with its log in `directory`; raises RedisMissing or ServerFailed."""
    directory.mkdir(parents=True, exist_ok=True)
    server = RedisServer(directory.resolve(), find_free_port())
    server.start()
    atexit.register(server.kill_all)
    return server
