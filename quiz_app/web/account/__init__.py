"""Signing in and out, and the password."""

from flask import Blueprint

from quiz_app.web.guards import allow_everyone

bp = Blueprint("account", __name__)
# Signing in is for those who are not signed in; the other views ask for the person themselves.
allow_everyone(bp)

from quiz_app.web.account import (  # noqa: E402 - they add their views to bp; jobs has a guarded one of its own
    activation,  # noqa: F401
    addresses,  # noqa: F401
    agency,  # noqa: F401
    jobs,  # noqa: F401
    people,  # noqa: F401
    pictures,  # noqa: F401
    registration,  # noqa: F401
)
