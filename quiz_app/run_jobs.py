"""``python -m quiz_app.run_jobs``: the background work in a process of its own, for web servers with JOB_WORKERS=0."""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import replace

from quiz_app import create_app
from quiz_app.config import WrongSetting, read_settings
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.extensions import db
from quiz_app.jobs import start_background
from quiz_app.logs import configure_logs
from quiz_app.services.starting import CannotStart, describe_unreachable, ensure_migrated


def main() -> None:
    """Work until SIGTERM or SIGINT; what is under way then is done again by the next one."""
    try:
        settings = replace(read_settings(os.environ), job_workers=1)
    except WrongSetting as error:
        sys.exit(f"{error}")
    configure_logs(is_json=settings.logs_json)
    app = create_app(settings)
    with app.app_context():
        try:
            ensure_migrated()
        except CannotStart as error:
            sys.exit(f"{error}")
        except StorageUnavailable as error:
            sys.exit(describe_unreachable(db.engine.url, error))
    is_over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: is_over.set())
    stops = start_background(app)
    is_over.wait()
    for stop in stops:
        stop.set()


if __name__ == "__main__":
    os.umask(0o077)
    main()
