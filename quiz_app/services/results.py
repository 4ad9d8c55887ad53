"""Rankings of people and units, the figures of units, and the results of a round computed anew from its attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from quiz_app.cache import Cache
from quiz_app.domain.contests import Phase, PredictionSubject, RankCriterion, Round, compute_phase, may_see_ranking
from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.domain.results import RankedValues, find_deciding, is_passed, make_rank_key
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import results as results_store
from quiz_app.persistence.columns import from_ms
from quiz_app.persistence.replica import reading_from_replica
from quiz_app.persistence.results import FinishedAttempt, RankingLine, RoundFigures
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.attempts.closing import close_overdue
from quiz_app.services.figures import list_unit_figures, read_round_figures
from quiz_app.services.unit_rankings import RankedUnit, rank_units

SETTLING = timedelta(seconds=30)
"""How long after the close an order is provisional: a start or a finish stamped before it may yet be committed."""
RANKING_PAGE = 50
"""People on one page of the ranking."""


@dataclass(frozen=True, slots=True)
class RankedPerson:
    """A place and who holds it. ``decided_by`` is what put the person behind the line above; None where they share a
    place, and on the first line of a page.
    """

    place: int
    line: RankingLine
    decided_by: RankCriterion | None
    is_tied: bool
    """Whether the line above, or the end of the page before, has the same place."""

    @property
    def needs_explanation(self) -> bool:
        """Whether the score alone does not say why the person stands behind the line above."""
        return self.is_tied or self.decided_by not in (None, RankCriterion.SCORE)


@dataclass(frozen=True, slots=True)
class RankingPage:
    """A page of the ranking. ``is_provisional`` until the round is closed and its last attempts are scored."""

    round: Round
    phase: Phase
    is_provisional: bool
    of_units: bool
    people: tuple[RankedPerson, ...]
    units: tuple[RankedUnit, ...]
    figures: RoundFigures
    number: int
    page_count: int


def view_ranking(
    *, viewer: Person | None, round_id: int, of_units: bool, number: int, cache: Cache, now: datetime
) -> RankingPage:
    """A page of the ranking of people (50 a page) or of all units.

    Raises NotFound, or NotAllowed where the rules of the round do not show the ranking to this viewer now.
    """
    with reading() as work:
        round_ = contests_store.find_round(work, round_id)
    if round_ is None:
        raise NotFound
    if not may_see_ranking(round_, now) and not (viewer and may_organise(viewer)):
        raise NotAllowed
    phase = compute_phase(round_.opens_at, round_.closes_at, now)
    if phase is Phase.CLOSED and round_.finalised_at is None:
        finalise_round(round_id=round_id, now=now)
    figures = read_round_figures(cache, round_id)
    page_count = max(1, -(-figures.people // RANKING_PAGE))
    number = min(max(1, number), page_count)
    skipped = (number - 1) * RANKING_PAGE
    units = rank_units(list_unit_figures(cache, round_id), round_.settings) if of_units else ()
    with reading_from_replica() as work:
        round_ = contests_store.find_round(work, round_id) or round_
        people = (
            [] if of_units else results_store.list_ranking(work, round_id=round_id, skipped=skipped, most=RANKING_PAGE)
        )
        before = results_store.count_better(work, round_id, people[0].rank_key) if people and skipped else 0
    return RankingPage(
        round=round_,
        phase=phase,
        is_provisional=round_.finalised_at is None,
        of_units=of_units,
        people=place_people(people, skipped=skipped, before=before, order=round_.settings.rank_order),
        units=units,
        figures=figures,
        number=number,
        page_count=page_count,
    )


def place_people(
    lines: list[RankingLine], *, skipped: int, before: int, order: tuple[RankCriterion, ...]
) -> tuple[RankedPerson, ...]:
    """The lines of a page with their places; people equal in everything have the same one.

    ``before`` is how many people of the round are better than the first line: fewer than the ``skipped`` ones where
    its place began on an earlier page.
    """
    ranked: list[RankedPerson] = []
    for number, line in enumerate(lines):
        if number == 0:
            ranked.append(RankedPerson(before + 1, line, None, before < skipped))
            continue
        above = ranked[-1]
        decided_by = find_deciding(above.line.rank_key, line.rank_key, order)
        place = above.place if decided_by is None else skipped + number + 1
        ranked.append(RankedPerson(place, line, decided_by, decided_by is None))
    return tuple(ranked)


def finalise_round(*, round_id: int, now: datetime) -> bool:
    """After the close: score what was left open, find the true number of the prediction question, and fix the order.

    False, with nothing done, while the round is open, while attempts may still arrive, or when it was done before.
    The prediction counts people, never attempts: with retakes one person would be counted many times.
    """
    close_overdue(now=now)
    with transaction() as work:
        round_ = contests_store.lock_round(work, round_id)
        if round_ is None:
            raise NotFound
        if now < round_.ends_at + SETTLING or round_.finalised_at:
            return False
        if results_store.count_open(work, round_id):
            return False
        actual = None
        subject = round_.settings.prediction
        if subject is not None:
            attempts = results_store.list_finished(work, round_id)
            actual = _count_predicted(attempts, subject, round_.settings.blueprint.size)
            results_store.replace_results(work, round_id, _rank_again(attempts, round_, actual))
        contests_store.mark_finalised(work, round_id=round_id, now=now, prediction_actual=actual)
        audit.add_entry(
            work,
            now=now,
            actor_id=None,
            action="round_finalised",
            subject=("round", round_id),
            details={"prediction_actual": actual},
        )
    return True


def recompute_results(*, round_id: int, now: datetime, actor_id: int | None) -> int:
    """Compute the best results of a round anew from its finished attempts; how many people have one.

    The answer must be what is kept already: tests and operators use it as a proof.
    """
    with transaction() as work:
        round_ = contests_store.lock_round(work, round_id)
        if round_ is None:
            raise NotFound
        # First, because it waits for every finish under way: read before it, those attempts would be missing.
        results_store.delete_results(work, round_id)
        attempts = results_store.list_finished(work, round_id)
        actual = contests_store.find_prediction_actual(work, round_id)
        rows = _rank_again(attempts, round_, actual)
        count = results_store.replace_results(work, round_id, rows)
        audit.add_entry(
            work, now=now, actor_id=actor_id, action="results_recomputed", subject=("round", round_id),
            details={"people": count},
        )  # fmt: skip
    return count


def _count_predicted(attempts: list[FinishedAttempt], subject: PredictionSubject, slot_count: int) -> int:
    if subject is PredictionSubject.PEOPLE_ALL_RIGHT:
        return len({attempt.account_id for attempt in attempts if attempt.correct_count == slot_count})
    return len({attempt.account_id for attempt in attempts})


def _rank_again(
    attempts: list[FinishedAttempt], round_: Round, prediction_actual: int | None
) -> list[tuple[FinishedAttempt, str, bool]]:
    """Each attempt with its rank key, now that the prediction can be compared, and whether it passed."""
    return [(attempt, *rank_attempt(attempt, round_, prediction_actual)) for attempt in attempts]


def rank_attempt(attempt: FinishedAttempt, round_: Round, prediction_actual: int | None) -> tuple[str, bool]:
    """The rank key of a finished attempt, and whether it passed. ``prediction_actual`` is None until it is known."""
    settings, distance = round_.settings, None
    if prediction_actual is not None and attempt.prediction is not None:
        distance = abs(attempt.prediction - prediction_actual)
    values = RankedValues(attempt.score_hundredths, attempt.elapsed_ms, from_ms(attempt.finished_at_ms), distance)
    return (
        make_rank_key(values, settings.rank_order),
        is_passed(attempt.score_hundredths, settings.cut_score_hundredths),
    )


def count_prediction_again(*, round_id: int) -> bool:
    """Where the true number of a final round's prediction question was changed by other scores: store it, and order
    everybody by it. Whether it was another one. Raises NotFound.
    """
    with transaction() as work:
        round_ = contests_store.lock_round(work, round_id)
        if round_ is None:
            raise NotFound
        subject = round_.settings.prediction
        if subject is None or round_.finalised_at is None:
            return False
        attempts = results_store.list_finished(work, round_id)
        actual = _count_predicted(attempts, subject, round_.settings.blueprint.size)
        if actual == contests_store.find_prediction_actual(work, round_id):
            return False
        contests_store.set_prediction_actual(work, round_id=round_id, actual=actual)
        results_store.replace_results(work, round_id, _rank_again(attempts, round_, actual))
    return True
