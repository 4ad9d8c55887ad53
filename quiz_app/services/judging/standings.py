"""Where every entry of a round stands in judging: its sheets, its final mark, what is still missing.

One read of two statements, whatever there is; everything else is arithmetic on it. Pages keep what they read, and read
again the entries that have changed since: whether any has is asked each time, so that no page is behind.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.aggregating import (
    ConfirmedSheet,
    FinalMark,
    Shortcoming,
    aggregate,
    find_shortcomings,
    find_standard_score,
    find_strictness,
    is_disagreement,
)
from quiz_app.domain.judging.judgements import FIRST_STAGE, JudgementState
from quiz_app.domain.judging.ranking import Candidate, Placed, rank_candidates
from quiz_app.domain.judging.rubrics import JudgingRules
from quiz_app.persistence.judging import judged_entries as judged_store
from quiz_app.persistence.judging.judged_entries import JudgedLine, JudgedState, SheetLine
from quiz_app.persistence.session import Work


class Flag(StrEnum):
    """What an organiser should look at."""

    JUDGES_MISSING = "judges_missing"
    """Fewer judges have it than the round asks for."""
    SHEETS_OPEN = "sheets_open"
    """A judge has not confirmed yet."""
    DISAGREEMENT = "disagreement"
    """Judges are far apart; one more was called and has not confirmed yet."""
    TO_TALK_OVER = "to_talk_over"
    """Judges are far apart still, or nobody could be called."""
    CONFLICT = "conflict"
    """Marks were confirmed by a judge whose conflict of interest became known later."""
    TOO_LOW = "below_pass_mark"
    ZERO_IN_CRITERION = "zero_in_criterion"


MOST_KEPT = 8
"""Rounds whose standings are kept, of some megabytes each."""
KEPT_SECONDS = 60
"""Titles and names of units are compared no less often than this: whether they changed is not asked each time."""
FEW = 200
"""So many entries are read again by themselves; of more, all are."""


class Standing(NamedTuple):
    """An entry in round 1."""

    entry: JudgedLine
    sheets: tuple[SheetLine, ...]
    confirmed: tuple[ConfirmedSheet, ...]
    final: FinalMark | None
    shortcomings: tuple[Shortcoming, ...]
    flags: tuple[Flag, ...]


def read_standings(work: Work, round_: InitiativeRound, rules: JudgingRules) -> list[Standing]:
    """All entries that are judged, by number."""
    sheets = judged_store.list_sheets(work, round_.id, FIRST_STAGE)
    return _make_standings(judged_store.list_judged_entries(work, round_.id), sheets, rules)


def read_page(work: Work, round_: InitiativeRound, rules: JudgingRules, *, most: int, skipped: int) -> list[Standing]:
    """So many entries by number after those that are skipped; what the others are is not read."""
    entries, sheets = judged_store.list_judged_page(work, round_.id, FIRST_STAGE, most=most, skipped=skipped)
    return _make_standings(entries, sheets, rules)


class Kept:
    """Standings with what pages compute from them, each once. Nobody may change the lists."""

    def __init__(
        self,
        standings: list[Standing],
        rules: JudgingRules,
        fingerprint: tuple[int, ...] = (),
        states: Mapping[int, JudgedState] | None = None,
    ) -> None:
        self.standings = standings
        self.rules = rules
        self.fingerprint = fingerprint
        self.states = states or {}
        self.kept_until = time.monotonic() + KEPT_SECONDS
        self.notes: dict[str, Any] = {}
        """What other modules compute from the standings, by a name of theirs."""

    @cached_property
    def ranking(self) -> dict[str, list[Placed]]:
        """The order within each category."""
        return rank_standings(self.standings, self.rules)

    @cached_property
    def standard_scores(self) -> Mapping[int, float | None]:
        """By entry."""
        return find_standard_scores(self.standings)


def read_kept_standings(work: Work, round_: InitiativeRound, rules: JudgingRules) -> Kept:
    """The same for pages, kept by this process until an entry or a sheet of the round changes. Decisions read anew."""
    fingerprint = judged_store.find_fingerprint(work, round_.id, FIRST_STAGE)
    known = _kept.get(round_.id)
    if known is not None and known.rules != rules:
        known = None
    if known is None or known.fingerprint != fingerprint or known.kept_until < time.monotonic():
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        known = _kept[round_.id] = _renew(work, round_, rules, known, fingerprint)
    return known


def _renew(
    work: Work, round_: InitiativeRound, rules: JudgingRules, known: Kept | None, fingerprint: tuple[int, ...]
) -> Kept:
    """What is kept, with every entry read again that is not as it was. Sheets are read after the states by which a
    later page tells whether they have changed: what changes in between is read again by that page.
    """
    before = {} if known is None else known.states
    states = judged_store.list_judged_states(work, round_.id, FIRST_STAGE)
    changed = [state.entry.id for state in states if before.get(state.entry.id) != state]
    if known is not None and not changed and len(states) == len(before):
        known.fingerprint, known.kept_until = fingerprint, time.monotonic() + KEPT_SECONDS
        return known
    if len(changed) > FEW:
        sheets = judged_store.list_sheets(work, round_.id, FIRST_STAGE)
    else:
        sheets = judged_store.list_sheets_of_some(work, changed, FIRST_STAGE) if changed else []
    standing_of = {} if known is None else {each.entry.id: each for each in known.standings}
    anew = frozenset(changed)
    entries = [state.entry for state in states if state.entry.id in anew]
    standing_of |= {each.entry.id: each for each in _make_standings(entries, sheets, rules)}
    standings = [standing_of[state.entry.id] for state in states]
    return Kept(standings, rules, fingerprint, {state.entry.id: state for state in states})


def forget_standings() -> None:
    """Keep nothing: the next page reads all anew."""
    _kept.clear()


def find_standing(work: Work, entry_id: int, rules: JudgingRules) -> Standing | None:
    """One entry, or None where it is not judged."""
    entry = judged_store.find_judged_entry(work, entry_id)
    if entry is None:
        return None
    return _make_standing(entry, tuple(judged_store.list_sheets_of(work, entry_id, FIRST_STAGE)), rules)


def rank_standings(standings: Sequence[Standing], rules: JudgingRules) -> dict[str, list[Placed]]:
    """The order within each category of all entries that have a final mark."""
    candidates = [
        Candidate(each.entry.id, each.entry.category, each.final, each.entry.submitted_at, each.shortcomings)
        for each in standings
        if each.final is not None and Shortcoming.TOO_FEW_SHEETS not in each.shortcomings
    ]
    return rank_candidates(candidates, rules.tie_breaks)


def find_standard_scores(standings: Sequence[Standing]) -> Mapping[int, float | None]:
    """By entry, how far it lies above what its judges usually give, in standard deviations."""
    strictness = find_strictness(sheet for each in standings for sheet in each.confirmed)
    return {each.entry.id: find_standard_score(each.confirmed, strictness) for each in standings}


_kept: dict[int, Kept] = {}
_GIVEN, _CONFIRMED, _CONFLICT = JudgementState.GIVEN, JudgementState.CONFIRMED, JudgementState.CONFLICT


def _make_standings(entries: Sequence[JudgedLine], sheets: Sequence[SheetLine], rules: JudgingRules) -> list[Standing]:
    by_entry: dict[int, list[SheetLine]] = {}
    for sheet in sheets:
        by_entry.setdefault(sheet.entry_id, []).append(sheet)
    return [_make_standing(entry, tuple(by_entry.get(entry.id, ())), rules) for entry in entries]


def _make_standing(entry: JudgedLine, sheets: tuple[SheetLine, ...], rules: JudgingRules) -> Standing:
    confirmed = tuple(
        [ConfirmedSheet(sheet.judge_id, sheet.total or 0, sheet.marks) for sheet in sheets if sheet.state is _CONFIRMED]
    )
    final = aggregate(confirmed, rules)
    shortcomings = find_shortcomings(final, rules)
    given = [sheet for sheet in sheets if sheet.state is _GIVEN]
    flags = []
    if len(given) + len(confirmed) < rules.judges_per_entry:
        flags.append(Flag.JUDGES_MISSING)
    if is_disagreement(final, rules):
        # Others who have not confirmed may still bring a further judge about; or that judge is at work.
        flags.append(Flag.DISAGREEMENT if given else Flag.TO_TALK_OVER)
    if given:
        flags.append(Flag.SHEETS_OPEN)
    if len(sheets) > len(confirmed) and any(sheet.state is _CONFLICT and sheet.total is not None for sheet in sheets):
        flags.append(Flag.CONFLICT)
    if Shortcoming.TOO_LOW in shortcomings:
        flags.append(Flag.TOO_LOW)
    if Shortcoming.ZERO_IN_CRITERION in shortcomings:
        flags.append(Flag.ZERO_IN_CRITERION)
    return Standing(entry, sheets, confirmed, final, shortcomings, tuple(flags))
