"""Background work inside the server's processes: the sweeper and the worker of the job queue.

Nothing depends on either for being right: pages close what they read, and a job waits in its table until somebody
works on it, be it another process or ``flask --app wsgi quiz run-jobs``.
"""

from __future__ import annotations

import threading

from flask import Flask

from quiz_app.config import Settings
from quiz_app.jobs.sweeper import start_sweeper
from quiz_app.jobs.worker import start_worker
from quiz_app.storage import Storage


def start_background(app: Flask) -> list[threading.Event]:
    """Start what the settings ask for in daemon threads of this process; each ends when its event is set."""
    settings: Settings = app.extensions["settings"]
    storage: Storage = app.extensions["storage"]
    stops = []
    if settings.sweep_seconds:
        stops.append(start_sweeper(app.app_context, storage, seconds=settings.sweep_seconds))
    if settings.job_workers:
        stops.append(start_worker(app.app_context, storage))
    return stops
