"""Who judges what: automatically and one by one. From a spreadsheet: ``assignment_tables``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.assigning import Need, plan_assignments
from quiz_app.domain.judging.conflicts import ConflictRules, JudgedEntry
from quiz_app.domain.judging.judgements import (
    FIRST_STAGE,
    JudgeInConflict,
    JudgementState,
    JudgingChanged,
    SheetConfirmed,
)
from quiz_app.domain.judging.marks import ensure_marking_open
from quiz_app.domain.judging.rubrics import JudgingRules
from quiz_app.domain.people import Person
from quiz_app.domain.reasons import check_reason
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.judging import judged_entries as judged_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import panels as panels_store
from quiz_app.persistence.judging.judged_entries import SheetLine
from quiz_app.persistence.judging.judgements import Assignment
from quiz_app.persistence.judging.panels import Judge, Panel
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.judging.access import open_round, read_conflict_rules
from quiz_app.services.judging.namesakes import list_namesakes

MOST_SEED = 10**9


@dataclass(frozen=True, slots=True)
class AssignmentOutcome:
    """What an automatic assignment did. ``unfilled`` are (number of the entry, judges that it still lacks)."""

    given_count: int
    unfilled: tuple[tuple[int, int], ...]
    seed: int


@dataclass(frozen=True)
class Scene:
    """A round as assignments need it."""

    round: InitiativeRound
    rules: JudgingRules
    entries: Mapping[int, JudgedEntry]
    titles: Mapping[int, str]
    sheets: Mapping[int, Sequence[SheetLine]]
    panels: Sequence[Panel]
    judges: Mapping[int, Judge]
    conflicts: ConflictRules

    def find_panel(self, judge_id: int, category: str) -> int | None:
        """The panel for this category on which the judge sits, one of that category alone before one of all."""
        fitting = [panel for panel in self.panels if panel.stage == FIRST_STAGE and panel.category in ("", category)]
        fitting.sort(key=lambda panel: panel.category == "")
        return next((panel.id for panel in fitting if any(each.id == judge_id for each in panel.members)), None)


def read_scene(work: Work, organiser: Person, round_id: int, *, locks: bool) -> Scene:
    """Everything at once. Raises NotAllowed, NotFound, NotJudged."""
    round_, rules = open_round(work, organiser, round_id, locks=locks)
    lines = judged_store.list_judged_entries(work, round_id)
    sheets: dict[int, list[SheetLine]] = {}
    for sheet in judged_store.list_sheets(work, round_id, FIRST_STAGE):
        sheets.setdefault(sheet.entry_id, []).append(sheet)
    return Scene(
        round_,
        rules,
        {
            line.id: JudgedEntry(line.id, line.number, line.category, line.unit_id, line.created_by_id, line.version)
            for line in lines
        },
        {line.id: line.title for line in lines},
        sheets,
        panels_store.list_panels(work, round_id),
        {judge.id: judge for judge in panels_store.list_judges(work)},
        read_conflict_rules(work, round_),
    )


def assign_automatically(*, organiser: Person, round_id: int, seed: int, now: datetime) -> AssignmentOutcome:
    """Give every entry that lacks judges as many as the round asks for, from the panels for its category.

    What was given stays; so the button can be pressed again after new entries, conflicts and abstentions. Entries for
    which there are not enough judges without a conflict get those that there are, and are named.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, MarkingClosed, InvalidInput (no panel has a member).
    """
    with transaction() as work:
        scene = read_scene(work, organiser, round_id, locks=True)
        ensure_marking_open(scene.round, FIRST_STAGE, now)
        panel_of = _map_panels(scene)
        judge_ids = {judge_id for judge_id, _ in panel_of}
        if not judge_ids:
            raise InvalidInput("Make a panel with members first.")
        needs = [need for entry in scene.entries.values() if (need := _find_need(scene, entry)) is not None]
        namesakes = list_namesakes(work, scene.round, scene.judges.values())
        counted = judged_store.count_loads(work, round_id, FIRST_STAGE)

        def may_judge(judge_id: int, entry_id: int) -> bool:
            entry = scene.entries[entry_id]
            return (
                (judge_id, entry.category) in panel_of
                and (judge_id, entry_id) not in namesakes
                and not scene.conflicts.is_conflict(judge_id, scene.judges[judge_id].unit_id, entry)
            )

        loads = {judge_id: counted.get(judge_id, 0) for judge_id in judge_ids}
        plan = plan_assignments(needs, loads, may_judge, seed=seed)
        assignments = []
        for entry_id, judge_id in plan.given:
            entry = scene.entries[entry_id]
            assignments.append(Assignment(entry_id, entry.version, judge_id, panel_of[judge_id, entry.category]))
        judgements_store.give_entries(work, assignments, stage=FIRST_STAGE, given_by_id=organiser.id, now=now)
        unfilled = tuple(sorted((scene.entries[entry_id].number, lack) for entry_id, lack in plan.unfilled.items()))
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="entries_assigned",
            subject=("initiative_round", round_id),
            details={"sheets": len(assignments), "seed": seed, "unfilled": [number for number, _ in unfilled] or None},
        )
        return AssignmentOutcome(len(assignments), unfilled, seed)


def assign_one(*, organiser: Person, entry_id: int, judge_id: int, now: datetime) -> int:
    """Give one entry to one judge, also beyond the number that the round asks for; the id of the round.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, MarkingClosed, JudgeInConflict, JudgingChanged (the judge has
    it already, or had it and may not again).
    """
    with transaction() as work:
        found = entries_store.find_entry(work, entry_id)
        if found is None:
            raise NotFound
        scene = read_scene(work, organiser, found.round_id, locks=True)
        ensure_marking_open(scene.round, FIRST_STAGE, now)
        entry, judge = scene.entries.get(entry_id), scene.judges.get(judge_id)
        if entry is None or judge is None:
            raise NotFound
        if scene.conflicts.is_conflict(judge_id, judge.unit_id, entry):
            raise JudgeInConflict(judge.name, entry.number)
        if any(sheet.judge_id == judge_id for sheet in scene.sheets.get(entry_id, ())):
            raise JudgingChanged
        panel_id = scene.find_panel(judge_id, entry.category)
        judgements_store.give_entries(
            work,
            [Assignment(entry_id, entry.version, judge_id, panel_id)],
            stage=FIRST_STAGE,
            given_by_id=organiser.id,
            now=now,
        )
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="entry_assigned",
            subject=("entry", entry_id),
            details={"judge": judge.name},
        )
        return scene.round.id


def take_back(*, organiser: Person, judgement_id: int, reason: str, now: datetime) -> int:
    """Take an entry back from a judge who has not confirmed; the id of the entry. What was typed stays on record.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, MarkingClosed, SheetConfirmed, JudgingChanged, InvalidInput.
    """
    reason = check_reason(reason)
    with transaction() as work:
        judgement = judgements_store.find_judgement(work, judgement_id)
        entry = None if judgement is None else entries_store.find_entry(work, judgement.entry_id)
        if entry is None:
            raise NotFound
        round_, _ = open_round(work, organiser, entry.round_id, locks=True)
        ensure_marking_open(round_, FIRST_STAGE, now)
        judgement = judgements_store.find_judgement(work, judgement_id, locks=True)
        if judgement is None or judgement.state in (JudgementState.WITHDRAWN, JudgementState.CONFLICT):
            raise JudgingChanged
        if judgement.state is JudgementState.CONFIRMED:
            raise SheetConfirmed
        judgements_store.set_judgement_state(work, judgement_id, JudgementState.WITHDRAWN)
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="assignment_taken_back",
            subject=("judgement", judgement_id),
            details={"entry": entry.number, "judge": judgement.judge_name, "reason": reason},
        )
        return entry.id


def _map_panels(scene: Scene) -> dict[tuple[int, str], int]:
    """The panel by (judge, category) for everybody who may be given entries."""
    categories = {entry.category for entry in scene.entries.values()}
    found: dict[tuple[int, str], int] = {}
    # Panels of one category come before those of all.
    for panel in sorted(scene.panels, key=lambda panel: panel.category == ""):
        if panel.stage != FIRST_STAGE:
            continue
        for member in panel.members:
            if member.id in scene.judges:
                for category in categories if panel.category == "" else {panel.category}:
                    found.setdefault((member.id, category), panel.id)
    return found


def _find_need(scene: Scene, entry: JudgedEntry) -> Need | None:
    sheets = scene.sheets.get(entry.id, ())
    missing = scene.rules.judges_per_entry - sum(sheet.state.is_active for sheet in sheets)
    return Need(entry.id, missing, frozenset(sheet.judge_id for sheet in sheets)) if missing > 0 else None
