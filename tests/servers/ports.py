"""Free TCP ports on the loopback interface."""

from __future__ import annotations

import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
LOWEST_PORT = 20_000
TRIES = 100
# Linux gives the ports of this range to connections that somebody opens (ip(7)).
_KERNEL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


class PortTaken(RuntimeError):
    """Something already listens where a test server was to start."""


def find_free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens, below those that the kernel gives to connections.

    A server that is stopped and started again finds it free again: no browser or database client has got it meanwhile.
    Another server may take it before it is used; one that then fails to bind says so in its log.
    """
    highest = int(_KERNEL_RANGE.read_text().split()[0]) - 1
    for _ in range(TRIES):
        # Where the kernel gives out all of them, one of those is as good as can be had.
        wanted = random.randint(LOWEST_PORT, highest) if highest > LOWEST_PORT else 0
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((LOOPBACK, wanted))
            except OSError:
                continue
            port: int = probe.getsockname()[1]
            return port
    raise PortTaken(f"no free port on {LOOPBACK} in {TRIES} tries")


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
