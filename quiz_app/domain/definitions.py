"""A contest as a file describes it: checked values, not yet stored."""

from __future__ import annotations

from dataclasses import dataclass

from quiz_app.domain.contests import Contest, Round
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.people import Role
from quiz_app.domain.units import Quota


@dataclass(frozen=True, slots=True)
class UnitKindDefinition:
    """A kind of unit and what pages call it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class UnitDefinition:
    """A unit; ``parent_code`` names a unit above it in the same file or one that is known already."""

    code: str
    name: str
    kind: str
    block: str | None
    parent_code: str | None
    staff_number: int | None


@dataclass(frozen=True, slots=True)
class QuotaDefinition:
    """What a kind of unit or one unit owes."""

    unit_kind: str | None
    unit_code: str | None
    quota: Quota


@dataclass(frozen=True, slots=True)
class ExclusionDefinition:
    """A person who does not take part, and why."""

    login: str
    reason: str


@dataclass(frozen=True, slots=True)
class PersonDefinition:
    """A person of a demonstration, with a password that everyone may know."""

    login: str
    name: str
    password: str
    unit_code: str | None
    job_title: str | None
    roles: frozenset[Role]
    led_unit_code: str | None


@dataclass(frozen=True, slots=True)
class ContestDefinition:
    """All that a contest file says. ``bank_name`` is a bank that ships or a folder beside the file; a contest without a
    knowledge round needs none.
    """

    contest: Contest
    bank_name: str | None
    rounds: tuple[Round, ...]
    initiative_rounds: tuple[InitiativeRound, ...]
    unit_kinds: tuple[UnitKindDefinition, ...]
    units: tuple[UnitDefinition, ...]
    quotas: tuple[QuotaDefinition, ...]
    exclusions: tuple[ExclusionDefinition, ...]
    people: tuple[PersonDefinition, ...]
