"""Contests and rounds: settings, phases, and who may start an attempt when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from question_bank.blueprint import ExamBlueprint
from quiz_app.domain.errors import (
    AttemptLimitReached,
    PauseNotOver,
    PersonExcluded,
    RoundClosed,
    RoundNotOpen,
)
from quiz_app.domain.people import Role


class Phase(StrEnum):
    """Where a round stands at a moment."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"


class RegimeKind(StrEnum):
    """How often a person may sit the round."""

    UNLIMITED = "unlimited"
    LIMITED = "limited"
    PER_WEEK = "per_week"


@dataclass(frozen=True, slots=True)
class AttemptRegime:
    """Unlimited; at most ``limit`` in the round; or at most ``limit`` a week (Monday to Sunday in the contest's
    zone).
    """

    kind: RegimeKind
    limit: int = 0


class RankCriterion(StrEnum):
    """What puts one result before another, in the order that the round states."""

    SCORE = "score"
    ELAPSED = "elapsed"
    FINISHED_AT = "finished_at"
    PREDICTION = "prediction"


class Reveal(StrEnum):
    """How much of a finished attempt its person sees, the least first."""

    SCORE = "score"
    TOPICS = "topics"
    """Right and total per topic with what to read, but not which question: unlimited retakes must not give the bank
    away.
    """
    RIGHT_OR_WRONG = "right_or_wrong"
    KEY_AND_EXPLANATION = "key_and_explanation"


class PredictionSubject(StrEnum):
    """What a prediction question asks for, always in people and never in attempts."""

    PEOPLE_ALL_RIGHT = "people_all_right"
    PEOPLE_TAKEN_PART = "people_taken_part"


@dataclass(frozen=True, slots=True)
class UnitRankingRule:
    """What puts one unit before another. Without weights: the rate of participation times the mean best score (Hải
    Dương 2024, Huế 2025). With weights: both as shares of what can be reached, weighted, on the scale of the round (a
    composite of 40 and 60 was used in 2020).
    """

    participation_weight: int = 0
    score_weight: int = 0
    is_by_block: bool = False
    """Whether each block of units has places of its own."""
    floor_percent: int = 0
    """Units in which a smaller share of the staff took part have no place."""

    @property
    def is_weighted(self) -> bool:
        """Whether weights were given."""
        return bool(self.participation_weight or self.score_weight)


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """The rules of a round. Durations in seconds, scores in hundredths of a point."""

    blueprint: ExamBlueprint
    time_limit_seconds: int
    regime: AttemptRegime
    pause_seconds: int
    scale_hundredths: int
    cut_score_hundredths: int
    rank_order: tuple[RankCriterion, ...]
    reveal_after_attempt: Reveal
    reveal_after_close: Reveal
    prediction: PredictionSubject | None = None
    is_ranked: bool = True
    is_ranking_public: bool = True
    shows_provisional_ranking: bool = False
    transport_grace_seconds: int = 5
    """How long after the deadline a response is still taken that was given before it; never shown, never scored as
    time.
    """
    gives_certificate: bool = False
    """Whether whoever has passed may download a certificate."""
    reveal_during_attempt: bool = False
    """A practice round: key and explanation after each answer. Only outside the ranking."""
    unit_ranking: UnitRankingRule = UnitRankingRule()
    prize_places: int = 10
    """How many people of the ranking stand on the list of prizes."""
    excluded_roles: frozenset[Role] = field(
        default_factory=lambda: frozenset({Role.ORGANISER, Role.JUDGE, Role.ADMINISTRATOR})
    )


@dataclass(frozen=True, slots=True)
class Round:
    """A timed part of a contest. The window is ``opens_at <= now < closes_at``."""

    id: int
    contest_id: int
    code: str
    title: str
    opens_at: datetime
    closes_at: datetime
    bank_id: int
    zone: ZoneInfo
    settings: RoundSettings
    version: int
    finalised_at: datetime | None = None
    extended_until: datetime | None = None
    """The latest close that was granted to a unit or a person (``domain.exceptions``)."""

    @property
    def ends_at(self) -> datetime:
        """When the round is over for everyone: keys are not shown, and nothing is final, before."""
        return max(self.closes_at, self.extended_until or self.closes_at)


@dataclass(frozen=True, slots=True)
class Contest:
    """The event as a whole."""

    id: int
    code: str
    title: str
    organiser: str
    summary: str
    rules: tuple[str, ...]
    zone: ZoneInfo
    is_demonstration: bool
    allows_registration: bool = False
    """Whether people who are on no list may ask to join, to be approved by the lead of the unit that they choose."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person has done in a round so far, as far as starting again depends on it.

    A voided attempt is as if it had never been started: it uses up no try, whatever the reason was.
    """

    is_excluded: bool
    attempt_count: int
    last_finished_at: datetime | None
    limiting_started_at: datetime | None
    """When the attempt was started that is ``regime.limit`` counted attempts back; None when there are fewer."""


def compute_phase(opens_at: datetime, closes_at: datetime, now: datetime) -> Phase:
    """Upcoming before ``opens_at``; open from that very moment; closed from ``closes_at`` on."""
    if now < opens_at:
        return Phase.UPCOMING
    return Phase.OPEN if now < closes_at else Phase.CLOSED


def ensure_may_start(round_: Round, standing: Standing, now: datetime) -> None:
    """Raise the Refusal that keeps this person from starting an attempt now, if there is one."""
    if standing.is_excluded:
        raise PersonExcluded
    phase = compute_phase(round_.opens_at, round_.closes_at, now)
    if phase is Phase.UPCOMING:
        raise RoundNotOpen(round_.opens_at)
    if phase is Phase.CLOSED:
        raise RoundClosed(round_.closes_at)
    _ensure_attempt_left(round_, standing, now)
    if standing.last_finished_at is not None:
        next_at = standing.last_finished_at + timedelta(seconds=round_.settings.pause_seconds)
        if now < next_at:
            raise PauseNotOver(next_at)


def _ensure_attempt_left(round_: Round, standing: Standing, now: datetime) -> None:
    regime = round_.settings.regime
    if regime.kind is RegimeKind.LIMITED and standing.attempt_count >= regime.limit:
        raise AttemptLimitReached(regime.limit, None)
    if regime.kind is RegimeKind.PER_WEEK and standing.limiting_started_at is not None:
        week_start = compute_week_start(now, round_.zone)
        if standing.limiting_started_at >= week_start:
            # Seven days by the calendar of the zone: 168 hours after a moment may still be the same week.
            next_at = week_start + timedelta(days=7)
            raise AttemptLimitReached(regime.limit, next_at if next_at < round_.closes_at else None)


def compute_week_start(moment: datetime, zone: ZoneInfo) -> datetime:
    """Monday 00:00 of the moment's week, by the calendar of the zone (a week with a clock change is not 168 hours)."""
    local = moment.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    return datetime(monday.year, monday.month, monday.day, tzinfo=zone)


def find_reveal(round_: Round, now: datetime) -> Reveal:
    """What a finished attempt shows now: no more than during the round while somebody still has the window open."""
    is_closed = compute_phase(round_.opens_at, round_.ends_at, now) is Phase.CLOSED
    return round_.settings.reveal_after_close if is_closed else round_.settings.reveal_after_attempt


def is_practice(round_: Round) -> bool:
    """Whether an answered question shows its key at once; never in a ranked round, whatever its settings say."""
    return round_.settings.reveal_during_attempt and not round_.settings.is_ranked


def may_see_ranking(round_: Round, now: datetime) -> bool:
    """After the close where the round is ranked; before it only if the organiser allows a provisional one."""
    settings = round_.settings
    if not (settings.is_ranked and settings.is_ranking_public):
        return False
    return settings.shows_provisional_ranking or compute_phase(round_.opens_at, round_.closes_at, now) is Phase.CLOSED
