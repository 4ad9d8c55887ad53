"""Where people stand in a round, in words."""

from __future__ import annotations

from collections.abc import Callable

from quiz_app.domain.participation import Participation
from quiz_app.web.translate import gettext

_STATES: dict[Participation, Callable[[], str]] = {
    Participation.NOT_BEGUN: lambda: gettext("not begun"),
    Participation.SITTING: lambda: gettext("taking it for the first time now"),
    Participation.BELOW: lambda: gettext("below the cut score"),
    Participation.PASSED: lambda: gettext("passed"),
}


def describe_participation(state: Participation) -> str:
    """The state, as it stands in a filter."""
    return _STATES[state]()
