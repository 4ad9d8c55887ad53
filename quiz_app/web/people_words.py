"""People and staff lists in words: states of accounts, what a list changes, fields, dates of birth."""

from __future__ import annotations

from collections.abc import Callable

from quiz_app.domain.directory import AccountState
from quiz_app.domain.staff_lists.planning import ChangeKind
from quiz_app.web.role_words import describe_role
from quiz_app.web.translate import gettext

__all__ = [
    "describe_birth",
    "describe_change",
    "describe_change_sentence",
    "describe_field",
    "describe_import_state",
    "describe_role",
    "describe_state",
]

_STATES: dict[AccountState, Callable[[], str]] = {
    AccountState.ACTIVE: lambda: gettext("open accounts"),
    AccountState.CLOSED: lambda: gettext("closed accounts"),
    AccountState.NO_PASSWORD: lambda: gettext("without a password yet"),
    AccountState.NEVER_SIGNED_IN: lambda: gettext("never signed in"),
}
_CHANGES: dict[str, tuple[Callable[[], str], Callable[[], str]]] = {
    ChangeKind.NEW: (lambda: gettext("New"), lambda: gettext("get an account")),
    ChangeKind.CHANGED: (lambda: gettext("Changed"), lambda: gettext("have new details")),
    ChangeKind.MOVED: (lambda: gettext("Moved"), lambda: gettext("come to another unit")),
    ChangeKind.LEFT: (lambda: gettext("Left"), lambda: gettext("are marked as left; their accounts are closed")),
    ChangeKind.UNCHANGED: (lambda: gettext("Unchanged"), lambda: gettext("stay as they are")),
    "missing": (
        lambda: gettext("Missing from the list"),
        lambda: gettext("are in these units and not on the list; they stay unless you say otherwise"),
    ),
    "wrong": (lambda: gettext("Wrong"), lambda: gettext("rows cannot be read")),
}
_FIELDS: dict[str, Callable[[], str]] = {
    "name": lambda: gettext("Full name"),
    "job_title": lambda: gettext("Job title"),
    "birth": lambda: gettext("Date of birth"),
    "phone": lambda: gettext("Telephone"),
    "email": lambda: gettext("E-mail"),
    "citizen_hash": lambda: gettext("Citizen's number"),
    "unit_id": lambda: gettext("Unit"),
    "is_active": lambda: gettext("State"),
}
_IMPORT_STATES: dict[str, Callable[[], str]] = {
    "previewed": lambda: gettext("waiting for a decision"),
    "confirmed": lambda: gettext("being imported"),
    "applied": lambda: gettext("imported"),
    "discarded": lambda: gettext("discarded"),
}


def describe_state(state: AccountState) -> str:
    """What a list is narrowed to."""
    return _STATES[state]()


def describe_change(kind: str) -> str:
    """A kind of change as a heading."""
    return _CHANGES[kind][0]()


def describe_change_sentence(kind: str) -> str:
    """What happens to the people of this kind, to follow their number."""
    return _CHANGES[kind][1]()


def describe_field(name: str) -> str:
    """A field of a person."""
    return _FIELDS[name]()


def describe_import_state(state: str) -> str:
    """Where a staff list stands."""
    return _IMPORT_STATES[state]()


def describe_birth(birth: str | None) -> str:
    """``28/02/1985``, or the year alone; "" where it is not known."""
    if not birth:
        return ""
    year, _, rest = birth.partition("-")
    month, _, day = rest.partition("-")
    return f"{day}/{month}/{year}" if day else year
