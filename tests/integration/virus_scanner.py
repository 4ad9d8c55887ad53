"""A scanner that speaks clamd's INSTREAM and finds one word; the real one has been tried with the same commands."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from quiz_app.virus_scanner import ScannerAddress

VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
MOST = 1_000_000


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
            if len(content) > MOST:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        found = VIRUS in content
        self.wfile.write(b"stream: Thu-Nghiem FOUND\0" if found else b"stream: OK\0")


@contextmanager
def run_scanner() -> Iterator[ScannerAddress]:
    """The scanner on a free port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield ScannerAddress(host="127.0.0.1", port=server.server_address[1])
        server.shutdown()
        thread.join()
