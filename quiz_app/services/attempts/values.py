"""What a participant's pages show, as frozen values. No value here holds a key before the round's rules allow it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from question_bank.formatted_text import FormattedText
from question_bank.items import ItemKind, LegalSource
from question_bank.responses import Choice
from quiz_app.domain.attempts import Attempt
from quiz_app.domain.contests import Phase, Round
from quiz_app.domain.errors import Refusal
from quiz_app.domain.essays import EssayMark
from quiz_app.domain.receipts import Receipt
from quiz_app.persistence.attempts import AttemptLine, RecentScore
from quiz_app.persistence.attempts.standings import OpenAttempt
from quiz_app.persistence.results import BestResult
from quiz_app.services.attempts.feedback import Feedback
from quiz_app.services.attempts.key_views import KeyView


@dataclass(frozen=True, slots=True)
class HomeRound:
    """A round on the participant's home: where it stands and where the person stands in it."""

    round: Round
    contest_title: str
    phase: Phase
    is_demonstration: bool
    open_attempt: OpenAttempt | None
    best: BestResult | None
    refusal: Refusal | None
    """Why an attempt cannot be started now; None when it can."""
    shows_ranking: bool
    has_notices: bool = False
    """Whether notices of the round wait to be dismissed; on the home page only."""
    recent_scores: tuple[RecentScore, ...] = ()
    """The last finished attempts, the earliest first; on the home page only."""

    @property
    def must_retake(self) -> bool:
        """Below the cut score: the round must be taken again (source document 1). What is not ranked owes nothing."""
        return self.round.settings.is_ranked and self.best is not None and not self.best.is_passed


@dataclass(frozen=True, slots=True)
class StartPage:
    """What is said before the clock runs. ``is_time_cut`` tells that the close leaves less than the whole limit."""

    home: HomeRound
    slot_count: int
    deadline_if_started_now: datetime
    seconds_if_started_now: int
    is_time_cut: bool


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as it is shown: options in the attempt's own order; ``choice`` is the position chosen.

    A sequence number is 0 where nothing was saved. ``feedback`` is there for answered questions of practice rounds.
    """

    slot: int
    kind: ItemKind
    topic: str
    stem: FormattedText
    rows: tuple[FormattedText, ...]
    options: tuple[FormattedText, ...]
    choice: Choice | None
    sequence: int
    is_flagged: bool
    flag_sequence: int
    feedback: Feedback | None


@dataclass(frozen=True, slots=True)
class AttemptPage:
    """The paper of an attempt in progress."""

    attempt: Attempt
    round: Round
    questions: tuple[QuestionView, ...]
    time_left_ms: int
    server_ms: int
    """The server's clock when the page was made, in ms since 1970, UTC."""

    @property
    def limit_ms(self) -> int:
        """The time that this attempt was given, in ms: less than the round's limit if the round closes before."""
        return (self.attempt.deadline_at - self.attempt.started_at) // timedelta(milliseconds=1)

    @property
    def flagged(self) -> tuple[int, ...]:
        """Slots marked to be looked at again, from 0."""
        return tuple(question.slot for question in self.questions if question.is_flagged)

    @property
    def unanswered(self) -> tuple[int, ...]:
        """Slots without a response, from 0."""
        return tuple(question.slot for question in self.questions if question.choice is None)


@dataclass(frozen=True, slots=True)
class ReviewedQuestion:
    """A question after the attempt, with as much as may be shown now; what may not be shown is None."""

    slot: int
    kind: ItemKind
    topic: str
    stem: FormattedText
    rows: tuple[FormattedText, ...]
    options: tuple[FormattedText, ...]
    choice: Choice | None
    fraction: Fraction | None
    """What the response is worth, 0 to 1; None for an essay."""
    key: KeyView | None
    explanation: FormattedText | None
    source: LegalSource | None

    @property
    def is_right(self) -> bool:
        """Whether the response is worth everything."""
        return self.fraction == 1


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """How many of a topic's questions were right, and the sources to read where some were not."""

    name: str
    right: int
    total: int
    sources: tuple[LegalSource, ...]


@dataclass(frozen=True, slots=True)
class ResultPage:
    """A finished attempt beside the best one."""

    attempt: Attempt
    home: HomeRound
    is_passed: bool
    is_best: bool
    topics: tuple[TopicFigures, ...]
    questions: tuple[ReviewedQuestion, ...]
    receipt: Receipt
    late_count: int
    """Questions to which answers came after the end: kept on record, never counted."""
    history: tuple[AttemptLine, ...]
    """The last finished attempts of the round, the earliest first."""
    essay_marks: tuple[tuple[int, EssayMark], ...] = ()
    """Slot and mark of the essays that a person has marked. They are in no score."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A person's finished attempts in a round, the latest first; ``next_before`` is where the following page begins."""

    home: HomeRound
    lines: tuple[AttemptLine, ...]
    next_before: int | None
