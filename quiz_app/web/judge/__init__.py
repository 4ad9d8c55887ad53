"""What a judge of the initiative round sees."""

from flask import Blueprint

from quiz_app.domain.permissions import may_judge
from quiz_app.web.guards import guard

bp = Blueprint("judge", __name__)
guard(bp, may_judge)

from quiz_app.web.judge import conflicts, entry_files, judging  # noqa: E402, F401 - they add their views to bp
