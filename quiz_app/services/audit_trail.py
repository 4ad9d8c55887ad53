"""The audit trail as organisers and administrators read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from quiz_app.domain.audit import ChainEnd, TrailFilter, TrailLine
from quiz_app.domain.errors import NotAllowed
from quiz_app.domain.jobs import JobKind
from quiz_app.domain.people import Person, normalise_login
from quiz_app.domain.permissions import may_see_audit
from quiz_app.persistence import audit_reading, audit_sealing
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.jobs import add_job

PAGE = 50


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A page of the trail, newest first. ``next_before`` is where the next one begins, if there is one."""

    lines: Sequence[TrailLine]
    next_before: int | None
    actions: Sequence[str]
    end: ChainEnd
    is_person_unknown: bool


def view_trail(*, person: Person, login: str | None, chosen: TrailFilter, before: int | None) -> TrailPage:
    """The entries that the filter leaves; ``login`` names the person looked for. Raises NotAllowed."""
    if not may_see_audit(person):
        raise NotAllowed
    with reading() as work:
        is_unknown = False
        if login:
            account_id = audit_reading.find_account_id(work, normalise_login(login))
            is_unknown = account_id is None
            chosen = replace(chosen, person_id=account_id)
        lines = [] if is_unknown else audit_reading.list_entries(work, chosen, before=before, most=PAGE + 1)
        actions = audit_reading.list_actions(work)
        end = audit_sealing.find_chain_end(work)
    next_before = lines[PAGE - 1].id if len(lines) > PAGE else None
    return TrailPage(lines[:PAGE], next_before, actions, end, is_unknown)


def request_check(*, person: Person, now: datetime) -> int:
    """Have the chain checked in the background; the job's id. Raises NotAllowed."""
    with transaction() as work:
        return add_job(work, kind=JobKind.VERIFY_AUDIT, arguments={}, person=person, now=now)
