"""The reason that is kept with a decision: one rule, whatever is decided."""

from __future__ import annotations

from quiz_app.domain.errors import InvalidInput

LONGEST_REASON = 500
"""Characters; the database holds the same."""


def check_reason(reason: str, *, is_required: bool = True) -> str:
    """The reason on one line. Raises InvalidInput where it is missing though it is required, or too long."""
    reason = " ".join(reason.split())
    if is_required and not 0 < len(reason) <= LONGEST_REASON:
        raise InvalidInput("Give the reason in at most 500 characters; it is kept with the decision.")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput("The reason may have at most 500 characters.")
    return reason
