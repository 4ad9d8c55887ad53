"""Changing accounts: what can be edited, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass

from quiz_app.domain.errors import Refusal


@dataclass(frozen=True, slots=True)
class AccountEdit:
    """What an organiser may change of a person, besides the unit; ``birth`` is ``1985-02-28`` or ``1985``."""

    name: str
    job_title: str | None
    birth: str | None
    phone: str | None
    email: str | None


class NobodyWithoutPassword(Refusal):
    """Everyone of the unit has a password: there is no slip to make."""


class TooManySlips(Refusal):
    """More people without a password than slips can be made for at once."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit
