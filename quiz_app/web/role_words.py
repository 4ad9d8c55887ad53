"""Roles, and what they allow, in words."""

from __future__ import annotations

from collections.abc import Callable

from quiz_app.domain.people import Role
from quiz_app.web.translate import gettext

_NAMES: dict[Role, Callable[[], str]] = {
    Role.PARTICIPANT: lambda: gettext("Participant"),
    Role.UNIT_LEAD: lambda: gettext("Unit lead"),
    Role.ORGANISER: lambda: gettext("Organisers"),
    Role.JUDGE: lambda: gettext("Judge"),
    Role.ADMINISTRATOR: lambda: gettext("Administrator"),
}


def describe_role(role: Role) -> str:
    """The name of a role."""
    return _NAMES[role]()
