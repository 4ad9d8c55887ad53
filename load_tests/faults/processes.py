"""Faults of processes: killed, hung, restarted, away. Numbers in brackets are those of the list of faults that the
engine was designed against.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time

from load_tests.faults.arena import Arena

REST_SECONDS = 1.0
"""How long something stays away before it is started again."""
USUAL_SECONDS, STORM_SECONDS, LEAST_USUAL = 0.8, 3.0, 20.0


def kill_workers(arena: Arena) -> None:
    """(F1) Every 0.8 s a worker is gone; the server starts another.

    Granian ends as a whole when a worker dies within 5.5 s of its start ("crash loop"); the service manager then starts
    it again (``Restart=always`` in ``deploy/contest-web.service``), and so does this.
    """
    end = time.monotonic() + arena.seconds
    while time.monotonic() < end:
        if not arena.web.pids():
            arena.web.restart()
        workers = arena.web.pids()[1:]
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(random.choice(workers), signal.SIGKILL)  # noqa: S311
            arena.journal.note_over()
        time.sleep(0.8)
    settled = time.monotonic() + 6.0
    while time.monotonic() < settled:
        if not arena.web.pids():
            arena.web.restart()
        time.sleep(0.2)


def kill_server(arena: Arena) -> None:
    """(F2) The whole web server, twice, as a machine that is switched off."""
    for _ in range(2):
        arena.rest(arena.seconds / 3)
        arena.web.kill_all()
        time.sleep(REST_SECONDS)
        arena.journal.note_over()
        arena.web.restart()


def kill_database(arena: Arena) -> None:
    """(F3, F4) All processes of PostgreSQL at once, twice, without a checkpoint."""
    for _ in range(2):
        arena.rest(arena.seconds / 3)
        arena.postgresql.kill_all()
        time.sleep(REST_SECONDS)
        arena.journal.note_over()
        arena.postgresql.restart()


def stop_redis(arena: Arena) -> None:
    """(F5) Gone, and back again with nothing in it."""
    arena.redis.kill_all()
    time.sleep(arena.seconds)
    arena.journal.note_over()
    arena.redis.restart()


def hang_redis(arena: Arena) -> None:
    """(F5) There, but answering nothing: worse than gone."""
    arena.redis.pause()
    try:
        time.sleep(arena.seconds)
    finally:
        arena.journal.note_over()
        arena.redis.resume()


def flush_redis(arena: Arena) -> None:
    """(F5) Everything in it is thrown away, again and again."""
    import redis  # noqa: PLC0415 - for this one fault

    client = redis.Redis.from_url(arena.redis.url)
    end = time.monotonic() + arena.seconds
    while time.monotonic() < end:
        client.flushall()
        time.sleep(0.2)


def cut_database(arena: Arena) -> None:
    """(F18) The database is away for long; everybody tries again and again, and all return at the same moment.

    What is asked for in the seconds after must not be a second outage: no more than twice of what was usual.
    """
    usual = arena.journal.count_tries(time.monotonic() - USUAL_SECONDS, time.monotonic()) / USUAL_SECONDS
    arena.postgresql.kill_all()
    time.sleep(arena.seconds)
    arena.journal.note_over()
    back = time.monotonic()
    arena.postgresql.restart()
    time.sleep(max(0.0, back + STORM_SECONDS - time.monotonic()))
    storm = arena.journal.count_tries(back, back + STORM_SECONDS) / STORM_SECONDS
    arena.notes.append(f"{usual:.0f} requests a second before, {storm:.0f} in the {STORM_SECONDS:.0f} seconds after")
    if storm > 2 * max(usual, LEAST_USUAL):
        arena.journal.note_surprise(f"the return was a storm: {storm:.0f} requests a second, {usual:.0f} before")


def restart_gently(arena: Arena) -> None:
    """(F16) A new release is put in place: asked to end, started again, with the look at the migrations."""
    for _ in range(2):
        arena.rest(arena.seconds / 3)
        arena.web.stop()
        arena.journal.note_over()
        arena.web.start()


def kill_one_of_two(arena: Arena) -> None:
    """One of two web servers is gone for good; the people of the other one notice nothing, its own come back to it."""
    time.sleep(arena.seconds / 2)
    arena.webs[1].kill_all()
    time.sleep(arena.seconds / 2)
    arena.journal.note_over()
    arena.webs[1].restart()


def do_nothing(arena: Arena) -> None:
    """Late duplicates alone, which every run has."""
    time.sleep(arena.seconds)
