"""A throw-away S3 server that keeps everything in memory: moto, spoken to over HTTP as any store is."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.ports import LOOPBACK, find_free_port, is_port_open
from tests.servers.processes import POLL_SECONDS, ServerFailed, end_with_parent, kill_tree, read_log_end

START_TIMEOUT_SECONDS = 60.0


@contextmanager
def run_s3(directory: Path) -> Iterator[str]:
    """The address of a server on a free port, with its log in the directory."""
    port = find_free_port()
    log_path = directory / "s3.log"
    command = [*end_with_parent(signal.SIGKILL), sys.executable, "-m", "moto.server", "-H", LOOPBACK, "-p", str(port)]
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        give_up = time.monotonic() + START_TIMEOUT_SECONDS
        while not is_port_open(port):
            if process.poll() is not None or time.monotonic() > give_up:
                raise ServerFailed(f"the S3 server did not start:\n{read_log_end(log_path)}")
            time.sleep(POLL_SECONDS)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        kill_tree(process)
