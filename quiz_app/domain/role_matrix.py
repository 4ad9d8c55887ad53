"""Which role may do what, found by asking the predicates themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from quiz_app.domain.people import Person, Role
from quiz_app.domain.permissions import PERMISSIONS, Permission

_UNIT_ID = 1


class Allowance(StrEnum):
    """What a role may do of an action."""

    YES = "yes"
    WITHIN_LIMITS = "within_limits"
    NO = "no"


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """An action, and for each role whether it may."""

    permission: Permission
    by_role: dict[Role, Allowance]


def make_matrix() -> list[MatrixRow]:
    """A row for each predicate of ``permissions``."""
    return [MatrixRow(permission, {role: _ask(permission, role) for role in Role}) for permission in PERMISSIONS]


def _ask(permission: Permission, role: Role) -> Allowance:
    person = _make_example(role)
    answers = {permission.is_allowed(person, **case) for case in permission.cases}
    if answers == {False}:
        return Allowance.NO
    # A unit lead is never let further than the own units.
    is_limited = False in answers or (permission.limits is not None and role is Role.UNIT_LEAD)
    return Allowance.WITHIN_LIMITS if is_limited else Allowance.YES


def _make_example(role: Role) -> Person:
    led = frozenset({_UNIT_ID}) if role is Role.UNIT_LEAD else frozenset()
    return Person(
        id=-1, login="", name="", unit_id=_UNIT_ID, unit_name="", roles=frozenset({role}), led_unit_ids=led,
        auth_version=1, must_change_password=False,
    )  # fmt: skip
