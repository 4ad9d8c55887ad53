"""The order of units by the knowledge rounds and the initiative round together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from quiz_app.domain.contests import Round
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.aggregating import Shortcoming
from quiz_app.domain.judging.judgements import NotJudged
from quiz_app.domain.judging.rubrics import JudgingRules
from quiz_app.domain.judging.unit_ranking import PlacedUnit, UnitResult, find_knowledge_share, find_mean, rank_units
from quiz_app.domain.people import Person
from quiz_app.domain.results import UnitFigures
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import results as results_store
from quiz_app.persistence.session import Work, reading, single_write
from quiz_app.services.judging.access import open_round
from quiz_app.services.judging.standings import Standing, read_kept_standings, read_standings


@dataclass(frozen=True, slots=True)
class UnitRankingPage:
    """The order of units, and of which knowledge rounds it is made."""

    round: InitiativeRound
    rules: JudgingRules
    knowledge_rounds: tuple[str, ...]
    units: tuple[PlacedUnit, ...]
    is_provisional: bool

    @property
    def blocks(self) -> list[str]:
        """The blocks in which units stand, by name; none where the contest has no blocks."""
        return sorted({each.result.block for each in self.units if each.result.block})


def view_unit_ranking(*, organiser: Person, round_id: int) -> UnitRankingPage:
    """The order as of now. Raises NotAllowed, NotFound, NotJudged (also where the round has no weights for it)."""
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        if not _has_weights(round_):
            raise NotJudged
        return _make_page(work, round_, rules, read_kept_standings(work, round_, rules).standings)


def export_unit_ranking(*, organiser: Person, round_id: int, now: datetime) -> UnitRankingPage:
    """The same for a file, which is written down."""
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        if not _has_weights(round_):
            raise NotJudged
        page = _make_page(work, round_, rules, read_standings(work, round_, rules))
    with single_write() as work:
        audit.add_entry(
            work, now=now, actor_id=organiser.id, action="unit_ranking_exported", subject=("initiative_round", round_id)
        )
    return page


def rank_contest_units(
    work: Work, round_: InitiativeRound, rules: JudgingRules, standings: Iterable[Standing]
) -> tuple[PlacedUnit, ...]:
    """Units by the weights of the round; nothing where it has none.

    Knowledge: the mean over the ranked rounds of the contest. Initiatives: the best mark of round 1 of the unit's own
    entries, so that nobody loses by handing in one more.
    """
    if not _has_weights(round_):
        return ()
    best: dict[int, tuple[int, int]] = {}
    counts: dict[int, int] = {}
    names: dict[int, tuple[str, str | None]] = {}
    for standing in standings:
        unit_id = standing.entry.unit_id
        names.setdefault(unit_id, (standing.entry.unit_name, None))
        if standing.final is None or Shortcoming.TOO_FEW_SHEETS in standing.shortcomings:
            continue
        above, below = standing.final.numerator, standing.final.denominator
        known = best.get(unit_id)
        if known is None or above * known[1] > known[0] * below:
            best[unit_id] = (above, below)
        counts[unit_id] = counts.get(unit_id, 0) + 1
    rounds = _list_knowledge_rounds(work, round_)
    shares: dict[int, list[Fraction | None]] = {}
    for index, each in enumerate(rounds):
        for line in results_store.list_unit_figures(work, each.id):
            names[line.unit_id] = (line.name, line.block)
            figures = UnitFigures(line.staff_number, line.taken_part, line.passed, line.best_sum_hundredths)
            of_unit = shares.setdefault(line.unit_id, [None] * len(rounds))
            if line.taken_part:
                of_unit[index] = find_knowledge_share(
                    figures, each.settings.unit_ranking, each.settings.scale_hundredths
                )
    maximum = rules.rubric.maximum_hundredths
    best_shares = {unit_id: Fraction(above, below * maximum) for unit_id, (above, below) in best.items()}
    results = [
        UnitResult(
            unit_id, name, block, find_mean(shares.get(unit_id, ())), best_shares.get(unit_id), counts.get(unit_id, 0)
        )
        for unit_id, (name, block) in names.items()
    ]
    return rank_units(
        results,
        knowledge_weight=round_.settings.knowledge_weight,
        initiative_weight=round_.settings.initiative_weight,
    )


def _make_page(
    work: Work, round_: InitiativeRound, rules: JudgingRules, standings: Iterable[Standing]
) -> UnitRankingPage:
    titles = tuple(each.title for each in _list_knowledge_rounds(work, round_))
    units = rank_contest_units(work, round_, rules, standings)
    return UnitRankingPage(round_, rules, titles, units, is_provisional=round_.judging_locked_at is None)


def _has_weights(round_: InitiativeRound) -> bool:
    return round_.settings.knowledge_weight + round_.settings.initiative_weight > 0


def _list_knowledge_rounds(work: Work, round_: InitiativeRound) -> list[Round]:
    return [
        each
        for each in contests_store.list_rounds(work)
        if each.contest_id == round_.contest_id and each.settings.is_ranked
    ]
