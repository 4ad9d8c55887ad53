"""What the organising committee sees and does."""

from flask import Blueprint

from quiz_app.domain.permissions import may_organise
from quiz_app.web.guards import guard

bp = Blueprint("organiser", __name__)
guard(bp, may_organise)

from quiz_app.web.organiser import (  # noqa: E402 - they add their views to bp
    analysis,  # noqa: F401
    audit,  # noqa: F401
    bank_editing,  # noqa: F401
    bank_exports,  # noqa: F401
    bank_heads,  # noqa: F401
    bank_imports,  # noqa: F401
    bank_items,  # noqa: F401
    blueprints,  # noqa: F401
    contests,  # noqa: F401
    entry_archives,  # noqa: F401
    essays,  # noqa: F401
    exceptions,  # noqa: F401
    gallery,  # noqa: F401
    initiative_papers,  # noqa: F401
    initiatives,  # noqa: F401
    judging,  # noqa: F401
    judging_letters,  # noqa: F401
    judging_matrix,  # noqa: F401
    judging_people,  # noqa: F401
    key_corrections,  # noqa: F401
    late_doors,  # noqa: F401
    letters,  # noqa: F401
    lists,  # noqa: F401
    people,  # noqa: F401
    presentations,  # noqa: F401
    prizes,  # noqa: F401
    quotas,  # noqa: F401
    registrations,  # noqa: F401
    results,  # noqa: F401
    roles,  # noqa: F401
    staff_lists,  # noqa: F401
    unit_changes,  # noqa: F401
    unit_imports,  # noqa: F401
    units,  # noqa: F401
    voiding,  # noqa: F401
)
