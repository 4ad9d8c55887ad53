"""What a list says, before it has words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from quiz_app.domain.contests import Contest, Round
from quiz_app.domain.issued_lists import ListKind
from quiz_app.domain.units import Quota, Unit


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person on a list; figures are None for whoever has finished no attempt. ``place`` is that of the ranking."""

    name: str
    birth: str | None
    job_title: str | None
    phone: str | None
    unit_name: str
    attempt_count: int | None
    correct_count: int | None
    score_hundredths: int | None
    elapsed_ms: int | None
    finished_at: datetime | None
    is_passed: bool
    place: int | None = None


@dataclass(frozen=True, slots=True)
class ListFigures:
    """What stands below a list of people. ``owed`` is how many must pass, None where nothing is owed or the staff
    number is not known; ``quota`` is that of the unit itself.
    """

    staff_number: int | None
    taken_part: int
    passed: int
    not_begun: int
    owed: int | None
    quota: Quota | None = None

    @property
    def below(self) -> int:
        """Took part and have not passed."""
        return self.taken_part - self.passed

    @property
    def participation(self) -> float | None:
        """Share of the staff who took part, 0 to 1."""
        return min(1.0, self.taken_part / self.staff_number) if self.staff_number else None

    @property
    def missing(self) -> int | None:
        """How many must still pass; 0 where the quota is met."""
        return None if self.owed is None else max(0, self.owed - self.passed)


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A unit on the participation report."""

    name: str
    block: str | None
    figures: ListFigures
    mean_score_hundredths: int | None
    standing: float | None


@dataclass(frozen=True, slots=True)
class OfficialData:
    """A list: of people, or (participation) of units. ``unit`` is None for the whole round. ``state`` tells how far
    the results were, so that a later check can say whether newer ones exist.
    """

    kind: ListKind
    contest: Contest
    round: Round
    unit: Unit | None
    made_at: datetime
    figures: ListFigures
    people: tuple[ListedPerson, ...] = ()
    units: tuple[ListedUnit, ...] = ()
    shows_units: bool = True
    """Whether people of more than one unit stand on it."""
    state: Mapping[str, object] = field(default_factory=dict)
    superior: str | None = None
    """The name of the unit above the one that the list is of."""
