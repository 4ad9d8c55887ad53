"""Attempts: their deadline, their responses, and how one ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from question_bank.assembly import Slot
from question_bank.responses import LONGEST_ESSAY, Choice, fits_form
from quiz_app.domain.contests import Round
from quiz_app.domain.errors import InvalidInput, UnknownChoice

LARGEST_SEQUENCE = 2**53 - 1
"""The largest whole number that a browser keeps exactly."""
LARGEST_PREDICTION = 1_000_000_000
LARGEST_POSITION = 9999
"""Beyond any slot or option of a paper, and well within what a database computes with."""


class AttemptState(StrEnum):
    """A voided attempt stays on record and counts for nothing."""

    IN_PROGRESS = "in_progress"
    FINISHED = "finished"
    VOIDED = "voided"


class ClosedBy(StrEnum):
    """Who ended the attempt."""

    PARTICIPANT = "participant"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Response:
    """What was given for a slot (None: cleared), its sequence number, and when it was saved, in ms after the start."""

    sequence: int
    choice: Choice | None
    saved_ms: int


@dataclass(frozen=True, slots=True)
class Flag:
    """Whether a slot is marked to be looked at again; it never counts. The rest is as in a response."""

    sequence: int
    is_flagged: bool
    saved_ms: int


@dataclass(frozen=True, slots=True)
class ResponseChange:
    """A response as it arrives: without a sequence number, the moment of arrival orders it (plain forms).

    A flag is a change too: ``is_flag``, with 1 for set and 0 for taken away as its choice. Responses and flags of a
    slot have sequence numbers of their own.
    """

    slot: int
    choice: Choice | None
    sequence: int
    is_flag: bool = False


@dataclass(frozen=True, slots=True)
class PredictionChange:
    """A guess as it arrives. Its sequence number orders it as a response's does: an older one changes nothing."""

    value: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sitting of one paper."""

    id: int
    round_id: int
    account_id: int
    unit_id: int | None
    ordinal: int
    state: AttemptState
    started_at: datetime
    deadline_at: datetime
    accepts_until_at: datetime
    paper: tuple[Slot, ...]
    responses: Mapping[int, Response]
    flags: Mapping[int, Flag] = field(default_factory=dict)
    prediction: int | None = None
    prediction_sequence: int = 0
    finished_at: datetime | None = None
    closed_by: ClosedBy | None = None
    elapsed_ms: int | None = None
    correct_count: int | None = None
    score_hundredths: int | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Whether nobody finished it in time, so that it must be closed as it stands."""
        return self.state is AttemptState.IN_PROGRESS and now > self.accepts_until_at

    @property
    def answered_count(self) -> int:
        """How many slots have a choice now; one that was cleared has none."""
        return sum(response.choice is not None for response in self.responses.values())


@dataclass(frozen=True, slots=True)
class Ending:
    """How and when an attempt ended; ``elapsed_ms`` is server time, and never more than the time that was given."""

    finished_at: datetime
    elapsed_ms: int
    closed_by: ClosedBy


def compute_deadline(round_: Round, started_at: datetime) -> datetime:
    """The earlier of start + limit and the closing moment (source document 1: "the software locks automatically")."""
    return min(started_at + timedelta(seconds=round_.settings.time_limit_seconds), round_.closes_at)


def end_attempt(attempt: Attempt, now: datetime) -> Ending:
    """The ending of an attempt in progress that is finished or found overdue now.

    ``finished_at`` is never after the deadline: an attempt found overdue a day later ended at its deadline. Nor is it
    before the start, though the server's clock may have been set back since.
    """
    finished_at = max(attempt.started_at, min(now, attempt.deadline_at))
    by_deadline = now > attempt.deadline_at
    return Ending(
        finished_at=finished_at,
        elapsed_ms=(finished_at - attempt.started_at) // timedelta(milliseconds=1),
        closed_by=ClosedBy.DEADLINE if by_deadline else ClosedBy.PARTICIPANT,
    )


def make_shape(paper: tuple[Slot, ...]) -> str:
    """The forms of the slots, one after the other: what a save is checked against without reading the paper."""
    return "".join(slot.form for slot in paper)


def check_change(change: ResponseChange) -> None:
    """Raise InvalidInput or UnknownChoice for a change that no paper could take."""
    if not 0 <= change.sequence <= LARGEST_SEQUENCE:
        raise InvalidInput("The sequence number is out of range.")
    if not 0 <= change.slot <= LARGEST_POSITION or not _is_possible(change.choice):
        raise UnknownChoice
    if change.is_flag and change.choice not in (0, 1):
        raise InvalidInput("A flag is set or not set.")


def check_prediction(prediction: PredictionChange) -> None:
    """Raise InvalidInput for a guess that no round could take."""
    if not 0 <= prediction.value <= LARGEST_PREDICTION:
        raise InvalidInput("The prediction is a whole number from 0 to 1,000,000,000.")
    if not 0 <= prediction.sequence <= LARGEST_SEQUENCE:
        raise InvalidInput("The sequence number is out of range.")


def _is_possible(choice: Choice | None) -> bool:
    """Whether any paper could take the choice."""
    if choice is None:
        return True
    if isinstance(choice, str):
        return len(choice) <= LONGEST_ESSAY and "\0" not in choice
    positions = (choice,) if isinstance(choice, int) else choice
    return len(positions) <= LARGEST_POSITION and all(
        position is None or 0 <= position <= LARGEST_POSITION for position in positions
    )


def fits_paper(change: ResponseChange, paper: tuple[Slot, ...]) -> bool:
    """Whether the paper has this slot, and the slot this option."""
    if not 0 <= change.slot < len(paper):
        return False
    return change.is_flag or change.choice is None or fits_form(change.choice, paper[change.slot].form)


def find_late_responses(attempt: Attempt, changes: Sequence[ResponseChange]) -> list[ResponseChange]:
    """The responses among changes that came after the end which say something else than what was saved in time.

    A packet sent again because its acknowledgement was lost says nothing new, and a flag is no answer.
    """
    late = []
    for change in changes:
        if change.is_flag or not fits_paper(change, attempt.paper):
            continue
        saved = attempt.responses.get(change.slot)
        if saved is not None and (change.sequence <= saved.sequence or change.choice == saved.choice):
            continue
        late.append(change)
    return late
