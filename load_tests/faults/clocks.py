"""Faults of clocks: one of two web servers is minutes off, while people answer and attempts end."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from load_tests.bench.client import WrongAnswer, open_connection
from load_tests.bench.operations import Participant, save, start
from load_tests.faults.arena import Arena
from tests.servers.web import WebServer

OFF_SECONDS = 420
MARGIN_SECONDS = 2.5
"""From the moment at which an attempt's end is set to that end: a save at once is in time on a slow machine too."""
CLOCK = "SELECT extract(epoch FROM clock_timestamp())"
ERROR_SECONDS = Decimal("0.5")
LIBRARY = "usr/lib/*/faketime/libfaketimeMT.so.1"
CLOCK_FILE = "clock"
# The second server's time of day is what the file says, and can jump while it runs; its counter of seconds counts on,
# as it does when a real clock is set.
FALSE_CLOCK = {
    "LD_PRELOAD": next((str(path) for path in Path("/").glob(LIBRARY)), ""),
    "FAKETIME_TIMESTAMP_FILE": "{folder}/" + CLOCK_FILE,
    "FAKETIME_NO_CACHE": "1",
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
}


def put_clock_ahead(arena: Arena) -> None:
    """(F13) The second server's clock jumps seven minutes ahead: it must not refuse what is in time."""
    _put_clock(arena, OFF_SECONDS)


def put_clock_behind(arena: Arena) -> None:
    """(F13) And seven minutes behind: it must not take what is late."""
    _put_clock(arena, -OFF_SECONDS)


def _put_clock(arena: Arena, seconds: int) -> None:
    (arena.folder / CLOCK_FILE).write_text(f"{seconds:+d}\n")
    for web in arena.webs:
        _compare_verdicts(arena, web)
    arena.rest(arena.seconds / 3)
    (arena.folder / CLOCK_FILE).write_text("+0\n")


def _compare_verdicts(arena: Arena, web: WebServer) -> None:
    """Start at this server, and save there before and after the end. The session is of the other server."""
    right, name = arena.webs[0], f"server {arena.webs.index(web) + 1}"
    witness = arena.sign_in_witness(0, right)
    witness.visitor.connection.close()
    witness.visitor.connection = open_connection(web.port)
    [[before]] = arena.execute(CLOCK)
    start(witness)
    [[after]] = arena.execute(CLOCK)
    attempt_id = int(witness.attempt_path.rpartition("/")[2])
    [[started]] = arena.execute("SELECT started_at / 1000.0 FROM attempts WHERE id = %s", attempt_id)
    if not before - ERROR_SECONDS <= started <= after + ERROR_SECONDS:
        arena.journal.note_surprise(f"{name}: the attempt starts {started - before:.1f} s after it was asked for")
    arena.execute(
        "UPDATE attempts SET (started_at, deadline_at, accepts_until_at) = (now.ms - 60000, now.ms + %s, now.ms + %s)"
        " FROM (SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) AS ms) AS now WHERE id = %s",
        int(MARGIN_SECONDS * 1000),
        int(MARGIN_SECONDS * 1000),
        attempt_id,
    )
    ends = time.monotonic() + MARGIN_SECONDS
    timely = _ask(witness, save)
    if timely and time.monotonic() < ends:
        arena.journal.note_surprise(f"{name} refuses what is in time: {timely}")
    time.sleep(max(0.0, ends - time.monotonic()) + 0.3)
    late = _ask(witness, save)
    if ": 410 " not in late:
        arena.journal.note_surprise(f"{name} does not refuse what is late: {late or 'acknowledged'}")
    witness.visitor.connection.close()


def _ask(witness: Participant, do: Callable[[Participant], None]) -> str:
    """What the server has against it; "" for nothing."""
    try:
        do(witness)
    except WrongAnswer as answer:
        return str(answer)[:200]
    return ""
