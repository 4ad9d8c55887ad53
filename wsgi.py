"""The application for a WSGI server: ``granian --interface wsgi wsgi:app`` or ``gunicorn wsgi:app``."""

from quiz_app import create_app
from quiz_app.jobs import start_background

app = create_app()
start_background(app)
