"""Requests to join, in words."""

from __future__ import annotations

from quiz_app.domain.registrations import Registration
from quiz_app.web.translate import gettext


def describe_decision(registration: Registration, *, approves: bool) -> str:
    """What was done with the request."""
    if approves:
        return gettext(
            "%(name)s was approved and can sign in with the account %(login)s.",
            name=registration.name,
            login=registration.login,
        )
    return gettext("The request of %(name)s was refused; the reason stands on their page.", name=registration.name)
