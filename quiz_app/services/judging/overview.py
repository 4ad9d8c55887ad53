"""What organisers see of the judging: how far each judge is, how each entry stands, one entry with its sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.entries import Entry, EntryFile
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.initiatives.states import EntryState
from quiz_app.domain.judging.conflicts import DeclaredConflict
from quiz_app.domain.judging.judgements import FIRST_STAGE, Judgement, JudgementState
from quiz_app.domain.judging.rubrics import JudgingRules
from quiz_app.domain.people import Person
from quiz_app.domain.units import Unit
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.initiatives import versions as versions_store
from quiz_app.persistence.judging import conflicts as conflicts_store
from quiz_app.persistence.judging import judged_entries as judged_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import panels as panels_store
from quiz_app.persistence.judging.panels import Judge, Panel
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import Work, reading, single_write
from quiz_app.services.judging.access import open_round, read_conflict_rules, to_judged
from quiz_app.services.judging.namesakes import list_namesakes
from quiz_app.services.judging.standings import (
    Flag,
    Standing,
    find_standing,
    read_kept_standings,
    read_page,
)

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class JudgeProgress:
    """How far a judge is."""

    judge: Judge
    given: int
    confirmed: int
    abstained: int
    conflicts: int
    mean_hundredths: int | None
    """Of the totals that the judge confirmed, rounded down: how strict somebody is."""

    @property
    def open(self) -> int:
        """Sheets that the judge has not confirmed."""
        return self.given - self.confirmed


@dataclass(frozen=True, slots=True)
class JudgingPage:
    """The state of round 1 as a whole."""

    round: InitiativeRound
    rules: JudgingRules
    panels: tuple[Panel, ...]
    progress: tuple[JudgeProgress, ...]
    entry_count: int
    sheet_count: int
    confirmed_count: int
    final_count: int
    """Entries that have a final mark: as many confirmed sheets as the round asks for."""
    flags: Mapping[Flag, int]
    shortlisted_count: int
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """Entries with their sheets, a page of them."""

    round: InitiativeRound
    rules: JudgingRules
    standings: tuple[Standing, ...]
    judges: Mapping[int, str]
    flag: Flag | None
    count: int
    number: int
    page_count: int


@dataclass(frozen=True, slots=True)
class ScoreMatrix:
    """All entries with all sheets, for a spreadsheet. ``judges`` in the order of their names."""

    round: InitiativeRound
    rules: JudgingRules
    standings: tuple[Standing, ...]
    judges: tuple[Judge, ...]
    places: Mapping[int, int]
    standard_scores: Mapping[int, float | None]


@dataclass(frozen=True, slots=True)
class EntrySheets:
    """One entry with its sheets, and who could still be given it."""

    round: InitiativeRound
    rules: JudgingRules
    entry: Entry
    standing: Standing | None
    judgements: tuple[Judgement, ...]
    free_judges: tuple[Judge, ...]
    barred_judges: tuple[Judge, ...]
    """Judges who do not have it and may not: a conflict of interest."""
    files: tuple[EntryFile, ...]
    """Of the latest version."""
    released_ids: frozenset[int]
    """Files that judges of a blind round are given as they are."""
    namesake_ids: frozenset[int]
    """Judges who are called as one of the authors is."""
    is_open: bool


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Declared conflicts of a round, and what an organiser needs to enter one."""

    round: InitiativeRound
    conflicts: tuple[DeclaredConflict, ...]
    judges: tuple[Judge, ...]
    units: tuple[Unit, ...]


def view_judging(*, organiser: Person, round_id: int, now: datetime) -> JudgingPage:
    """Progress of each judge, and how many entries need somebody. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        standings = read_kept_standings(work, round_, rules).standings
        panels = tuple(panels_store.list_panels(work, round_id))
        people = _list_people(work, round_id, panels)
    flags: dict[Flag, int] = {}
    for standing in standings:
        for flag in standing.flags:
            flags[flag] = flags.get(flag, 0) + 1
    progress = _measure_progress(standings, people, panels)
    return JudgingPage(
        round=round_,
        rules=rules,
        panels=panels,
        progress=progress,
        entry_count=len(standings),
        sheet_count=sum(each.given for each in progress),
        confirmed_count=sum(each.confirmed for each in progress),
        final_count=sum(
            each.final is not None and each.final.sheet_count >= rules.judges_per_entry for each in standings
        ),
        flags=flags,
        shortlisted_count=sum(each.entry.state is not EntryState.ADMITTED for each in standings),
        is_overdue=round_.judging_closes_at is not None and now >= round_.judging_closes_at,
    )


def view_matrix(*, organiser: Person, round_id: int, flag: Flag | None, number: int) -> MatrixPage:
    """Fifty entries by number, all or those with a flag. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        people = _list_people(work, round_id, panels_store.list_panels(work, round_id))
        if flag is None:
            count = judged_store.count_judged_entries(work, round_id)
            page_count, number = _find_page(count, number)
            chosen = read_page(work, round_, rules, most=PAGE_SIZE, skipped=(number - 1) * PAGE_SIZE)
        else:
            flagged = [each for each in read_kept_standings(work, round_, rules).standings if flag in each.flags]
            count = len(flagged)
            page_count, number = _find_page(count, number)
            chosen = flagged[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    names = {judge_id: judge.name for judge_id, judge in people.items()}
    return MatrixPage(round_, rules, tuple(chosen), names, flag, count, number, page_count)


def export_matrix(*, organiser: Person, round_id: int, now: datetime) -> ScoreMatrix:
    """Everything for the score matrix; the export is written down. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        kept = read_kept_standings(work, round_, rules)
        people = _list_people(work, round_id, panels_store.list_panels(work, round_id))
    with_sheets = {sheet.judge_id for each in kept.standings for sheet in each.sheets}
    subject = ("initiative_round", round_id)
    with single_write() as work:
        audit.add_entry(work, now=now, actor_id=organiser.id, action="score_matrix_exported", subject=subject)
    return ScoreMatrix(
        round=round_,
        rules=rules,
        standings=tuple(kept.standings),
        judges=tuple(judge for judge_id, judge in people.items() if judge_id in with_sheets),
        places={each.candidate.entry_id: each.place for lines in kept.ranking.values() for each in lines},
        standard_scores=kept.standard_scores,
    )


def view_entry_sheets(*, organiser: Person, entry_id: int, now: datetime) -> EntrySheets:
    """One entry with its sheets. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        entry = entries_store.find_entry(work, entry_id)
        if entry is None or entry.version == 0:
            raise NotFound
        round_, rules = open_round(work, organiser, entry.round_id)
        judgements = tuple(judgements_store.list_judgements(work, entry_id, FIRST_STAGE))
        standing = find_standing(work, entry_id, rules)
        conflicts = read_conflict_rules(work, round_)
        judges = panels_store.list_judges(work)
        namesakes = list_namesakes(work, round_, judges, entry_id=entry_id)
        files = versions_store.list_versions(work, entry_id)[-1].files
        released = files_store.list_released(work, entry_id)
    taken = {each.judge_id for each in judgements if each.state is not JudgementState.WITHDRAWN}
    judged = to_judged(entry)
    others = [judge for judge in judges if judge.id not in taken]
    barred = [judge for judge in others if conflicts.is_conflict(judge.id, judge.unit_id, judged)]
    is_open = round_.published_at is None and round_.judging_locked_at is None
    if round_.judging_closes_at is not None and now >= round_.judging_closes_at:
        is_open = False
    return EntrySheets(
        round=round_,
        rules=rules,
        entry=entry,
        standing=standing,
        judgements=judgements,
        free_judges=tuple(judge for judge in others if judge not in barred),
        barred_judges=tuple(barred),
        files=tuple(files),
        released_ids=released,
        namesake_ids=frozenset(judge_id for judge_id, _ in namesakes),
        is_open=is_open,
    )


def view_conflicts(*, organiser: Person, round_id: int) -> ConflictPage:
    """All declared conflicts of a round. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        round_, _ = open_round(work, organiser, round_id)
        units = sorted((unit for unit in unit_store.list_units(work) if unit.is_open), key=lambda unit: unit.name)
        return ConflictPage(
            round_,
            tuple(conflicts_store.list_conflicts(work, round_id)),
            tuple(panels_store.list_judges(work)),
            tuple(units),
        )


def _find_page(count: int, number: int) -> tuple[int, int]:
    """How many pages there are, and the one that is nearest to what was asked for."""
    page_count = max(1, -(-count // PAGE_SIZE))
    return page_count, min(max(number, 1), page_count)


def _list_people(work: Work, round_id: int, panels: Sequence[Panel]) -> dict[int, Judge]:
    """Everybody who judges or did: those with the role by name, then members of panels and former judges."""
    people = {judge.id: judge for judge in panels_store.list_judges(work)}
    for panel in panels:
        for judge in panel.members:
            people.setdefault(judge.id, judge)
    for judge in panels_store.list_judges_with_sheets(work, round_id):
        people.setdefault(judge.id, judge)
    return people


def _measure_progress(
    standings: Sequence[Standing], people: Mapping[int, Judge], panels: Sequence[Panel]
) -> tuple[JudgeProgress, ...]:
    counts: dict[int, dict[JudgementState, int]] = {}
    sums: dict[int, int] = {}
    for standing in standings:
        for sheet in standing.sheets:
            mine = counts.setdefault(sheet.judge_id, {})
            mine[sheet.state] = mine.get(sheet.state, 0) + 1
            if sheet.state is JudgementState.CONFIRMED:
                sums[sheet.judge_id] = sums.get(sheet.judge_id, 0) + (sheet.total or 0)
    seated = {judge.id for panel in panels if panel.stage == FIRST_STAGE for judge in panel.members}
    lines = []
    for judge_id, judge in people.items():
        if judge_id not in counts and judge_id not in seated:
            continue
        mine = counts.get(judge_id, {})
        confirmed = mine.get(JudgementState.CONFIRMED, 0)
        lines.append(
            JudgeProgress(
                judge=judge,
                given=mine.get(JudgementState.GIVEN, 0) + confirmed,
                confirmed=confirmed,
                abstained=mine.get(JudgementState.ABSTAINED, 0),
                conflicts=mine.get(JudgementState.CONFLICT, 0),
                mean_hundredths=sums[judge_id] // confirmed if confirmed else None,
            )
        )
    return tuple(lines)
