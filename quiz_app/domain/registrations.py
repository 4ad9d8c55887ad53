"""Joining a contest without being on a list: what a request says, and when there are too many of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from quiz_app.domain.errors import Refusal

REGISTRATION_WINDOW = timedelta(minutes=15)
REGISTRATION_LIMIT = 100
"""Requests per address and window: a school behind one address registers on one afternoon."""
TAKEN_LIMIT = 15
"""Requests for a telephone that is taken, per address and window: nobody learns by trying who has an account."""
REFERENCE_BITS = 100


class RegistrationState(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


class RegistrationClosed(Refusal):
    """No contest takes requests, or not this one."""

    status = 404


class AlreadyRegistered(Refusal):
    """The telephone is that of an account or of a request that waits; which of the two is not said."""


class TooManyRegistrations(Refusal):
    """Too many requests came from this address."""

    status = 429


class AlreadyDecided(Refusal):
    """Somebody else has decided on the request."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A request as it stands; ``birth`` is ``1985-02-28`` or ``1985``."""

    id: int
    contest_id: int
    contest_title: str
    unit_id: int
    unit_name: str
    login: str
    name: str
    job_title: str | None
    birth: str | None
    email: str | None
    state: RegistrationState
    made_at: datetime
    decided_at: datetime | None
    reason: str | None
