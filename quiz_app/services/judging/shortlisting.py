"""Closing round 1: locking the marks, the ranking, and who presents in round 2."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.initiatives.rounds import InitiativeRound, RoundDecided
from quiz_app.domain.initiatives.states import EntryActor, EntryState, EntryStep, EntryStepRefused
from quiz_app.domain.judging.judgements import JudgingChanged, SheetNotYours
from quiz_app.domain.judging.marks import find_lock
from quiz_app.domain.judging.ranking import Placed, propose_shortlist
from quiz_app.domain.judging.rubrics import JudgingRules
from quiz_app.domain.people import Person
from quiz_app.domain.reasons import check_reason
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.judging import judged_entries as judged_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import moments as moments_store
from quiz_app.persistence.judging import prizes as prizes_store
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.initiatives.steps import move_entry
from quiz_app.services.judging.access import open_round
from quiz_app.services.judging.standings import (
    Kept,
    Standing,
    read_kept_standings,
    read_standings,
)


@dataclass(frozen=True, slots=True)
class RankingPage:
    """The ranking of round 1. ``seen`` stands for the shortlist as it is now: a change names it, so that of two who
    change it at once only one does.
    """

    round: InitiativeRound
    rules: JudgingRules
    ranking: Mapping[str, Sequence[Placed]]
    standings: Mapping[int, Standing]
    unranked: tuple[Standing, ...]
    standard_scores: Mapping[int, float | None]
    proposal: frozenset[int]
    shortlist: frozenset[int]
    presented: frozenset[int]
    """Entries that have presented already: they stay on the shortlist."""
    seen: str


def view_ranking(*, organiser: Person, round_id: int) -> RankingPage:
    """The order of each category with what decides between equals. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        return _make_page(round_, rules, read_kept_standings(work, round_, rules))


def lock_marks(*, organiser: Person, round_id: int, now: datetime) -> None:
    """Close the marks of round 1: nobody saves or confirms any more, and sheets that are open do not count.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, JudgingChanged (they are locked already).
    """
    with transaction() as work:
        round_ = _open_undecided(work, organiser, round_id)
        if round_.judging_locked_at is not None:
            raise JudgingChanged
        rounds_store.set_moments(work, round_id, published_at=None, judging_locked_at=now)
        _note(work, organiser, round_id, "judging_locked", {}, now)


def unlock_marks(*, organiser: Person, round_id: int, reason: str, now: datetime) -> None:
    """Let judges go on, while nobody is on the shortlist and no prize is decided.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, JudgingChanged, InvalidInput.
    """
    reason = check_reason(reason)
    with transaction() as work:
        round_ = _open_undecided(work, organiser, round_id)
        if round_.judging_locked_at is None or prizes_store.are_decided(work, round_id):
            raise JudgingChanged
        _ensure_no_shortlist(work, round_id)
        rounds_store.set_moments(work, round_id, published_at=None, judging_locked_at=None)
        _note(work, organiser, round_id, "judging_unlocked", {"reason": reason}, now)


def set_judging_close(*, organiser: Person, round_id: int, closes_at: datetime, reason: str, now: datetime) -> None:
    """Another moment until which marks are taken: later than now and than the hand-in.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, InvalidInput.
    """
    reason = check_reason(reason)
    with transaction() as work:
        round_ = _open_undecided(work, organiser, round_id)
        if closes_at <= now or closes_at < round_.closes_at:
            raise InvalidInput("The new moment lies after now, and not before the end of the hand-in.")
        moments_store.set_judging_close(work, round_id=round_id, closes_at=closes_at)
        before = round_.judging_closes_at
        details: dict[str, Any] = {
            "before": None if before is None else before.isoformat(),
            "after": closes_at.isoformat(),
            "reason": reason,
        }
        _note(work, organiser, round_id, "judging_extended", details, now)


def reopen_sheet(*, organiser: Person, judgement_id: int, reason: str, now: datetime) -> int:
    """Let a judge change a sheet that was confirmed, or take up one that was abstained from; the id of the entry.

    Only while the marks of its stage are not locked. What had been confirmed stands in the audit trail.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, JudgingChanged (locked), SheetNotYours, InvalidInput.
    """
    reason = check_reason(reason)
    with transaction() as work:
        judgement = judgements_store.find_judgement(work, judgement_id)
        entry = None if judgement is None else entries_store.find_entry(work, judgement.entry_id)
        if entry is None:
            raise NotFound
        round_ = _open_undecided(work, organiser, entry.round_id)
        if judgement is None or find_lock(round_, judgement.stage) is not None:
            raise JudgingChanged
        judgement = judgements_store.find_judgement(work, judgement_id, locks=True)
        if judgement is None or not judgements_store.reopen_sheet(work, judgement_id):
            raise SheetNotYours
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="judgement_reopened",
            subject=("judgement", judgement_id),
            details={
                "entry": entry.number,
                "judge": judgement.judge_name,
                "total": judgement.total_hundredths,
                "marks": dict(judgement.marks),
                "reason": reason,
            },
        )
        return entry.id


def set_shortlist(
    *, organiser: Person, round_id: int, entry_ids: Iterable[int], seen: str, reason: str, now: datetime
) -> tuple[int, int]:
    """Put exactly these entries on the shortlist, in one go; how many were put on it and taken off.

    Any choice but the proposal needs a reason, and so does whatever takes an entry off. Only entries with a final mark
    and no shortcoming can be chosen, and only after the marks were locked.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, JudgingChanged (the shortlist or a mark changed since the page
    was opened, or the marks are not locked), InvalidInput, EntryStepRefused (an entry has presented).
    """
    reason = check_reason(reason, is_required=False)
    with transaction() as work:
        round_ = _open_undecided(work, organiser, round_id)
        moments_store.lock_judged_entries(work, round_id)
        rules = round_.settings.judging
        if rules is None or round_.judging_locked_at is None:
            raise JudgingChanged
        page = _make_page(round_, rules, Kept(read_standings(work, round_, rules), rules))
        if page.seen != seen:
            raise JudgingChanged
        chosen = frozenset(entry_ids) | page.presented
        if not chosen <= set(page.standings):
            raise NotFound
        able = {entry_id for entry_id, standing in page.standings.items() if not standing.shortcomings}
        if not chosen - page.presented <= able:
            raise InvalidInput("An initiative below the pass mark or without enough judges cannot be chosen.")
        if (chosen != page.proposal or page.shortlist - chosen) and not reason:
            raise InvalidInput("This differs from the proposal: say why.")
        added, removed = sorted(chosen - page.shortlist), sorted(page.shortlist - chosen)
        for entry_id, step in [*((each, EntryStep.SHORTLIST) for each in added),
                               *((each, EntryStep.UNLIST) for each in removed)]:  # fmt: skip
            _move(work, organiser, round_, entry_id, step, reason, now)
        details = {
            "added": _list_numbers(page, added),
            "removed": _list_numbers(page, removed),
            "is_proposal": chosen == page.proposal,
            "reason": reason,
        }
        _note(work, organiser, round_id, "shortlist_set", details, now)
        return len(added), len(removed)


def _move(
    work: Work, organiser: Person, round_: InitiativeRound, entry_id: int, step: EntryStep, reason: str, now: datetime
) -> None:
    entry = entries_store.find_entry(work, entry_id, locks=True)
    if entry is None:
        raise NotFound
    expected = EntryState.ADMITTED if step is EntryStep.SHORTLIST else EntryState.SHORTLISTED
    if entry.state is not expected:
        raise EntryStepRefused(entry.state)
    move_entry(
        work,
        person=organiser,
        entry=entry,
        round_=round_,
        actors=frozenset({EntryActor.ORGANISER}),
        step=step,
        reason=reason,
        now=now,
    )


def _make_page(round_: InitiativeRound, rules: JudgingRules, kept: Kept) -> RankingPage:
    standings, ranking = kept.standings, kept.ranking
    placed = {each.candidate.entry_id for lines in ranking.values() for each in lines}
    by_id = {each.entry.id: each for each in standings}
    shortlist = frozenset(
        each.entry.id for each in standings if each.entry.state in (EntryState.SHORTLISTED, EntryState.PRESENTED)
    )
    finals = [
        (each.entry.id, str(each.entry.state), each.final and (each.final.numerator, each.final.denominator))
        for each in standings
    ]
    return RankingPage(
        round=round_,
        rules=rules,
        ranking=ranking,
        standings=by_id,
        unranked=tuple(each for each in standings if each.entry.id not in placed),
        standard_scores=kept.standard_scores,
        proposal=propose_shortlist(ranking, rules.shortlist_per_category),
        shortlist=shortlist,
        presented=frozenset(each.entry.id for each in standings if each.entry.state is EntryState.PRESENTED),
        seen=hashlib.sha256(repr(finals).encode()).hexdigest()[:32],
    )


def _list_numbers(page: RankingPage, entry_ids: Sequence[int]) -> list[int]:
    return sorted(page.standings[entry_id].entry.number for entry_id in entry_ids)


def _open_undecided(work: Work, organiser: Person, round_id: int) -> InitiativeRound:
    round_, _ = open_round(work, organiser, round_id, locks=True)
    if round_.published_at is not None:
        raise RoundDecided
    return round_


def _ensure_no_shortlist(work: Work, round_id: int) -> None:
    lines = judged_store.list_judged_entries(work, round_id)
    if any(line.state is not EntryState.ADMITTED for line in lines):
        raise InvalidInput("Initiatives are on the shortlist: take them off first.")


def _note(work: Work, organiser: Person, round_id: int, action: str, details: dict[str, Any], now: datetime) -> None:
    audit.add_entry(
        work, now=now, actor_id=organiser.id, action=action, subject=("initiative_round", round_id), details=details
    )


__all__ = [
    "RankingPage",
    "SheetNotYours",
    "lock_marks",
    "reopen_sheet",
    "set_judging_close",
    "set_shortlist",
    "unlock_marks",
    "view_ranking",
]
