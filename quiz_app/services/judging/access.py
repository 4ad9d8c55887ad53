"""Which sheet a judge may open, and which round an organiser judges in. The one place that decides it."""

from __future__ import annotations

from dataclasses import dataclass

from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.initiatives.entries import Entry
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.conflicts import ConflictRules, JudgedEntry
from quiz_app.domain.judging.judgements import Judgement, JudgementState, NotJudged
from quiz_app.domain.judging.rubrics import JudgingRules
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.domain.units import UnitTree
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.judging import conflicts as conflicts_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import moments as moments_store
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import Work


@dataclass(frozen=True, slots=True)
class Sheet:
    """A judgement with its entry and its round."""

    judgement: Judgement
    entry: Entry
    round: InitiativeRound


def open_sheet(work: Work, judge: Person, judgement_id: int, *, locks: bool = False) -> Sheet:
    """The judge's own sheet. Raises NotFound: for other people's, for one that was taken back, and while the entry is
    not judged.

    ``locks`` holds round, entry and sheet, in this order, until the transaction ends.
    """
    judgement = judgements_store.find_judgement(work, judgement_id)
    if judgement is None or judgement.judge_id != judge.id:
        raise NotFound
    entry = entries_store.find_entry(work, judgement.entry_id)
    if entry is None:
        raise NotFound
    if locks:
        moments_store.hold_round(work, entry.round_id)
        entry = entries_store.find_entry(work, judgement.entry_id, locks=True)
        judgement = judgements_store.find_judgement(work, judgement_id, locks=True)
    round_ = None if entry is None else rounds_store.find_round(work, entry.round_id)
    if (
        judgement is None
        or entry is None
        or round_ is None
        or judgement.state is JudgementState.WITHDRAWN
        or not entry.state.is_in_contest
    ):
        raise NotFound
    return Sheet(judgement, entry, round_)


def open_round(
    work: Work, organiser: Person, round_id: int, *, locks: bool = False
) -> tuple[InitiativeRound, JudgingRules]:
    """A round that is judged, for an organiser. Raises NotAllowed, NotFound, NotJudged.

    ``locks`` keeps judges from confirming, and other organisers from changing who judges, until the transaction ends.
    """
    if not may_organise(organiser):
        raise NotAllowed
    round_ = rounds_store.lock_round(work, round_id) if locks else rounds_store.find_round(work, round_id)
    if round_ is None:
        raise NotFound
    if round_.settings.judging is None:
        raise NotJudged
    return round_, round_.settings.judging


def read_conflict_rules(work: Work, round_: InitiativeRound) -> ConflictRules:
    """Who may not judge what in this round."""
    return ConflictRules.of(
        UnitTree.of(unit_store.list_units(work)),
        round_.settings.appraisal,
        conflicts_store.list_conflicts(work, round_.id),
        kinds=round_.settings.conflict_kinds,
    )


def to_judged(entry: Entry) -> JudgedEntry:
    """What of an entry decides about conflicts."""
    return JudgedEntry(entry.id, entry.number or 0, entry.category, entry.unit_id, entry.created_by_id, entry.version)
