"""Every "no" that a person can meet. Code raises a class with facts; ``web/errors.py`` and templates find the words."""

from __future__ import annotations

from datetime import datetime

from question_bank.blueprint import Shortfall


class Refusal(Exception):  # noqa: N818 - named for what it is to the person, as all below
    """Something a person asked for is not done; nothing was changed."""

    status = 409
    """The HTTP status that says the same to a program."""

    @property
    def code(self) -> str:
        """A stable word for programs: the class name in snake case."""
        name = type(self).__name__
        return "".join(("_" + letter.lower()) if letter.isupper() else letter for letter in name).lstrip("_")


class NotFound(Refusal):
    """It does not exist, or it is another person's: the two must look alike."""

    status = 404


class NotAllowed(Refusal):
    """The person's role does not include this."""

    status = 403


class SignInRequired(Refusal):
    """Nobody is signed in, or the session has ended."""

    status = 401


class InvalidInput(Refusal):
    """The request is not of the form that this address takes; ``reason`` is an English message id."""

    status = 422

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StorageUnavailable(Refusal):
    """The database cannot be reached; the same request may be sent again."""

    status = 503


class RoundNotOpen(Refusal):
    """The round has not opened yet."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(opens_at)
        self.opens_at = opens_at


class RoundClosed(Refusal):
    """The round is over."""

    def __init__(self, closes_at: datetime) -> None:
        super().__init__(closes_at)
        self.closes_at = closes_at


class PersonExcluded(Refusal):
    """By the contest's rules this person does not take part (committee, jury, question board, software staff)."""

    status = 403


class AttemptLimitReached(Refusal):
    """No attempt is left; ``next_at`` is when one will be again, if ever."""

    def __init__(self, limit: int, next_at: datetime | None) -> None:
        super().__init__(limit, next_at)
        self.limit = limit
        self.next_at = next_at


class PauseNotOver(Refusal):
    """The round asks for a pause between attempts."""

    def __init__(self, next_at: datetime) -> None:
        super().__init__(next_at)
        self.next_at = next_at


class PaperNotAvailable(Refusal):
    """The bank cannot fill the round's exam blueprint; ``shortfalls`` is for the organiser."""

    status = 503

    def __init__(self, shortfalls: tuple[Shortfall, ...] = ()) -> None:
        super().__init__(shortfalls)
        self.shortfalls = shortfalls


class AttemptClosed(Refusal):
    """The attempt is finished, or its time is over; responses are no longer taken.

    To a save, ``received`` says how many answers were saved in time, and ``kept_count`` how many of those that came
    now are on record as late.
    """

    status = 410

    def __init__(self, received: int | None = None, kept_count: int = 0) -> None:
        super().__init__(received, kept_count)
        self.received = received
        self.kept_count = kept_count


class UnknownChoice(Refusal):
    """The paper has no such slot, or the slot no such option."""

    status = 422


class WrongCredentials(Refusal):
    """Account or password is wrong; which of the two is not said."""

    status = 401


class TooManyFailures(Refusal):
    """Too many failed sign-ins; another try is possible at ``next_at``."""

    status = 429

    def __init__(self, next_at: datetime) -> None:
        super().__init__(next_at)
        self.next_at = next_at


class AgencySignInFailed(Refusal):
    """The agency's identity provider did not confirm who it is: refused there, too late, or not as it was asked."""

    status = 401


class AgencyAccountUnknown(Refusal):
    """The agency knows the person, but no open account goes by that name; none is made by signing in."""

    status = 403


class PasswordTooWeak(Refusal):
    """The new password is too short, too common, or the old one; ``reason`` is an English message id."""

    status = 422

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnitClosed(Refusal):
    """The unit is closed: it takes neither people nor sub-units."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class UnitCycle(Refusal):
    """A unit would come to stand under itself."""

    def __init__(self, name: str, other: str) -> None:
        super().__init__(name, other)
        self.name = name
        self.other = other


class UnitNotEmpty(Refusal):
    """The unit cannot be closed yet: people or open sub-units are in it."""

    def __init__(self, people_count: int, sub_unit_count: int) -> None:
        super().__init__(people_count, sub_unit_count)
        self.people_count = people_count
        self.sub_unit_count = sub_unit_count


class UnitCodeTaken(Refusal):
    """Another unit has this code, be it open or closed."""

    def __init__(self, unit_code: str) -> None:
        super().__init__(unit_code)
        self.unit_code = unit_code


class UnitsChanged(Refusal):
    """The units are no longer what the preview of the import compared them with."""


class KeyChanged(Refusal):
    """Somebody else has put the key right since the preview was made."""


class FinalResultsConcerned(Refusal):
    """The change concerns results that are final, which an administrator alone may change."""

    status = 403

    def __init__(self, titles: tuple[str, ...]) -> None:
        super().__init__(titles)
        self.titles = titles
