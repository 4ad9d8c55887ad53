"""What went wrong within the last minute on this server, for those who watch a round.

Each process counts into a small file of its own, in the folder that the figures for Prometheus use; whoever is asked
adds up the files of all processes, of those that have ended too. A count is an addition in shared memory: it costs less
than a microsecond and is lost with the machine, which is all that a figure of one minute needs.
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from quiz_app.figures_folder import FOLDER_VARIABLE

SLOT_SECONDS = 5
SLOTS = 13
"""Twelve whole ones make the minute; the thirteenth is the one that is being filled."""
_FIGURES = ("errors", "failed_saves", "turned_away")
_WIDTH = 1 + len(_FIGURES)
_SIZE = SLOTS * _WIDTH * 8
_PREFIX = "last-minute-"


@dataclass(frozen=True, slots=True)
class LastMinute:
    """Counts of the last 60 to 65 seconds.

    ``errors`` are answers of 500 and more, those excepted that said "full"; ``failed_saves`` are saves that were not
    kept for a reason of ours (pages send them again); ``turned_away`` is who was told to come back.
    """

    errors: int = 0
    failed_saves: int = 0
    turned_away: int = 0


class MinuteCounter:
    """The counts of this process."""

    def __init__(self, folder: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._cells: memoryview | None = None

    def count(self, *, is_error: bool, is_failed_save: bool, is_turned_away: bool) -> None:
        """One request."""
        slot_number = int(self._clock()) // SLOT_SECONDS
        with self._lock:
            cells = self._cells if self._cells is not None else self._open()
            start = slot_number % SLOTS * _WIDTH
            if cells[start] != slot_number:
                for position in range(start + 1, start + _WIDTH):
                    cells[position] = 0
                cells[start] = slot_number
            cells[start + 1] += is_error
            cells[start + 2] += is_failed_save
            cells[start + 3] += is_turned_away

    def read(self) -> LastMinute:
        """The sum of all processes of this server; of this one alone where there is no folder."""
        newest = int(self._clock()) // SLOT_SECONDS
        with self._lock:
            cells = self._cells if self._cells is not None else self._open()
            contents = [bytes(cells)]
        if self._folder is not None:
            contents = [path.read_bytes() for path in self._folder.glob(f"{_PREFIX}*")]
        sums = [0] * len(_FIGURES)
        for content in contents:
            if len(content) != _SIZE:
                continue
            for slot, *figures in struct.iter_unpack(f"={_WIDTH}q", content):
                if newest - SLOTS < slot <= newest:
                    sums = [total + figure for total, figure in zip(sums, figures, strict=True)]
        return LastMinute(*sums)

    def _open(self) -> memoryview:
        # When the first request comes: by then the process is the one that serves, and no parent of it.
        if self._folder is None:
            memory: bytearray | mmap.mmap = bytearray(_SIZE)
        else:
            with (self._folder / f"{_PREFIX}{os.getpid()}").open("w+b") as file:
                file.truncate(_SIZE)
                memory = mmap.mmap(file.fileno(), _SIZE)
        self._cells = memoryview(memory).cast("q")
        return self._cells


def make_minute_counter() -> MinuteCounter:
    """The counter of a process, in the folder that its server was started with."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return MinuteCounter(Path(folder) if folder else None)
