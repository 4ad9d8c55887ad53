"""The people of a staff list, and those who have an account already."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from quiz_app.domain.names import fold_text


class StaffColumn(StrEnum):
    """What a column of a staff list tells."""

    NAME = "name"
    FAMILY_NAME = "family_name"
    MIDDLE_NAME = "middle_name"
    GIVEN_NAME = "given_name"
    LOGIN = "login"
    BIRTH = "birth"
    BIRTH_OF_WOMEN = "birth_of_women"
    JOB_TITLE = "job_title"
    UNIT = "unit"
    UNIT_CODE = "unit_code"
    PHONE = "phone"
    EMAIL = "email"
    CITIZEN_NUMBER = "citizen_number"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A person as a list tells of them; None is what the list does not say, and changes nothing.

    ``row`` is the number of the row in the sheet. ``citizen_hash`` is the keyed hash of the citizen's number and
    ``citizen_tail`` its last three digits: the number itself is kept nowhere. ``birth`` is ``1985-02-28`` or ``1985``.
    """

    row: int
    login: str
    name: str
    unit_id: int
    job_title: str | None = None
    birth: str | None = None
    phone: str | None = None
    email: str | None = None
    citizen_hash: str | None = None
    citizen_tail: str | None = None
    has_left: bool = False

    @property
    def phone_and_name(self) -> tuple[str, str] | None:
        """What tells a person apart where a list has neither code nor citizen's number."""
        return (self.phone, fold_text(self.name)) if self.phone else None


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as it is stored. ``has_duty``: it organises, judges or administers, and no list closes it."""

    id: int
    login: str
    name: str
    unit_id: int | None
    job_title: str | None
    birth: str | None
    phone: str | None
    email: str | None
    citizen_hash: str | None
    citizen_tail: str | None
    is_active: bool
    has_duty: bool

    @property
    def phone_and_name(self) -> tuple[str, str] | None:
        """As of a row."""
        return (self.phone, fold_text(self.name)) if self.phone else None
