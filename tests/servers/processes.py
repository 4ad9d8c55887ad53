"""Process trees of servers: who is in them, what processor time they used, how they are ended.

Everything reads /proc, so it runs on Linux only. Nothing here finds a process by its name.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
POLL_SECONDS = 0.02
ORPHAN_SECONDS = 2.0  # how long a child may outlive a parent that ended as asked


class ServerFailed(RuntimeError):
    """A test server did not start, or did not end, in time; the message carries the end of its log."""


def _read_stat(pid: int) -> list[str] | None:
    """Fields of /proc/<pid>/stat from the third (state) on, or None if there is no such process.

    The second field, the command, may hold spaces and brackets: the split is after its last bracket.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def is_running(pid: int) -> bool:
    """Say whether the process exists and is not a zombie."""
    fields = _read_stat(pid)
    return fields is not None and _is_alive(fields)


def _is_alive(fields: list[str]) -> bool:
    """A killed process is a zombie once its first thread has ended. Until the last one has, its files and ports
    are open; then the number of threads, field 20, is 0.
    """
    return fields[0] not in "ZX" or int(fields[17]) > 1


def process_tree(pid: int) -> list[int]:
    """Return `pid` and all its living descendants, parents first; empty if `pid` has ended."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _read_stat(int(entry))) and _is_alive(fields):
            children.setdefault(int(fields[1]), []).append(int(entry))
    tree = [pid] if is_running(pid) else []
    for member in tree:  # grows while it is walked
        tree.extend(children.get(member, []))
    return tree


def cpu_milliseconds(pids: Iterable[int]) -> int:
    """Return the processor time, user plus system, that the processes have used, in milliseconds.

    Time of children that ended and were waited for is included, so that the difference of two readings
    over a whole process tree stays right when a worker comes or goes in between. A process that has
    ended counts 0. Resolution is one clock tick (usually 10 ms) per process.
    """
    ticks = 0
    for pid in pids:
        fields = _read_stat(pid)
        if fields is not None:
            # proc(5): utime, stime, cutime, cstime are fields 14 to 17; the list begins with field 3.
            ticks += sum(int(value) for value in fields[11:15])
    return ticks * 1000 // TICKS_PER_SECOND


def end_with_parent(ending_signal: signal.Signals) -> list[str]:
    """Return a command prefix that has the kernel signal the server when this process dies.

    It covers the ends that no finaliser sees (SIGKILL, SIGTERM). The kernel watches the *thread* that
    starts the server, so start servers from a thread that outlives them. Empty where util-linux is missing.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", ending_signal.name.removeprefix("SIG")] if setpriv else []


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def kill_tree(process: subprocess.Popen[bytes]) -> list[int]:
    """End a server and all its descendants with SIGKILL, as a power cut would; return their ids.

    The tree is frozen first, until no new member appears: no process of it can fork or tidy up between
    the first kill and the last. Does nothing if the server has already ended.
    """
    if process.poll() is not None:
        return []
    frozen: set[int] = set()
    while new := [pid for pid in process_tree(process.pid) if pid not in frozen]:
        for pid in new:
            _send(pid, signal.SIGSTOP)
        frozen.update(new)
    for pid in frozen:
        _send(pid, signal.SIGKILL)
    process.wait()
    wait_for_end(frozen, timeout_seconds=10)
    return sorted(frozen)


def stop_tree(process: subprocess.Popen[bytes], number: signal.Signals, *, timeout_seconds: float) -> None:
    """Ask a server to end with the given signal; kill whatever of its tree is left after the timeout."""
    if process.poll() is not None:
        return
    members = process_tree(process.pid)
    _send(process.pid, signal.SIGCONT)  # a paused server cannot hear
    _send(process.pid, number)
    try:
        process.wait(timeout_seconds)
        wait_for_end(members, timeout_seconds=ORPHAN_SECONDS)
    except (subprocess.TimeoutExpired, ServerFailed):
        kill_tree(process)
        for pid in members:  # orphans of a parent that went first; ids are seconds old, so still theirs
            if is_running(pid):
                _send(pid, signal.SIGKILL)
        wait_for_end(members, timeout_seconds=timeout_seconds)


def wait_for_end(pids: Iterable[int], *, timeout_seconds: float) -> None:
    """Wait until none of the processes runs; raise ServerFailed after the timeout."""
    left = list(pids)
    give_up = time.monotonic() + timeout_seconds
    while left := [pid for pid in left if is_running(pid)]:
        if time.monotonic() > give_up:
            raise ServerFailed(f"processes still running after {timeout_seconds} s: {left}")
        time.sleep(POLL_SECONDS)


def read_log_end(path: Path, *, characters: int = 4000) -> str:
    """Return the last part of a server's log, for error messages."""
    if not path.exists():
        return "(no log)"
    return path.read_text(errors="replace")[-characters:] or "(empty log)"
