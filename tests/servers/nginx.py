"""A throw-away nginx of our own, with the settings of ``deploy/several/nginx.conf`` but without TLS."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers.owned import OwnedServer
from tests.servers.ports import LOOPBACK, assert_port_free, find_free_port, is_port_open
from tests.servers.processes import ServerFailed

START_TIMEOUT_SECONDS = 20.0
SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "several" / "nginx.conf"


class NginxMissing(RuntimeError):
    """nginx is not installed; the message names the package."""


@dataclass
class NginxServer(OwnedServer):
    """A running proxy in front of web servers on this machine."""

    directory: Path
    port: int
    web_ports: Sequence[int]

    title = "nginx"
    ends_with_parent_by = signal.SIGTERM

    @property
    def base_url(self) -> str:
        """Address without a trailing slash."""
        return f"http://{LOOPBACK}:{self.port}"

    def __post_init__(self) -> None:
        """Its log stands in its directory."""
        self.log_path = self.directory / "error.log"

    def start(self) -> None:
        """Start on the port of this object and wait until it accepts connections."""
        program = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
        if program is None:
            raise NginxMissing("nginx is missing: apt-get install nginx-light, or run `make test`")
        assert_port_free(self.port)
        path = self.directory / "nginx.conf"
        path.write_text(adapt(SHIPPED.read_text(encoding="utf-8"), self.directory, self.port, self.web_ports))
        command = [program, "-p", str(self.directory), "-e", str(self.log_path), "-c", str(path), "-g", "daemon off;"]
        self.run(command, folder=self.directory)
        self.wait_for(lambda: is_port_open(self.port), seconds=START_TIMEOUT_SECONDS)


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
