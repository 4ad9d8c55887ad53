"""Processor time of servers, user plus system, exact to the nanosecond where the kernel tells it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from tests.servers.processes import TICKS_PER_SECOND, is_running

NANOSECONDS_PER_TICK = 1_000_000_000 // TICKS_PER_SECOND


def read_cpu_nanoseconds(pids: Iterable[int]) -> int:
    """The processor time that these processes, and those of their children that have ended, have used so far.

    proc(5): the first number of ``task/<tid>/schedstat`` is the time that a thread has run, in nanoseconds; where the
    kernel keeps no such file, ``stat`` has it in ticks of usually 10 ms. Give the same tree to two readings: the
    difference is what was used between them. A thread that ended in between takes its time along; servers keep theirs.
    """
    total = 0
    for pid in pids:
        if not is_running(pid):
            continue
        own = _read_threads(pid)
        fields = _read_stat(pid)
        if fields is None:
            continue
        # Fields 14 to 17 are utime, stime, cutime, cstime; the list begins with field 3. The time of children that
        # were waited for (a vacuum worker of the database) is only known in ticks.
        own_ticks, children_ticks = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
        total += (own_ticks * NANOSECONDS_PER_TICK if own is None else own) + children_ticks * NANOSECONDS_PER_TICK
    return total


def _read_threads(pid: int) -> int | None:
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return None
    total = 0
    for thread in threads:
        try:
            total += int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[0])
        except (OSError, IndexError):
            return None
    return total


def _read_stat(pid: int) -> list[str] | None:
    try:
        # The second field, the command, may hold spaces and brackets: the split is after its last bracket.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
