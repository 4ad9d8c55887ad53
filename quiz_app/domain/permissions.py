"""Who may do what: one predicate per action.

Each says with ``permits`` what it allows, in words for the page of roles (``domain/role_matrix.py``); a test finds one
that does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.people import Person, Role

Predicate = TypeVar("Predicate", bound=Callable[..., bool])


@dataclass(frozen=True, slots=True)
class Permission:
    """An action as the page of roles shows it. ``label`` is an English message id.

    ``cases`` are the further arguments of the predicate, from the closest case to the farthest: a role that is let
    through in some of them may do it within limits, which ``limits`` says in words.
    """

    name: str
    label: str
    is_allowed: Callable[..., bool]
    cases: Sequence[dict[str, Any]]
    limits: str | None


PERMISSIONS: list[Permission] = []
"""In the order of this file."""


def permits(
    label: str, *, cases: Sequence[dict[str, Any]] = ({},), limits: str | None = None
) -> Callable[[Predicate], Predicate]:
    """Put the predicate on the page of roles."""

    def enter(predicate: Predicate) -> Predicate:
        PERMISSIONS.append(Permission(predicate.__name__, label, predicate, cases, limits))
        return predicate

    return enter


@permits(N_("See and run contests: rounds, live state, item bank, units, people and lists"))
def may_organise(person: Person) -> bool:
    """See and run the contest: its rounds, live state, bank and lists."""
    return person.has_role(Role.ORGANISER) or person.has_role(Role.ADMINISTRATOR)


@permits(
    N_("Put a wrong key right and have all attempts scored anew"),
    cases=[{"is_final": False}, {"is_final": True}],
    limits=N_("not where the results of a round are final: an administrator does that"),
)
def may_correct_keys(person: Person, *, is_final: bool) -> bool:
    """Put another key in force; ``is_final``: results of a round that nothing was to change any more are concerned."""
    return person.has_role(Role.ADMINISTRATOR) or (person.has_role(Role.ORGANISER) and not is_final)


@permits(
    N_("See the state of a unit, its people and their results, and take its lists"),
    limits=N_("the units that the person leads, with their sub-units"),
)
def may_lead_unit(person: Person) -> bool:
    """See the state of the units that the person answers for."""
    return person.has_role(Role.UNIT_LEAD) and bool(person.led_unit_ids)


@permits(N_("Mark entries of the initiative round"))
def may_judge(person: Person) -> bool:
    """Mark entries of the initiative round."""
    return person.has_role(Role.JUDGE)


@permits(N_("Read the audit trail and have it checked"))
def may_see_audit(person: Person) -> bool:
    """Read who did what, and ask for a check of the chain."""
    return may_organise(person)


@permits(N_("Extend windows, give people extra time, and void attempts"))
def may_make_exceptions(person: Person) -> bool:
    """Let somebody have more time than the rules give, or an attempt count for nothing."""
    return may_organise(person)


@permits(N_("See who has which role"))
def may_see_roles(person: Person) -> bool:
    """Look at the page of roles."""
    return may_organise(person)


@permits(N_("Grant and take away roles"))
def may_change_roles(person: Person) -> bool:
    """Grant a role, or take one away: whoever may do this can have every right."""
    return person.has_role(Role.ADMINISTRATOR)


_SOMEBODY = {"subject_id": 0, "roles": frozenset({Role.PARTICIPANT}), "led_unit_ids": frozenset()}


@permits(
    N_("Change accounts, and hand out one-time codes for them"),
    cases=[
        _SOMEBODY | {"scope_unit_ids": frozenset({1})},
        _SOMEBODY | {"scope_unit_ids": frozenset({1}), "roles": frozenset({Role.ADMINISTRATOR})},
    ],
    limits=N_("nobody with more rights than one's own; a unit lead in the own units only"),
)
def may_manage_account(
    person: Person,
    *,
    subject_id: int,
    roles: frozenset[Role],
    led_unit_ids: frozenset[int],
    scope_unit_ids: frozenset[int],
) -> bool:
    """Make a one-time code for somebody's account, or change it: whoever can sign in for someone has their rights, so
    nobody may who has fewer.

    A unit lead: people of the own units who take part, and leads of units within them. An organiser: everyone but
    administrators. Nobody their own account, which has its own page.
    """
    if subject_id == person.id:
        return False
    if person.has_role(Role.ADMINISTRATOR):
        return True
    if person.has_role(Role.ORGANISER):
        return Role.ADMINISTRATOR not in roles
    return may_lead_unit(person) and roles <= {Role.PARTICIPANT, Role.UNIT_LEAD} and led_unit_ids <= scope_unit_ids
