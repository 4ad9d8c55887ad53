"""What the lead of a unit sees: their own units only."""

from flask import Blueprint

from quiz_app.domain.permissions import may_lead_unit
from quiz_app.web.guards import guard

bp = Blueprint("unit_lead", __name__)
guard(bp, may_lead_unit)

from quiz_app.web.unit_lead import (  # noqa: E402 - they add their views to bp
    initiatives,  # noqa: F401
    letters,  # noqa: F401
    lists,  # noqa: F401
    people,  # noqa: F401
    registrations,  # noqa: F401
    results,  # noqa: F401
)
