"""HTTP/1.1 over connections of our own: as much of it as the engine's answers need, and no more.

Connections are kept and shared, as a proxy in front of the engine does with those to it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping

from load_tests.people.steps import Answer

HOST = "127.0.0.1"
_HEAD_END = b"\r\n\r\n"


class Lost(ConnectionError):  # noqa: N818 - it says what happened
    """The connection ended before the answer was whole."""


class _Connection(asyncio.Protocol):
    """One request at a time; the answer ends a future."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.is_open = False
        self._waiting: asyncio.Future[Answer] | None = None
        self._buffer = bytearray()
        self._head: tuple[int, dict[bytes, bytes], tuple[str, ...]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio asks."""
        self.transport, self.is_open = transport, True  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        """As asyncio asks."""
        self.is_open = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Lost(str(exc or "closed")))

    def send(self, packet: bytes) -> asyncio.Future[Answer]:
        """Send a whole request; the answer comes with the future. Raises Lost through it."""
        assert self.transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._buffer.clear()
        self._head = None
        self.transport.write(packet)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        """As asyncio asks."""
        self._buffer += data
        if self._head is None:
            end = self._buffer.find(_HEAD_END)
            if end < 0:
                return
            self._head = _read_head(bytes(self._buffer[:end]))
            del self._buffer[: end + 4]
        body = self._find_body(self._head[1])
        if body is None or self._waiting is None or self._waiting.done():
            return
        status, headers, cookies = self._head
        if headers.get(b"connection", b"").lower() == b"close":
            self.is_open = False
        self._waiting.set_result(
            Answer(
                status,
                headers.get(b"location", b"").decode(),
                float(headers.get(b"retry-after", b"0")),
                cookies,
                body,
                headers.get(b"content-encoding") == b"gzip",
            )
        )

    def _find_body(self, headers: Mapping[bytes, bytes]) -> bytes | None:
        """The body once it is whole."""
        if headers.get(b"transfer-encoding") == b"chunked":
            return _join_chunks(self._buffer)
        length = int(headers.get(b"content-length", b"0"))
        return bytes(self._buffer[:length]) if len(self._buffer) >= length else None


def _read_head(head: bytes) -> tuple[int, dict[bytes, bytes], tuple[str, ...]]:
    lines = head.split(b"\r\n")
    headers, cookies = {}, []
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        name = name.lower()
        if name == b"set-cookie":
            cookies.append(value.strip().decode())
        else:
            headers[name] = value.strip()
    return int(lines[0][9:12]), headers, tuple(cookies)


def _join_chunks(buffer: bytearray) -> bytes | None:
    """The chunks of a body, once the last has come."""
    parts, place = [], 0
    while True:
        end = buffer.find(b"\r\n", place)
        if end < 0:
            return None
        length = int(buffer[place:end].partition(b";")[0], 16)
        if len(buffer) < end + 2 + length + 2:
            return None
        if length == 0:
            return b"".join(parts)
        parts.append(bytes(buffer[end + 2 : end + 2 + length]))
        place = end + 2 + length + 2


class Pool:
    """Kept connections to one or more ports of the engine, in turn."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = deque(ports)
        self._idle: dict[int, list[_Connection]] = {port: [] for port in ports}
        self.opened = 0

    async def ask(self, packet: bytes, *, reading_seconds: float = 0.0) -> Answer:
        """Send, and wait for the answer. A kept connection that the server had closed is replaced, once.

        Raises OSError.
        """
        self._ports.rotate(-1)
        port = self._ports[0]
        idle = self._idle[port]
        while idle:
            connection = idle.pop()
            if connection.is_open:
                try:
                    return await self._exchange(port, connection, packet, reading_seconds)
                except Lost:
                    break
        return await self._exchange(port, await self._open(port), packet, reading_seconds)

    async def _open(self, port: int) -> _Connection:
        self.opened += 1
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, HOST, port)
        return connection

    async def _exchange(self, port: int, connection: _Connection, packet: bytes, reading_seconds: float) -> Answer:
        waiting = connection.send(packet)
        if reading_seconds and connection.transport is not None:
            connection.transport.pause_reading()
            await asyncio.sleep(reading_seconds)
            if connection.is_open:
                connection.transport.resume_reading()
        answer = await waiting
        if connection.is_open:
            self._idle[port].append(connection)
        elif connection.transport is not None:
            connection.transport.close()
        return answer

    def close(self) -> None:
        """Give up all connections."""
        for connections in self._idle.values():
            for connection in connections:
                if connection.transport is not None:
                    connection.transport.close()


def make_packet(path: str, headers: Mapping[str, str], body: bytes, *, is_get: bool) -> bytes:
    """A whole request."""
    lines = [f"{'GET' if is_get else 'POST'} {path} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if not is_get:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + _HEAD_END + body
