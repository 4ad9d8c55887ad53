"""Pages for everyone: home, rankings, the check of certificates, language, health."""

from flask import Blueprint

from quiz_app.web.guards import allow_everyone

bp = Blueprint("public", __name__)
allow_everyone(bp)

from quiz_app.web.public import (  # noqa: E402 - they add their views to bp
    certificates,  # noqa: F401
    contests,  # noqa: F401
    entry_receipts,  # noqa: F401
    health,  # noqa: F401
    initiative_results,  # noqa: F401
    language,  # noqa: F401
    lists,  # noqa: F401
    metrics,  # noqa: F401
    results,  # noqa: F401
)
