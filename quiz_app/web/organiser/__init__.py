"""What the organising committee sees and does."""

from flask import Blueprint

from quiz_app.domain.permissions import may_organise
from quiz_app.web.guards import guard

bp = Blueprint("organiser", __name__)
guard(bp, may_organise)

from quiz_app.web.organiser import contests  # noqa: E402, F401 - it adds its views to bp
