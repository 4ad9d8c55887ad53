"""A throw-away nginx of our own, with the settings of ``deploy/several/nginx.conf`` but without TLS."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.ports import LOOPBACK, assert_port_free, find_free_port
from tests.servers.processes import POLL_SECONDS, ServerFailed, end_with_parent, kill_tree, read_log_end, stop_tree

START_TIMEOUT_SECONDS = 20.0
STOP_TIMEOUT_SECONDS = 5.0
SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "several" / "nginx.conf"


class NginxMissing(RuntimeError):
    """nginx is not installed; the message names the package."""


@dataclass
class NginxServer:
    """A running proxy in front of web servers on this machine."""

    directory: Path
    port: int
    web_ports: Sequence[int]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def base_url(self) -> str:
        """Address without a trailing slash."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def log_path(self) -> Path:
        """Where the server writes its errors."""
        return self.directory / "error.log"

    def start(self) -> None:
        """Start on the port of this object and wait until it accepts connections."""
        program = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
        if program is None:
            raise NginxMissing("nginx is missing: apt-get install nginx-light, or run `make test`")
        assert_port_free(self.port)
        path = self.directory / "nginx.conf"
        path.write_text(adapt(SHIPPED.read_text(encoding="utf-8"), self.directory, self.port, self.web_ports))
        command = [program, "-p", str(self.directory), "-e", str(self.log_path), "-c", str(path), "-g", "daemon off;"]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                end_with_parent(signal.SIGTERM) + command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                start_new_session=True,
            )
        give_up = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > give_up:
                kill_tree(self.process)
                raise ServerFailed(f"nginx did not start:\n{read_log_end(self.log_path)}")
            time.sleep(POLL_SECONDS)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1.0):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        """End the proxy. Does nothing when already stopped."""
        if self.process is not None:
            stop_tree(self.process, signal.SIGTERM, timeout_seconds=STOP_TIMEOUT_SECONDS)

    def kill_all(self) -> list[int]:
        """End the proxy at once with SIGKILL; return its process ids."""
        return kill_tree(self.process) if self.process is not None else []


def adapt(shipped: str, directory: Path, port: int, web_ports: Sequence[int]) -> str:
    """The settings that are shipped, for web servers on these ports of this machine, on a port of its own without TLS.

    All else stays as it is: how a dead server is found, and what is sent to another one.
    """
    options = re.search(r"server web1:8000(.*?);", shipped)
    if options is None:
        raise ServerFailed("deploy/several/nginx.conf names no server web1:8000")
    text = re.sub(r" *server web1:8000.*\n( *server web\d:8000.*\n)*", "@servers@", shipped)
    text = text.replace("@servers@", "".join(f"server {LOOPBACK}:{each}{options[1]};\n" for each in web_ports))
    text = re.sub(r"(?m)^ *(user|pid|ssl_\w+|listen) .*;\n", "", text)
    # Of the two servers the first only leads to the second, which has TLS.
    text = re.sub(r"(?s)server \{\s*# to https.*?\n    \}\n", "", text)
    text = text.replace("server {\n", f"server {{\nlisten {LOOPBACK}:{port};\n", 1)
    text = re.sub(r"access_log .*;", "access_log off;", text)
    text = text.replace("/dev/stderr", str(directory / "error.log"))
    for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        text = text.replace("http {\n", f"http {{\n{kind}_temp_path {directory / kind};\n", 1)
    return f"pid {directory / 'nginx.pid'};\n{text}"


def start_nginx(directory: Path, *, web_ports: Sequence[int]) -> NginxServer:
    """Start a proxy on a free port with all its files in ``directory``; raises NginxMissing or ServerFailed."""
    directory.mkdir(parents=True, exist_ok=True)
    server = NginxServer(directory.resolve(), find_free_port(), tuple(web_ports))
    server.start()
    atexit.register(server.kill_all)
    return server
