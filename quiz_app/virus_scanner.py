"""A client of clamd: sends a content, and learns whether a virus is in it.

The command is INSTREAM of clamd(8): pieces with their length before each, an empty one at the end. The content goes to
the scanner through the connection, so that it may run under another account or on another machine.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import BinaryIO

CONNECT_SECONDS = 5
ANSWER_SECONDS = 120
"""A film of 20 MB takes seconds; a scanner that loads its signatures makes callers wait."""
PIECE = 64 * 1024
LONGEST_ANSWER = 4096


class ScannerFailed(Exception):
    """The scanner cannot be reached, or could not look at the content: it is asked again later."""


class ContentTooLargeToScan(ScannerFailed):
    """clamd's ``StreamMaxLength`` is smaller than the content: its operator has to raise it."""


@dataclass(frozen=True, slots=True)
class ScannerAddress:
    """Where clamd listens: the path of a socket, or a host and its port."""

    path: str = ""
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        return self.path or f"{self.host}:{self.port}"


def read_scanner_address(text: str) -> ScannerAddress:
    """``/run/clamav/clamd.ctl`` or ``127.0.0.1:3310``. Raises ValueError."""
    if text.startswith("/"):
        return ScannerAddress(path=text)
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError(text)
    return ScannerAddress(host=host.strip("[]"), port=int(port))


def scan(address: ScannerAddress, content: BinaryIO) -> str | None:
    """The name of the virus that was found, None where there is none. Raises ScannerFailed."""
    try:
        with _connect(address) as connection:
            try:
                connection.sendall(b"zINSTREAM\0")
                while piece := content.read(PIECE):
                    connection.sendall(struct.pack("!L", len(piece)) + piece)
                connection.sendall(struct.pack("!L", 0))
            except (BrokenPipeError, ConnectionResetError):
                # It has said why before it closed the connection; that can still be read.
                pass
            answer = _read_answer(connection)
    except OSError as error:
        raise ScannerFailed(f"{address}: {error}") from error
    text = answer.rstrip(b"\0\n").decode("utf-8", "replace").removeprefix("stream: ")
    if text == "OK":
        return None
    if text.endswith(" FOUND"):
        return text.removesuffix(" FOUND")
    if "size limit exceeded" in text:
        raise ContentTooLargeToScan(f"{address}: {text}")
    raise ScannerFailed(f"{address}: {text or 'no answer'}")


def _connect(address: ScannerAddress) -> socket.socket:
    if address.path:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(address.path)
        except BaseException:
            connection.close()
            raise
    else:
        connection = socket.create_connection((address.host, address.port), CONNECT_SECONDS)
    connection.settimeout(ANSWER_SECONDS)
    return connection


def _read_answer(connection: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer
