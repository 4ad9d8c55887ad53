"""What the lead of a unit sees: their own units only."""

from flask import Blueprint

from quiz_app.domain.permissions import may_lead_unit
from quiz_app.web.guards import guard

bp = Blueprint("unit_lead", __name__)
guard(bp, may_lead_unit)

from quiz_app.web.unit_lead import results  # noqa: E402, F401 - it adds its views to bp
