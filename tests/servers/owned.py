"""What all our throw-away servers have in common: started by us, in a process tree of their own, and ended by it."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from tests.servers.processes import (
    POLL_SECONDS,
    ServerFailed,
    end_with_parent,
    kill_tree,
    process_tree,
    read_log_end,
    stop_tree,
)


class OwnedServer:
    """A server that is started, killed and started again on the port that it has. A subclass says how."""

    title: ClassVar[str]
    stop_seconds: ClassVar[float] = 5.0
    ends_with_parent_by: ClassVar[signal.Signals] = signal.SIGKILL
    process: subprocess.Popen[bytes] | None = None
    log_path: Path

    def start(self) -> None:
        """Start and wait until it answers; raises PortTaken or ServerFailed."""
        raise NotImplementedError

    def pids(self) -> list[int]:
        """Main process first, then those that it started; empty when stopped."""
        return process_tree(self.process.pid) if self.process and self.process.poll() is None else []

    def stop(self) -> None:
        """Ask it to end, paused or not. Does nothing when already stopped."""
        if self.process is not None:
            stop_tree(self.process, signal.SIGTERM, timeout_seconds=self.stop_seconds)

    def kill_all(self) -> list[int]:
        """End all of it at once with SIGKILL; return the process ids."""
        return kill_tree(self.process) if self.process is not None else []

    def restart(self) -> None:
        """Start again, after `kill_all` too, on the same port with the same settings."""
        self.stop()
        self.start()

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        account: Mapping[str, Any] | None = None,
    ) -> None:
        """Begin its process, with its log at the end of the file."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [*end_with_parent(self.ends_with_parent_by), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment,
                start_new_session=True,
                **(account or {}),
            )

    def wait_for(self, answers: Callable[[], bool], *, seconds: float) -> None:
        """Wait until it answers; else kills it and raises ServerFailed with the end of its log."""
        assert self.process is not None
        give_up = time.monotonic() + seconds
        while not answers():
            has_ended = self.process.poll() is not None
            if has_ended or time.monotonic() > give_up:
                kill_tree(self.process)
                what = "ended at its start" if has_ended else f"did not answer within {seconds:.0f} s"
                raise ServerFailed(f"{self.title} {what}:\n{read_log_end(self.log_path)}")
            time.sleep(POLL_SECONDS)
