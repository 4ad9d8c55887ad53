"""A judgement: an entry given to a judge, and the sheet that the judge fills in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from quiz_app.domain.errors import Refusal

Marks = Mapping[str, int]
"""Hundredths of a point by the code of the criterion; a criterion without a mark yet is not in it."""
Remarks = Mapping[str, str]
"""What the judge wrote beside a mark, by the code of the criterion."""

FIRST_STAGE, SECOND_STAGE = 1, 2
"""The judging of what was handed in; the day of presenting."""


class JudgementState(StrEnum):
    """Where a judgement stands."""

    GIVEN = "given"
    """The judge marks."""
    CONFIRMED = "confirmed"
    """It counts, and changes no more."""
    ABSTAINED = "abstained"
    """The judge does not judge this entry, with a reason."""
    CONFLICT = "conflict"
    """A conflict of interest became known. Marks that had been confirmed stay on record and do not count."""
    WITHDRAWN = "withdrawn"
    """An organiser took the entry back from the judge."""

    @property
    def is_active(self) -> bool:
        """Whether the judge works or has worked on it for the final mark."""
        return self in (JudgementState.GIVEN, JudgementState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A sheet as it stands. ``total_hundredths`` is set by the confirmation and taken away when the sheet is opened
    again: a judgement in conflict that has one had been confirmed before.
    """

    id: int
    entry_id: int
    judge_id: int
    judge_name: str
    panel_id: int | None
    stage: int
    entry_version: int
    is_further: bool
    state: JudgementState
    marks: Marks
    remarks: Remarks
    opinion: str
    total_hundredths: int | None
    sequence: int
    given_at: datetime
    saved_at: datetime | None
    confirmed_at: datetime | None

    @property
    def was_confirmed(self) -> bool:
        """Whether marks were confirmed that a conflict has put out of the count."""
        return self.state is JudgementState.CONFLICT and self.total_hundredths is not None


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """What is wrong in a sheet; ``message`` is an English message id, ``criterion`` a code of the rubric."""

    criterion: str
    message: str
    values: Mapping[str, Any]


class SheetIncomplete(Refusal):
    """The sheet cannot be confirmed yet; nothing was changed."""

    status = 422

    def __init__(self, problems: tuple[SheetProblem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems


class SheetConfirmed(Refusal):
    """The sheet is confirmed: only an organiser can open it again, with a reason."""


class SheetNotYours(Refusal):
    """The judge abstained, has a conflict, or the entry was taken back: there is nothing to mark any more."""


class SheetChanged(Refusal):
    """The sheet was saved elsewhere since this page was opened. ``sequence`` is that of what is stored."""

    def __init__(self, sequence: int) -> None:
        super().__init__(sequence)
        self.sequence = sequence


class MarkingClosed(Refusal):
    """Marks are no longer taken; ``closed_at`` is when that began."""

    status = 410

    def __init__(self, closed_at: datetime) -> None:
        super().__init__(closed_at)
        self.closed_at = closed_at


class JudgeInConflict(Refusal):
    """The judge may not judge this entry; ``judge`` and ``number`` name both."""

    def __init__(self, judge: str, number: int) -> None:
        super().__init__(judge, number)
        self.judge = judge
        self.number = number


class JudgingChanged(Refusal):
    """Somebody else has changed the marks, the judges or the shortlist since the page was opened."""


class NotJudged(Refusal):
    """The round has no rubric: its entries are registered and not judged."""

    status = 404
