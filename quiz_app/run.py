"""``make run``: migrate, load the demonstration into an empty database, say where it is, and become the web server."""

from __future__ import annotations

import gc
import os
import resource
import runpy
import sys
from collections.abc import Sequence

from quiz_app.config import ROOT, Settings, WrongSetting, read_settings
from quiz_app.figures_folder import prepare_folder


def main() -> None:
    """Prepare and start; exits with a message when the settings or the database do not allow it."""
    try:
        settings = read_settings(os.environ)
    except WrongSetting as error:
        sys.exit(f"{error}")
    prepare_folder(os.environ)
    # What is imported stays; looking through it again and again for what may go is a fifth of the time of a start.
    gc.disable()
    # Not before: what counts looks for that folder when it is imported.
    from quiz_app.preparing import prepare_or_exit  # noqa: PLC0415

    prepare_or_exit(settings)
    # Nor do the workers look through it, and their parent's memory stays theirs too.
    gc.freeze()
    gc.enable()
    print(f"Listening on http://{settings.host}:{settings.port}", flush=True)
    allow_many_files()
    os.chdir(ROOT)
    become(make_command(settings))


def become(command: Sequence[str]) -> None:
    """Go on as the web server of this command line (``python -m server …``); comes back when it ends.

    In this process and not in a new one: the workers are forked from it and find the engine imported. A start imports
    it once and not twice, and a worker that takes the place of one that died is there within half a second.
    """
    _, _, server, *words = command
    sys.argv = [server, *words]
    runpy.run_module(server, run_name="__main__", alter_sys=True)


SPARE_THREADS = 4
"""Threads that say "full", and answer health and static files, while all others work or wait."""


def count_server_threads(settings: Settings) -> int:
    """A thread for each request that works and for each that waits (``web/admission_gate.py``). One that waits costs a
    stack and no CPU, and the server makes threads only as they are needed.
    """
    return settings.threads + settings.waiting_room + SPARE_THREADS


MOST_CONNECTIONS = 16_384
SPARE_FILES = 512
"""Of a process's open files, those that are no visitor's: database, Redis, logs, files on their way."""


def allow_many_files() -> None:
    """Let this process, and the server that takes its place, open as many files as the system grants: a connection is
    one of them, and many systems begin with 1,024.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def count_connections() -> int:
    """How many connections a process of the server may hold: every browser keeps one while a person thinks."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MOST_CONNECTIONS if most == resource.RLIM_INFINITY else most - SPARE_FILES
    return max(SPARE_FILES, min(MOST_CONNECTIONS, allowed))


def make_command(settings: Settings) -> list[str]:
    """The web server's command line."""
    if settings.server == "gunicorn":
        return [
            sys.executable, "-m", "gunicorn", "wsgi:app", "--worker-class", "gthread",
            "--bind", f"{settings.host}:{settings.port}", "--workers", str(settings.workers),
            "--threads", str(count_server_threads(settings)), "--keep-alive", "30", "--log-level", "warning",
        ]  # fmt: skip
    return [
        sys.executable, "-m", "granian", "wsgi:app", "--interface", "wsgi", "--host", settings.host,
        "--port", str(settings.port), "--workers", str(settings.workers),
        "--blocking-threads", str(count_server_threads(settings)), "--no-ws",
        # Backpressure counts connections, those that wait idle for their next request too; what is beyond is not
        # accepted and hears nothing: with 2,048 of them, half of 4,000 people waited a minute for a save. Requests are
        # bounded by the gate.
        "--backlog", "4096", "--backpressure", str(count_connections()),
        "--respawn-failed-workers", "--log-level", "error",
    ]  # fmt: skip


if __name__ == "__main__":
    # What the server writes (database, files, logs) is for its own account alone; the web server inherits this.
    os.umask(0o077)
    main()
