"""The order of both rounds together, its publication, and who reads what of it then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.contests import Contest
from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.rounds import InitiativeRound, RoundDecided
from quiz_app.domain.initiatives.states import EntryActor, EntryState
from quiz_app.domain.judging.aggregating import ConfirmedSheet, FinalMark, Shortcoming, aggregate
from quiz_app.domain.judging.combining import Finalist, FinalPlace, rank_finalists
from quiz_app.domain.judging.judgements import FIRST_STAGE, SECOND_STAGE, JudgementState
from quiz_app.domain.judging.prizes import NotReadyForPrizes, PrizesChanged, PrizesUndecided
from quiz_app.domain.judging.rubrics import JudgingRules, Rubric
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.judging import gallery as gallery_store
from quiz_app.persistence.judging import judged_entries as judged_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import prizes as prizes_store
from quiz_app.persistence.judging.judged_entries import JudgedLine
from quiz_app.persistence.judging.prizes import PrizeLine
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.initiatives.access import open_entry
from quiz_app.services.judging.access import open_round
from quiz_app.services.judging.standings import Standing, read_kept_standings, read_standings


@dataclass(frozen=True, slots=True)
class FinalOrder:
    """All entries with a final mark of round 1 in their final order."""

    places: tuple[FinalPlace, ...]
    entries: Mapping[int, JudgedLine]
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class PublicResults:
    """What everybody reads once results are published: prizes, and the marks of those who presented."""

    contest: Contest
    round: InitiativeRound
    prizes: tuple[PrizeLine, ...]
    presented: tuple[tuple[FinalPlace, JudgedLine], ...]
    has_gallery: bool


@dataclass(frozen=True, slots=True)
class StageFeedback:
    """What an entrant reads of one stage: the final mark, and remarks by criterion without names."""

    stage: int
    rubric: Rubric
    final: FinalMark
    remarks: Mapping[str, Sequence[str]]
    opinions: Sequence[str]


@dataclass(frozen=True, slots=True)
class OwnResult:
    """An entry's result as its writers and their department read it."""

    round: InitiativeRound
    place: FinalPlace | None
    prizes: tuple[PrizeLine, ...]
    stages: tuple[StageFeedback, ...]
    """Empty where the round does not show them."""


Second = Mapping[int, Sequence[ConfirmedSheet]]
_published: dict[tuple[int, datetime], FinalOrder] = {}
"""Orders that change no more: at the moment of publication everybody asks for the same one."""
MOST_KEPT = 4


def read_final_order(work: Work, round_: InitiativeRound, rules: JudgingRules) -> FinalOrder:
    """The order as of now, for decisions. Whoever nobody has marked in round 2 stands among those who did not present.

    Of a published round it is read once by each process, with the names that units had then.
    """
    if round_.published_at is None:
        return _make_order(round_, rules, read_standings(work, round_, rules), _read_second(work, round_))
    key = (round_.id, round_.published_at)
    known = _published.get(key)
    if known is None:
        if len(_published) >= MOST_KEPT:
            _published.clear()
        known = _make_order(round_, rules, read_standings(work, round_, rules), _read_second(work, round_))
        _published[key] = known
    return known


def read_kept_order(work: Work, round_: InitiativeRound, rules: JudgingRules) -> FinalOrder:
    """The same for pages: computed anew when an entry or a sheet has changed since the last one of this process."""
    if round_.published_at is not None:
        return read_final_order(work, round_, rules)
    kept = read_kept_standings(work, round_, rules)
    second = _read_second(work, round_)
    key = (round_.settings.presentation, second)
    known = kept.notes.get("order")
    if known is None or known[0] != key:
        known = kept.notes["order"] = (key, _make_order(round_, rules, kept.standings, second))
    order: FinalOrder = known[1]
    return order


def _read_second(work: Work, round_: InitiativeRound) -> Second:
    """The confirmed sheets of round 2 by entry."""
    second: dict[int, list[ConfirmedSheet]] = {}
    if round_.settings.presentation is not None:
        for sheet in judged_store.list_sheets(work, round_.id, SECOND_STAGE):
            if sheet.state is JudgementState.CONFIRMED:
                second.setdefault(sheet.entry_id, []).append(
                    ConfirmedSheet(sheet.judge_id, sheet.total or 0, sheet.marks)
                )
    return second


def _make_order(
    round_: InitiativeRound, rules: JudgingRules, standings: Sequence[Standing], second: Second
) -> FinalOrder:
    presentation = round_.settings.presentation
    finalists = []
    for standing in standings:
        if standing.final is None or Shortcoming.TOO_FEW_SHEETS in standing.shortcomings:
            continue
        mark = None
        if presentation is not None and standing.entry.state is not EntryState.ADMITTED:
            mark = aggregate(second.get(standing.entry.id, ()), presentation)
        finalists.append(
            Finalist(
                standing.entry.id,
                standing.entry.category,
                standing.entry.submitted_at,
                standing.final,
                mark,
                standing.shortcomings,
            )
        )
    return FinalOrder(
        places=rank_finalists(finalists, rules, presentation),
        entries={standing.entry.id: standing.entry for standing in standings},
        standings=tuple(standings),
    )


def are_marks_locked(round_: InitiativeRound) -> bool:
    """Whether no mark of any round can change any more."""
    if round_.judging_locked_at is None:
        return False
    return round_.settings.presentation is None or round_.presentation_locked_at is not None


def publish_results(*, organiser: Person, round_id: int, now: datetime) -> None:
    """Make the results public at this moment: prizes, order, and to entrants their own marks. Nothing changes then.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided (published already), NotReadyForPrizes, PrizesUndecided,
    PrizesChanged (an entry that was given a prize may have none any more: below the pass mark, or no final mark).
    """
    with transaction() as work:
        round_, rules = open_round(work, organiser, round_id, locks=True)
        if round_.published_at is not None:
            raise RoundDecided
        if not are_marks_locked(round_):
            raise NotReadyForPrizes
        prizes = prizes_store.list_prizes(work, round_id)
        if round_.settings.prizes and not prizes:
            raise PrizesUndecided
        if any(prize.decided_at is None for prize in prizes):
            raise PrizesUndecided
        order = read_final_order(work, round_, rules)
        able = {place.entry_id for place in order.places if not place.finalist.shortcomings}
        if any(prize.entry_id is not None and prize.entry_id not in able for prize in prizes):
            raise PrizesChanged
        rounds_store.set_moments(work, round_id, published_at=now, judging_locked_at=round_.judging_locked_at)
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="initiative_results_published",
            subject=("initiative_round", round_id),
            details={"prizes": len(prizes), "entries": len(order.places)},
        )


def view_public_results(*, round_id: int) -> PublicResults:
    """What everybody may read. Raises NotFound until the results are published."""
    with reading() as work:
        round_, contest = open_published(work, round_id)
        rules = round_.settings.judging
        if rules is None:
            raise NotFound
        presented: tuple[tuple[FinalPlace, JudgedLine], ...] = ()
        if round_.settings.presentation is not None:
            order = read_final_order(work, round_, rules)
            presented = tuple(
                (place, order.entries[place.entry_id]) for place in order.places if place.finalist.second is not None
            )
        prizes = tuple(prizes_store.list_prizes(work, round_id))
        has_gallery = gallery_store.has_public(work, round_id)
    return PublicResults(contest, round_, prizes, presented, has_gallery)


def list_published_rounds() -> list[InitiativeRound]:
    """Rounds whose results everybody may read, the newest contest first."""
    with reading() as work:
        return [round_ for round_ in rounds_store.list_rounds(work) if round_.published_at is not None]


def view_own_result(*, person: Person, entry_id: int) -> OwnResult | None:
    """The result of an entry for those who have to do with it; None until results are published, and for an entry
    that was not judged. Raises NotFound.
    """
    with reading() as work:
        access = open_entry(work, person, entry_id)
        round_ = access.round
        rules = round_.settings.judging
        if round_.published_at is None or rules is None or not access.entry.state.is_in_contest:
            return None
        order = read_final_order(work, round_, rules)
        place = next((each for each in order.places if each.entry_id == entry_id), None)
        prizes = tuple(prizes_store.list_prizes_of_entry(work, entry_id))
        stages: list[StageFeedback] = []
        is_shown = rules.shows_marks_to_entrants or EntryActor.ORGANISER in access.actors
        if is_shown and place is not None:
            for stage, rubric, final in _list_stages(round_, rules, place):
                stages.append(_make_feedback(work, entry_id, stage, rubric, final))
    return OwnResult(round_, place, prizes, tuple(stages))


def open_published(work: Work, round_id: int) -> tuple[InitiativeRound, Contest]:
    """A round whose results are published, with its contest. Raises NotFound."""
    round_ = rounds_store.find_round(work, round_id)
    if round_ is None or round_.published_at is None:
        raise NotFound
    return round_, find_contest(work, round_)


def find_contest(work: Work, round_: InitiativeRound) -> Contest:
    """The contest that a round belongs to."""
    return next(each for each in contests_store.list_contests(work) if each.id == round_.contest_id)


def _list_stages(
    round_: InitiativeRound, rules: JudgingRules, place: FinalPlace
) -> list[tuple[int, Rubric, FinalMark]]:
    stages = [(FIRST_STAGE, rules.rubric, place.finalist.first)]
    if round_.settings.presentation is not None and place.finalist.second is not None:
        stages.append((SECOND_STAGE, round_.settings.presentation.rubric, place.finalist.second))
    return stages


def _make_feedback(work: Work, entry_id: int, stage: int, rubric: Rubric, final: FinalMark) -> StageFeedback:
    """Remarks in the order of their texts: nobody can tell from their order who wrote them."""
    sheets = [
        sheet
        for sheet in judgements_store.list_judgements(work, entry_id, stage)
        if sheet.state is JudgementState.CONFIRMED
    ]
    remarks = {
        criterion.code: sorted(text for sheet in sheets if (text := sheet.remarks.get(criterion.code, "")))
        for criterion in rubric
    }
    return StageFeedback(stage, rubric, final, remarks, sorted(sheet.opinion for sheet in sheets if sheet.opinion))
