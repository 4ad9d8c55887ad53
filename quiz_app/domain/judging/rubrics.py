"""How entries are judged, as data of the round: the rubric, and the rules by which marks become a place.

Marks are whole hundredths of a point, so that sums and comparisons are exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Averaging(StrEnum):
    """How the judges' totals become one; never their sum, since numbers of judges differ."""

    MEAN = "mean"
    MEDIAN = "median"


@dataclass(frozen=True, slots=True)
class Band:
    """What marks from ``from_hundredths`` on (up to the next band) mean, in words."""

    from_hundredths: int
    words: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """A part of the rubric. A mark below ``remark_below_hundredths`` (as a rule, half the maximum) needs a remark."""

    code: str
    title: str
    maximum_hundredths: int
    hint: str = ""
    weight: int = 1
    bands: tuple[Band, ...] = ()
    remark_below_hundredths: int = 0
    step_hundredths: int = 50
    """Marks are multiples of this."""


@dataclass(frozen=True, slots=True)
class Rubric:
    """Criteria in the order of the sheet."""

    title: str
    criteria: tuple[Criterion, ...]
    source: str = ""

    @property
    def maximum_hundredths(self) -> int:
        """The highest total, weights included."""
        return sum(each.maximum_hundredths * each.weight for each in self.criteria)

    def find(self, code: str) -> Criterion | None:
        """The criterion of this code."""
        return next((each for each in self.criteria if each.code == code), None)

    def __iter__(self) -> Iterator[Criterion]:
        """The criteria."""
        return iter(self.criteria)


@dataclass(frozen=True, slots=True)
class JudgingRules:
    """From marks to a ranking and a shortlist."""

    rubric: Rubric
    judges_per_entry: int = 2
    """At least so many confirm their marks before an entry has a final one."""
    is_blind: bool = True
    averaging: Averaging = Averaging.MEAN
    trims_extremes: bool = False
    """Whether the highest and the lowest total fall out, where four or more judges confirmed."""
    disagreement_hundredths: int | None = None
    """A difference between two judges' totals above this calls one judge more; None never."""
    pass_mark_hundredths: int = 0
    refuses_zero: bool = False
    """Whether a mean of 0 in any criterion keeps an entry from the shortlist and from prizes."""
    tie_breaks: tuple[str, ...] = ()
    """Codes of criteria whose means decide between equal marks, in this order; then the earlier hand-in."""
    shortlist_per_category: int = 5
    shows_others_marks: bool = False
    """Whether a judge sees the marks of the others, without names, once the own ones are confirmed."""
    shows_marks_to_entrants: bool = False
    """Whether entrants read the means of the criteria and the judges' remarks, without names, once results are
    published."""


@dataclass(frozen=True, slots=True)
class PresentationRules:
    """Round 2: who was shortlisted presents before the panel on one day."""

    rubric: Rubric
    talk_minutes: int = 8
    question_minutes: int = 10
    averaging: Averaging = Averaging.MEAN
    trims_extremes: bool = False
    first_weight: int = 50
    second_weight: int = 50
    """Weights of both rounds' marks, each taken as a share of its maximum."""
