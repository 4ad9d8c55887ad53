"""What a person who takes part sees and does. Anyone signed in may enter; the round's rules say who may start."""

from flask import Blueprint

from quiz_app.web.guards import guard

bp = Blueprint("participant", __name__)
# A save checks the session in its own statement: no person is loaded on that path.
guard(bp, lambda person: True, exempt=frozenset({"save"}))

from quiz_app.web.participant import (  # noqa: E402 - they add their views to bp
    attempts,  # noqa: F401
    certificates,  # noqa: F401
    contests,  # noqa: F401
    entries,  # noqa: F401
    entry_files,  # noqa: F401
    entry_papers,  # noqa: F401
    entry_steps,  # noqa: F401
    notices,  # noqa: F401
    prizes,  # noqa: F401
    responses,  # noqa: F401
)
