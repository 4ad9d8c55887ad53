"""The day of presenting: in which order, and the clock of each turn."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from quiz_app.domain.errors import Refusal
from quiz_app.domain.judging.rubrics import PresentationRules


class TurnPhase(StrEnum):
    """Where a turn stands."""

    WAITING = "waiting"
    TALK = "talk"
    QUESTIONS = "questions"
    ENDED = "ended"


class TurnAction(StrEnum):
    """What an organiser does with the clock."""

    START = "start"
    ASK = "ask"
    """The talk is over, the judges ask."""
    END = "end"
    RESET = "reset"
    """The turn begins anew, with a reason: a projector that failed, the wrong entry called."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An entry's place in the order, from 1, and its clock."""

    entry_id: int
    place: int
    talk_started_at: datetime | None = None
    questions_started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def phase(self) -> TurnPhase:
        """Where the turn stands."""
        if self.ended_at is not None:
            return TurnPhase.ENDED
        if self.questions_started_at is not None:
            return TurnPhase.QUESTIONS
        return TurnPhase.WAITING if self.talk_started_at is None else TurnPhase.TALK

    @property
    def is_running(self) -> bool:
        """Whether its clock runs."""
        return self.phase in (TurnPhase.TALK, TurnPhase.QUESTIONS)


@dataclass(frozen=True, slots=True)
class Draw:
    """A drawing of lots. ``entry_ids`` in the order that came out of ``seed``."""

    seed: str
    entry_ids: tuple[int, ...]
    reason: str
    made_by: str
    made_at: datetime


class TurnMoved(Refusal):
    """The clock stands elsewhere than on the page: somebody else has pressed a button, or another turn is running."""


class DrawOver(Refusal):
    """The first talk has begun: the order stays."""


class NothingToDraw(Refusal):
    """Nobody is on the shortlist, or the round has no day of presenting."""


def draw_order(seed: str, codes: Mapping[int, str]) -> tuple[int, ...]:
    """The entries (by id, with their codes) in the order that the seed gives them: that of SHA-256 of "seed:code".

    Whoever knows the seed and the codes can compute the order again with any tool.
    """
    return tuple(sorted(codes, key=lambda entry_id: (digest_lot(seed, codes[entry_id]), entry_id)))


def digest_lot(seed: str, code: str) -> str:
    """What an entry's place is drawn by, in hexadecimal."""
    return hashlib.sha256(f"{seed}:{code}".encode()).hexdigest()


def find_end(turn: Turn, rules: PresentationRules) -> datetime | None:
    """When the time of the talk, or of the questions, is over; None where no clock runs."""
    if turn.phase is TurnPhase.TALK and turn.talk_started_at is not None:
        return turn.talk_started_at + timedelta(minutes=rules.talk_minutes)
    if turn.phase is TurnPhase.QUESTIONS and turn.questions_started_at is not None:
        return turn.questions_started_at + timedelta(minutes=rules.question_minutes)
    return None


def ensure_action(turn: Turn, action: TurnAction, turns: Sequence[Turn]) -> None:
    """Raise TurnMoved unless the turn, among all ``turns``, can take this action now."""
    fitting = {
        TurnAction.START: (TurnPhase.WAITING,),
        TurnAction.ASK: (TurnPhase.TALK,),
        TurnAction.END: (TurnPhase.TALK, TurnPhase.QUESTIONS),
        TurnAction.RESET: (TurnPhase.TALK, TurnPhase.QUESTIONS, TurnPhase.ENDED),
    }[action]
    if turn.phase not in fitting:
        raise TurnMoved
    if action is TurnAction.START and any(each.is_running for each in turns):
        raise TurnMoved
