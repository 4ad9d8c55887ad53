"""The faults, and the controls: engines that are wrong in a known way and must lose. Numbers in brackets are those of
the list of faults that the engine was designed against.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from load_tests.faults.arena import SECRET, Arena, Setting
from load_tests.faults.exports import read_lists_until
from tests.servers.web import REPOSITORY

REST_SECONDS = 1.0
"""How long something stays away before it is started again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong. A control must lose answers; every other fault must not."""

    name: str
    title: str
    inject: Callable[[Arena], None]
    setting: Setting = Setting()
    is_control: bool = False


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
        time.sleep(0.8)
    settled = time.monotonic() + 6.0
    while time.monotonic() < settled:
        if not arena.web.pids():
            arena.web.restart()
        time.sleep(0.2)


def kill_server(arena: Arena) -> None:
    """(F2) The whole web server, twice, as a machine that is switched off."""
    for _ in range(2):
        time.sleep(arena.seconds / 3)
        arena.web.kill_all()
        time.sleep(REST_SECONDS)
        arena.web.restart()


def kill_database(arena: Arena) -> None:
    """(F3, F4) All processes of PostgreSQL at once, twice, without a checkpoint."""
    for _ in range(2):
        time.sleep(arena.seconds / 3)
        arena.postgresql.kill_all()
        time.sleep(REST_SECONDS)
        arena.postgresql.restart()


def stop_redis(arena: Arena) -> None:
    """(F5) Gone, and back again with nothing in it."""
    arena.redis.kill_all()
    time.sleep(arena.seconds)
    arena.redis.restart()


def hang_redis(arena: Arena) -> None:
    """(F5) There, but answering nothing: worse than gone."""
    arena.redis.pause()
    try:
        time.sleep(arena.seconds)
    finally:
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
    """(F18) The database is away for long; everybody tries again and again, and all return at the same moment."""
    arena.postgresql.kill_all()
    time.sleep(max(arena.seconds, 5.0))
    arena.postgresql.restart()


def restart_gently(arena: Arena) -> None:
    """(F16) A new release is put in place: asked to end, started again, with the look at the migrations."""
    for _ in range(2):
        time.sleep(arena.seconds / 3)
        arena.web.restart()


def kill_one_of_two(arena: Arena) -> None:
    """One of two web servers is gone for good; the people of the other one notice nothing, its own come back to it."""
    time.sleep(arena.seconds / 2)
    arena.webs[1].kill_all()
    time.sleep(arena.seconds / 2)
    arena.webs[1].restart()


def read_and_export(arena: Arena) -> None:
    """(F19) An organiser takes list after list while everybody answers."""
    stopping = threading.Event()
    reader = threading.Thread(target=read_lists_until, args=(stopping, arena.web.port, arena.notes), daemon=True)
    reader.start()
    time.sleep(arena.seconds)
    stopping.set()
    reader.join(30)


def back_up(arena: Arena) -> None:
    """(F23) A backup is made and read back while everybody answers."""
    target = arena.folder / f"{arena.database}.backup"
    environment = os.environ | {
        "DATABASE_URL": arena.database_url, "SECRET_KEY": SECRET, "FILES_FOLDER": str(arena.folder / "files"),
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "quiz", "backup", str(target)]
    result = subprocess.run(  # noqa: S603 - our own command
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        arena.notes.append(f"the backup failed: {result.stderr[-300:]}")
    target.unlink(missing_ok=True)


def do_nothing(arena: Arena) -> None:
    """Late duplicates alone, which every run has."""
    time.sleep(arena.seconds)


FAULTS = (
    Fault("workers_killed", "a web worker killed every 0.8 s", kill_workers),
    Fault("server_killed", "the whole web server killed twice", kill_server),
    Fault("database_killed", "all of PostgreSQL killed twice", kill_database),
    Fault("redis_stopped", "Redis gone", stop_redis),
    Fault("redis_hung", "Redis hangs", hang_redis),
    Fault("redis_flushed", "Redis emptied again and again", flush_redis),
    Fault("database_away", "PostgreSQL away for long, all return at once", cut_database),
    Fault("restarted", "the web server restarted twice", restart_gently),
    Fault("node_killed", "one of two web servers killed", kill_one_of_two, Setting(servers=2, workers=1)),
    Fault("sweeper_dead", "no background work at all", do_nothing,
          Setting(environments=({"SWEEP_SECONDS": "0", "JOB_WORKERS": "0"},))),
    Fault("exports", "list after list exported meanwhile", read_and_export),
    Fault("backup", "a backup made meanwhile", back_up),
    Fault("late_duplicates", "old saves delivered again", do_nothing),
    Fault("control_answers_first", "control: acknowledges before the commit", kill_server,
          Setting(wrong_engine="answers_first"), is_control=True),
    Fault("control_async_commit", "control: synchronous_commit off", kill_database,
          Setting(database_settings={"synchronous_commit": "off"}), is_control=True),
    Fault("control_no_guard", "control: no sequence guard", do_nothing, Setting(wrong_engine="no_guard"),
          is_control=True),
)  # fmt: skip
