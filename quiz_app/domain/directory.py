"""People as lists show them: what can be looked for, and within which scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from quiz_app.domain.people import Role


class AccountState(StrEnum):
    """What a list of people can be narrowed to."""

    ACTIVE = "active"
    CLOSED = "closed"
    NO_PASSWORD = "no_password"  # noqa: S105 - a state
    NEVER_SIGNED_IN = "never_signed_in"


@dataclass(frozen=True, slots=True)
class PeopleScope:
    """Whose people: everyone's, or those of the units (and their sub-units) that ``lead_id`` leads."""

    lead_id: int | None


EVERYONE = PeopleScope(None)


@dataclass(frozen=True, slots=True)
class DirectoryFilter:
    """What is looked for: folded words that must all begin a word of name, account or telephone; a unit with its
    sub-units; a state; a role.
    """

    words: tuple[str, ...] = ()
    unit_id: int | None = None
    state: AccountState | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in a list."""

    id: int
    login: str
    name: str
    job_title: str | None
    unit_id: int | None
    unit_name: str | None
    is_active: bool
    has_password: bool
    code_expires_at: datetime | None
    last_signed_in_at: datetime | None
    roles: frozenset[Role]
    led_unit_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """All that is known of a person; of a citizen's number the last three digits."""

    line: PersonLine
    birth: str | None
    phone: str | None
    email: str | None
    citizen_tail: str | None
    created_at: datetime
