"""Who judges what: automatically, one by one, and from a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from question_bank.readers.report import ImportProblem
from question_bank.readers.report import mark_message as N_
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
from quiz_app.domain.people import Person, normalise_login
from quiz_app.domain.reasons import check_reason
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import panels as panels_store
from quiz_app.persistence.judging.judgements import Assignment, SheetLine
from quiz_app.persistence.judging.panels import Judge, Panel
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.judging.access import open_round, read_conflict_rules
from quiz_app.services.judging.namesakes import list_namesakes
from quiz_app.services.tables import Column, Table, TableRow, read_table

COLUMNS = (
    Column("number", ("Số sáng kiến", "Mã số", "Số", "Number", "Entry"), is_required=True),
    Column("login", ("Tài khoản giám khảo", "Giám khảo", "Tài khoản", "Judge", "Account"), is_required=True),
)
MOST_SEED = 10**9


@dataclass(frozen=True, slots=True)
class AssignmentOutcome:
    """What an automatic assignment did. ``unfilled`` are (number of the entry, judges that it still lacks)."""

    given_count: int
    unfilled: tuple[tuple[int, int], ...]
    seed: int


@dataclass(frozen=True, slots=True)
class TableLine:
    """A row of the spreadsheet that can be carried out."""

    entry_id: int
    number: int
    title: str
    judge_id: int
    login: str
    judge_name: str
    is_new: bool
    """Whether the judge does not have the entry yet."""


@dataclass(frozen=True, slots=True)
class TablePreview:
    """What a spreadsheet would give out. With problems nothing of it can be stored."""

    round: InitiativeRound
    file_name: str
    lines: tuple[TableLine, ...]
    problems: tuple[ImportProblem, ...]

    @property
    def new_count(self) -> int:
        """How many sheets would be given out."""
        return sum(line.is_new for line in self.lines)


@dataclass(frozen=True)
class _Scene:
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


def _read_scene(work: Work, organiser: Person, round_id: int, *, locks: bool) -> _Scene:
    round_, rules = open_round(work, organiser, round_id, locks=locks)
    lines = judgements_store.list_judged_entries(work, round_id)
    sheets: dict[int, list[SheetLine]] = {}
    for sheet in judgements_store.list_sheets(work, round_id, FIRST_STAGE):
        sheets.setdefault(sheet.entry_id, []).append(sheet)
    return _Scene(
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
        scene = _read_scene(work, organiser, round_id, locks=True)
        ensure_marking_open(scene.round, FIRST_STAGE, now)
        panel_of = _map_panels(scene)
        judge_ids = {judge_id for judge_id, _ in panel_of}
        if not judge_ids:
            raise InvalidInput("Make a panel with members first.")
        needs = [need for entry in scene.entries.values() if (need := _find_need(scene, entry)) is not None]
        namesakes = list_namesakes(work, scene.round, scene.judges.values())
        counted = judgements_store.count_loads(work, round_id, FIRST_STAGE)

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
        scene = _read_scene(work, organiser, found.round_id, locks=True)
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


def preview_table(*, organiser: Person, round_id: int, content: bytes, file_name: str) -> TablePreview:
    """Read a spreadsheet of entry numbers and accounts of judges, a row for each pair; nothing is stored by that.

    Every mistake is named by row and column: unknown numbers and accounts, conflicts, the same pair twice.

    Raises NotAllowed, NotFound, NotJudged.
    """
    with reading() as work:
        scene = _read_scene(work, organiser, round_id, locks=False)
    table = read_table(content, file_name, COLUMNS)
    lines, problems = _check_rows(scene, table)
    return TablePreview(scene.round, file_name, tuple(lines), (*table.problems, *problems))


def assign_pairs(*, organiser: Person, round_id: int, pairs: Sequence[tuple[int, str]], now: datetime) -> int:
    """Give out what a preview showed, (number of the entry, account), all or nothing; how many sheets were new.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, MarkingClosed, JudgingChanged (something no longer fits since
    the preview), JudgeInConflict.
    """
    with transaction() as work:
        scene = _read_scene(work, organiser, round_id, locks=True)
        ensure_marking_open(scene.round, FIRST_STAGE, now)
        by_number = {entry.number: entry for entry in scene.entries.values()}
        by_login = {judge.login: judge for judge in scene.judges.values()}
        assignments = []
        for number, login in dict.fromkeys(pairs):
            entry, judge = by_number.get(number), by_login.get(login)
            if entry is None or judge is None:
                raise JudgingChanged
            if scene.conflicts.is_conflict(judge.id, judge.unit_id, entry):
                raise JudgeInConflict(judge.name, entry.number)
            if any(sheet.judge_id == judge.id for sheet in scene.sheets.get(entry.id, ())):
                continue
            panel_id = scene.find_panel(judge.id, entry.category)
            assignments.append(Assignment(entry.id, entry.version, judge.id, panel_id))
        judgements_store.give_entries(work, assignments, stage=FIRST_STAGE, given_by_id=organiser.id, now=now)
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="entries_assigned",
            subject=("initiative_round", round_id),
            details={"sheets": len(assignments), "rows": len(pairs)},
        )
        return len(assignments)


def _map_panels(scene: _Scene) -> dict[tuple[int, str], int]:
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


def _find_need(scene: _Scene, entry: JudgedEntry) -> Need | None:
    sheets = scene.sheets.get(entry.id, ())
    missing = scene.rules.judges_per_entry - sum(sheet.state.is_active for sheet in sheets)
    return Need(entry.id, missing, frozenset(sheet.judge_id for sheet in sheets)) if missing > 0 else None


def _check_rows(scene: _Scene, table: Table) -> tuple[list[TableLine], list[ImportProblem]]:
    by_number = {entry.number: entry for entry in scene.entries.values()}
    by_login = {judge.login: judge for judge in scene.judges.values()}
    lines: list[TableLine] = []
    problems: list[ImportProblem] = []
    seen: dict[tuple[int, int], TableRow] = {}
    for row in table.rows:
        number_text, login = row.get_text("number"), normalise_login(row.get_text("login"))
        digits = number_text.removeprefix("#")
        is_number = digits.isascii() and digits.isdecimal() and len(digits) <= 9
        entry = by_number.get(int(digits)) if is_number else None
        judge = by_login.get(login)
        if entry is None:
            message = N_("no initiative with the number %(text)s is judged in this round")
            problems.append(table.make_problem(row, "number", message, text=number_text[:40]))
        if judge is None:
            message = N_("no judge has the account %(text)s")
            problems.append(table.make_problem(row, "login", message, text=login[:60]))
        if entry is None or judge is None:
            continue
        if (entry.id, judge.id) in seen:
            message = N_("the same initiative and judge stand in row %(first)d already")
            problems.append(table.make_problem(row, "login", message, first=seen[entry.id, judge.id].number))
            continue
        seen[entry.id, judge.id] = row
        if scene.conflicts.is_conflict(judge.id, judge.unit_id, entry):
            message = N_("%(judge)s has a conflict of interest with this initiative")
            problems.append(table.make_problem(row, "login", message, judge=judge.name))
            continue
        has_it = any(sheet.judge_id == judge.id for sheet in scene.sheets.get(entry.id, ()))
        lines.append(
            TableLine(entry.id, entry.number, scene.titles[entry.id], judge.id, judge.login, judge.name, not has_it)
        )
    return lines, problems
