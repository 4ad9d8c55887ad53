"""Where an act comes from: the address and the id of the request under way, for the audit trail.

Kept beside the arguments, because every service would otherwise hand both on to the one line that writes them down.
Nothing decides by it. Outside of a request (commands, jobs, the sweeper) there is none.
"""

from __future__ import annotations

import ipaddress
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

LONGEST_REQUEST_ID = 64


@dataclass(frozen=True)
class Origin:
    """The visitor's address as the server saw it, and the id that a proxy in front gave to the request, if any."""

    full_address: str
    given_id: str = ""

    @property
    def address(self) -> str:
        """As much of the address as says from which place it was: of IPv6 the network (/64), whose other half changes
        from day to day and tells devices apart.
        """
        try:
            address = ipaddress.ip_address(self.full_address)
        except ValueError:
            return self.full_address[:64]
        if isinstance(address, ipaddress.IPv6Address):
            if address.ipv4_mapped is not None:
                return str(address.ipv4_mapped)
            return str(ipaddress.ip_network((address, 64), strict=False))
        return str(address)

    @cached_property
    def request_id(self) -> str:
        """The id that the proxy's log has too, else one of our own; the same for all entries of the request."""
        given = "".join(letter for letter in self.given_id if letter.isascii() and (letter.isalnum() or letter in "-_"))
        return given[:LONGEST_REQUEST_ID] or secrets.token_hex(8)


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


def set_origin(origin: Origin | None) -> None:
    """Say where what this thread does from now on comes from."""
    _origin.set(origin)


def find_origin() -> Origin | None:
    """Where the act under way comes from; None outside of a request."""
    return _origin.get()
