"""Free TCP ports on the loopback interface."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


class PortTaken(RuntimeError):
    """Something already listens where a test server was to start."""


def find_free_port() -> int:
    """Return a port that the kernel gives out as free on 127.0.0.1.

    Another process may take it before it is used; a server that then fails to bind says so in its log.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_port_open(port: int) -> bool:
    """Say whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((LOOPBACK, port)) == 0


def assert_port_free(port: int) -> None:
    """Raise PortTaken if something accepts connections on the port.

    A test that talks to a leftover of an earlier run would pass or fail for the wrong reason.
    """
    if is_port_open(port):
        raise PortTaken(f"port {port} on {LOOPBACK} is already in use")
