"""Signing in and out, and the password."""

from flask import Blueprint

from quiz_app.web.guards import allow_everyone

bp = Blueprint("account", __name__)
# Signing in is for those who are not signed in; the other views ask for the person themselves.
allow_everyone(bp)

from quiz_app.web.account import people, pictures  # noqa: E402, F401 - they add their views to bp
