"""Granting roles and taking them away."""

from __future__ import annotations

from dataclasses import dataclass

from quiz_app.domain.errors import Refusal
from quiz_app.domain.people import Role


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """A person with a role, and the unit if it is that of a unit lead. A closed account keeps its roles."""

    grant_id: int
    account_id: int
    login: str
    name: str
    role: Role
    unit_id: int | None
    unit_name: str | None
    is_active: bool


class LastAdministratorStays(Refusal):
    """The only administrator would lose the role: nobody could grant one any more."""


class RoleAlreadyGranted(Refusal):
    """The person has this role already."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class UnknownAccount(Refusal):
    """No open account has this name for signing in."""

    status = 422

    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class UnitNeeded(Refusal):
    """A unit lead leads a unit, and no open unit has this code; other roles have none."""

    status = 422


class LoginTaken(Refusal):
    """Another account has this name for signing in."""

    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login
