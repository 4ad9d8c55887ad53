"""Who may do what: one predicate per action."""

from __future__ import annotations

from quiz_app.domain.people import Person, Role


def may_organise(person: Person) -> bool:
    """See and run the contest: its rounds, live state, bank and lists."""
    return person.has_role(Role.ORGANISER) or person.has_role(Role.ADMINISTRATOR)


def may_lead_unit(person: Person) -> bool:
    """See the state of the units that the person answers for."""
    return person.has_role(Role.UNIT_LEAD) and bool(person.led_unit_ids)


def may_judge(person: Person) -> bool:
    """Mark entries of the initiative round."""
    return person.has_role(Role.JUDGE)
