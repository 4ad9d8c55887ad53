"""The application for a WSGI server: ``granian --interface wsgi wsgi:app`` or ``gunicorn wsgi:app``."""

from quiz_app import create_app
from quiz_app.jobs import start_sweeper

app = create_app()
if app.extensions["settings"].sweep_seconds:
    start_sweeper(app.app_context, seconds=app.extensions["settings"].sweep_seconds)
