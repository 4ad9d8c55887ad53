"""Contests as the public sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quiz_app.cache import Cache
from quiz_app.domain.contests import Contest, Phase, Round, compute_phase, may_see_ranking
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence.results import RoundFigures
from quiz_app.persistence.session import reading
from quiz_app.services.figures import read_round_figures


@dataclass(frozen=True, slots=True)
class PublicRound:
    """A round, where it stands, and its figures of some seconds ago."""

    round: Round
    phase: Phase
    figures: RoundFigures
    shows_ranking: bool


@dataclass(frozen=True, slots=True)
class PublicContest:
    """A contest with its rounds in order."""

    contest: Contest
    rounds: tuple[PublicRound, ...]


def list_public_contests(*, cache: Cache, now: datetime) -> list[PublicContest]:
    """All contests, the newest first."""
    with reading() as work:
        contests = contests_store.list_contests(work)
        rounds = contests_store.list_rounds(work)
    return [
        PublicContest(
            contest,
            tuple(
                PublicRound(
                    round=round_,
                    phase=compute_phase(round_.opens_at, round_.closes_at, now),
                    figures=read_round_figures(cache, round_.id),
                    shows_ranking=may_see_ranking(round_, now),
                )
                for round_ in rounds
                if round_.contest_id == contest.id
            ),
        )
        for contest in contests
    ]


def has_contests() -> bool:
    """Whether anything has been loaded yet."""
    with reading() as work:
        return bool(contests_store.list_contests(work))
