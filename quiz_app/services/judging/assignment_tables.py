"""Assignments from a spreadsheet: read and shown first, then carried out, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from question_bank.readers.report import ImportProblem
from question_bank.readers.report import mark_message as N_
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.judgements import FIRST_STAGE, JudgeInConflict, JudgingChanged
from quiz_app.domain.judging.marks import ensure_marking_open
from quiz_app.domain.people import Person, normalise_login
from quiz_app.persistence import audit
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging.judgements import Assignment
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.judging.assigning import Scene, read_scene
from quiz_app.services.tables import Column, Table, TableRow, read_table

COLUMNS = (
    Column("number", ("Số sáng kiến", "Mã số", "Số", "Number", "Entry"), is_required=True),
    Column("login", ("Tài khoản giám khảo", "Giám khảo", "Tài khoản", "Judge", "Account"), is_required=True),
)


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


def preview_table(*, organiser: Person, round_id: int, content: bytes, file_name: str) -> TablePreview:
    """Read a spreadsheet of entry numbers and accounts of judges, a row for each pair; nothing is stored by that.

    Every mistake is named by row and column: unknown numbers and accounts, conflicts, the same pair twice.

    Raises NotAllowed, NotFound, NotJudged.
    """
    with reading() as work:
        scene = read_scene(work, organiser, round_id, locks=False)
    table = read_table(content, file_name, COLUMNS)
    lines, problems = _check_rows(scene, table)
    return TablePreview(scene.round, file_name, tuple(lines), (*table.problems, *problems))


def assign_pairs(*, organiser: Person, round_id: int, pairs: Sequence[tuple[int, str]], now: datetime) -> int:
    """Give out what a preview showed, (number of the entry, account), all or nothing; how many sheets were new.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, MarkingClosed, JudgingChanged (something no longer fits since
    the preview), JudgeInConflict.
    """
    with transaction() as work:
        scene = read_scene(work, organiser, round_id, locks=True)
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


def _check_rows(scene: Scene, table: Table) -> tuple[list[TableLine], list[ImportProblem]]:
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
