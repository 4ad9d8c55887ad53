"""What another key changes for people: their attempts, and which of them is the best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from quiz_app.domain.contests import Round
from quiz_app.domain.results import is_passed, replace_score
from quiz_app.persistence.attempts.rescoring import NewScore, ScoredAttempt
from quiz_app.persistence.results import KeptResult
from quiz_app.persistence.session import Work
from quiz_app.services.key_corrections.papers import PaperScorer

PEOPLE_AT_ONCE = 100
"""Whose results one transaction changes: a finish of one of them waits for no more than that."""


class Standing(NamedTuple):
    """A best attempt, as far as it is told of."""

    attempt_id: int
    score_hundredths: int
    is_passed: bool
    unit_id: int | None


class PersonChange(NamedTuple):
    """A person of whom at least one attempt gets another score: each such attempt as it was stored with its new score,
    and the best attempt before and after.
    """

    account_id: int
    scores: list[tuple[ScoredAttempt, NewScore]]
    before: Standing
    after: Standing

    def figure_up(self) -> dict[str, int]:
        """The person as one of each kind of figure that is told."""
        before, after = self.before, self.after
        return {
            "people_changed": 1,
            "attempts_changed": len(self.scores),
            "rising": int(after.score_hundredths > before.score_hundredths),
            "falling": int(after.score_hundredths < before.score_hundredths),
            "passing": int(after.is_passed and not before.is_passed),
            "failing": int(before.is_passed and not after.is_passed),
        }


FIGURES = ("people_changed", "attempts_changed", "rising", "falling", "passing", "failing")
"""Of people by their best score, ``attempts_changed`` apart. ``passing``: pass now and did not; ``failing``: the other
way round."""


Scores = Mapping[int, tuple[ScoredAttempt, NewScore]]
"""By attempt id, an attempt as it was stored, and its other score."""


def score_anew(work: Work, round_: Round, attempts: Sequence[ScoredAttempt], scorer: PaperScorer) -> Scores:
    """Those of the attempts that get another score; what came without its paper is left out."""
    scores = {}
    order = round_.settings.rank_order
    for attempt in attempts:
        if attempt.paper is None or attempt.responses is None:
            continue
        score = scorer.score(work, attempt.paper, attempt.responses)
        if score.score_hundredths != attempt.score_hundredths or score.correct_count != attempt.correct_count:
            rank_key = replace_score(attempt.rank_key, score.score_hundredths, order)
            new = NewScore(attempt.attempt_id, score.correct_count, score.score_hundredths, rank_key)
            scores[attempt.attempt_id] = (attempt, new)
    return scores


def find_changes(
    round_: Round,
    attempts: Sequence[ScoredAttempt],
    scores: Scores,
    before: Mapping[int, KeptResult],
    after: Mapping[int, KeptResult] | None = None,
) -> list[PersonChange]:
    """The people with an attempt among ``scores``. ``attempts`` are all finished ones of each person, by person.

    ``before`` and ``after`` are the best results that are kept; without an ``after`` it is found from the attempts.
    """
    changes = []
    for account_id, found in groupby(attempts, key=attrgetter("account_id")):
        own = list(found)
        changed = [scores[attempt.attempt_id] for attempt in own if attempt.attempt_id in scores]
        kept = before.get(account_id)
        if changed and kept is not None:
            best = _to_standing(after[account_id]) if after is not None else _find_best(round_, own, scores)
            changes.append(PersonChange(account_id, changed, _to_standing(kept), best))
    return changes


def _find_best(round_: Round, attempts: Sequence[ScoredAttempt], scores: Scores) -> Standing:
    """Of equals the earlier one is kept, as at a finish."""
    now = [scores[attempt.attempt_id][1] if attempt.attempt_id in scores else attempt for attempt in attempts]
    best, attempt = min(zip(now, attempts, strict=True), key=lambda pair: (pair[0].rank_key, pair[1].attempt_id))
    return Standing(
        attempt.attempt_id,
        best.score_hundredths,
        is_passed(best.score_hundredths, round_.settings.cut_score_hundredths),
        attempt.unit_id,
    )


def _to_standing(kept: KeptResult) -> Standing:
    return Standing(kept.attempt_id, kept.score_hundredths, kept.is_passed, None)


def cut_batches(people: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, list[int]]]:
    """(round id, account ids) in batches, from (round id, account id, attempts) in this order."""
    for round_id, found in groupby(people, key=lambda person: person[0]):
        account_ids = [account_id for _, account_id, _ in found]
        for begin in range(0, len(account_ids), PEOPLE_AT_ONCE):
            yield round_id, account_ids[begin : begin + PEOPLE_AT_ONCE]
