"""Background work inside the server's processes: the clock's keeper, the sweeper, the worker of jobs, the mailer.

Nothing depends on the last three for being right: pages close what they read, and jobs and letters wait in their tables
until somebody works on them, be it another process, ``flask --app wsgi quiz run-jobs`` or ``… quiz send-letters``.
"""

from __future__ import annotations

import threading

from flask import Flask

from quiz_app.config import Settings
from quiz_app.jobs.clock_keeper import start_clock_keeper
from quiz_app.jobs.mailer import start_mailer
from quiz_app.jobs.scanner import start_scanner
from quiz_app.jobs.sweeper import start_sweeper
from quiz_app.jobs.worker import start_worker
from quiz_app.storage import Storage


def start_background(app: Flask) -> list[threading.Event]:
    """Start what the settings ask for in daemon threads of this process; each ends when its event is set."""
    settings: Settings = app.extensions["settings"]
    storage: Storage = app.extensions["storage"]
    stops = []
    keeper = start_clock_keeper(app.app_context)
    if keeper is not None:
        stops.append(keeper)
    if settings.sweep_seconds:
        stops.append(start_sweeper(app.app_context, storage, seconds=settings.sweep_seconds))
    if settings.job_workers:
        stops.append(start_worker(app.app_context, storage))
        if settings.mail is not None:
            stops.append(start_mailer(app.app_context, settings.mail))
        if settings.clamd is not None:
            stops.append(start_scanner(app.app_context, storage, settings.clamd))
    return stops
