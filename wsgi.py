"""The application for a WSGI server: ``granian --interface wsgi wsgi:app`` or ``gunicorn wsgi:app``."""

import contextlib
import os

from quiz_app import create_app
from quiz_app.config import Settings
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.jobs import start_background
from quiz_app.logs import configure_logs
from quiz_app.services.starting import ensure_migrated

app = create_app()
# A command (``flask --app wsgi quiz …``) does what it is called for and nothing beside it.
if os.environ.get("FLASK_RUN_FROM_CLI") != "true":
    settings: Settings = app.extensions["settings"]
    configure_logs(is_json=settings.logs_json)
    # A database that is away for a moment is waited for: pages say so until it is back. One that lacks tables of this
    # release ends the process: CannotStart is no SystemExit, after which gunicorn would try for ever.
    with app.app_context(), contextlib.suppress(StorageUnavailable):
        ensure_migrated()
    start_background(app)
