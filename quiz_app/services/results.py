"""Rankings of people and units, the figures of units, and the results of a round computed anew from its attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from quiz_app.cache import Cache
from quiz_app.domain.contests import Phase, PredictionSubject, Round, compute_phase, may_see_ranking
from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_lead_unit, may_organise
from quiz_app.domain.results import RankedValues, UnitFigures, is_passed, make_rank_key
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import results as results_store
from quiz_app.persistence.columns import from_ms
from quiz_app.persistence.results import FinishedAttempt, RankingLine, RoundFigures, UnitLine
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.attempts.closing import close_overdue
from quiz_app.services.figures import list_unit_figures, read_round_figures

SETTLING = timedelta(seconds=30)
"""How long after the close an order is provisional: a start or a finish stamped before it may yet be committed."""
RANKING_PAGE = 50
"""People on one page of the ranking."""


@dataclass(frozen=True, slots=True)
class RankedPerson:
    """A place and who holds it."""

    place: int
    line: RankingLine


@dataclass(frozen=True, slots=True)
class RankedUnit:
    """A unit with its figures; ``place`` is None where no standing can be computed (no staff number)."""

    place: int | None
    line: UnitLine
    figures: UnitFigures


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


@dataclass(frozen=True, slots=True)
class UnitOverview:
    """A unit's figures in one round, for its lead."""

    round: Round
    phase: Phase
    line: UnitLine
    figures: UnitFigures


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
    units = _rank_units(list_unit_figures(cache, round_id)) if of_units else ()
    with reading() as work:
        round_ = contests_store.find_round(work, round_id) or round_
        people = (
            [] if of_units else results_store.list_ranking(work, round_id=round_id, skipped=skipped, most=RANKING_PAGE)
        )
    return RankingPage(
        round=round_,
        phase=phase,
        is_provisional=round_.finalised_at is None,
        of_units=of_units,
        people=tuple(RankedPerson(place, line) for place, line in enumerate(people, start=skipped + 1)),
        units=units,
        figures=figures,
        number=number,
        page_count=page_count,
    )


def _rank_units(lines: list[UnitLine]) -> tuple[RankedUnit, ...]:
    """Units by standing, equal ones at the same place; those without a standing follow by name, without a place."""
    pairs = [(line, _to_figures(line)) for line in lines]
    placed = sorted(
        ((line, figures) for line, figures in pairs if figures.standing is not None),
        key=lambda pair: (-(pair[1].standing or 0), pair[0].name),
    )
    unplaced = sorted(
        ((line, figures) for line, figures in pairs if figures.standing is None and figures.taken_part),
        key=lambda pair: pair[0].name,
    )
    ranked: list[RankedUnit] = []
    for number, (line, figures) in enumerate(placed, start=1):
        is_tied = bool(ranked) and ranked[-1].figures.standing == figures.standing
        ranked.append(RankedUnit(ranked[-1].place if is_tied else number, line, figures))
    return tuple(ranked + [RankedUnit(None, line, figures) for line, figures in unplaced])


def _to_figures(line: UnitLine) -> UnitFigures:
    return UnitFigures(line.staff_number, line.taken_part, line.passed, line.best_sum_hundredths)


def list_led_units(*, lead: Person, now: datetime) -> list[UnitOverview]:
    """The figures of the units that this person leads, in every round. Raises NotAllowed for anyone else."""
    if not may_lead_unit(lead):
        raise NotAllowed
    with reading() as work:
        return [
            UnitOverview(round_, compute_phase(round_.opens_at, round_.closes_at, now), line, _to_figures(line))
            for round_ in contests_store.list_rounds(work)
            for line in results_store.list_unit_figures(work, round_.id)
            if line.unit_id in lead.led_unit_ids
        ]


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
        if now < round_.closes_at + SETTLING or round_.finalised_at:
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
    settings = round_.settings
    ranked = []
    for attempt in attempts:
        distance = None
        if prediction_actual is not None and attempt.prediction is not None:
            distance = abs(attempt.prediction - prediction_actual)
        values = RankedValues(attempt.score_hundredths, attempt.elapsed_ms, from_ms(attempt.finished_at_ms), distance)
        ranked.append(
            (
                attempt,
                make_rank_key(values, settings.rank_order),
                is_passed(attempt.score_hundredths, settings.cut_score_hundredths),
            )
        )
    return ranked
