"""What a judge sees: the list of sheets, and one sheet with the entry beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.entries import EntryFile, EntryVersion
from quiz_app.domain.initiatives.rounds import InitiativeRound, RoundDecided
from quiz_app.domain.judging.blinding import Blinder
from quiz_app.domain.judging.judgements import FIRST_STAGE, Judgement, JudgementState, MarkingClosed, Marks
from quiz_app.domain.judging.marks import ensure_marking_open, find_rubric
from quiz_app.domain.judging.rubrics import Rubric
from quiz_app.domain.people import Person
from quiz_app.domain.units import UnitTree
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.initiatives import versions as versions_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import panels as panels_store
from quiz_app.persistence.judging.judgements import JudgeLine
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import Work, reading
from quiz_app.services.judging.access import Sheet, open_sheet
from quiz_app.services.judging.blinding import ReadCopy, find_file, make_blinder, make_blinder_of, make_copy

MOST_TITLES = 20_000
_titles: dict[tuple[int, int], str] = {}
"""Blind titles by entry and version."""


@dataclass(frozen=True, slots=True)
class SheetItem:
    """A sheet in the judge's list; code and title are those of the copy that the judge reads."""

    line: JudgeLine
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class JudgeStage:
    """The sheets of a judge in one stage of a round."""

    round: InitiativeRound
    stage: int
    rubric: Rubric
    items: tuple[SheetItem, ...]
    is_open: bool
    is_blind: bool

    @property
    def active_count(self) -> int:
        """Sheets that the judge is to confirm, or has confirmed."""
        return sum(item.line.state.is_active for item in self.items)

    @property
    def confirmed_count(self) -> int:
        """Sheets that are confirmed."""
        return sum(item.line.state is JudgementState.CONFIRMED for item in self.items)

    @property
    def next_id(self) -> int | None:
        """The first sheet that is still to be marked."""
        return next((item.line.id for item in self.items if item.line.state is JudgementState.GIVEN), None)


@dataclass(frozen=True, slots=True)
class OtherSheet:
    """Another judge's confirmed sheet, without the name; ``position`` from 1."""

    position: int
    marks: Marks
    total: int


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A sheet with the entry. ``next_id`` is the judge's next sheet that is to be marked; ``position`` counts from 1
    among ``count`` sheets of this stage. ``others`` is None where they are not shown.
    """

    judgement: Judgement
    round: InitiativeRound
    rubric: Rubric
    copy: ReadCopy
    is_open: bool
    closed_at: datetime | None
    position: int
    count: int
    next_id: int | None
    others: tuple[OtherSheet, ...] | None

    @property
    def is_writable(self) -> bool:
        """Whether the judge can mark now."""
        return self.is_open and self.judgement.state is JudgementState.GIVEN


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A file that a judge opened. ``blinder`` is None where its content is not hidden; ``is_blind``: its name is."""

    file: EntryFile
    position: int
    blinder: Blinder | None
    is_blind: bool


def list_own_sheets(*, judge: Person, now: datetime) -> tuple[list[JudgeStage], bool]:
    """The judge's sheets by round and stage, and whether the judge sits on any panel."""
    with reading() as work:
        grouped: dict[tuple[int, int], list[JudgeLine]] = {}
        for line in judgements_store.list_lines_of(work, judge.id):
            grouped.setdefault((line.round_id, line.stage), []).append(line)
        stages = []
        for (round_id, stage), lines in grouped.items():
            round_ = rounds_store.find_round(work, round_id)
            if round_ is None:
                raise NotFound
            is_blind = is_blind_stage(round_, stage)
            titles = hide_titles(work, round_, judge.id, lines) if is_blind else {}
            items = tuple(
                SheetItem(line, line.blind_code, titles.get(line.entry_id, ""))
                if is_blind
                else SheetItem(line, str(line.number), line.title)
                for line in lines
            )
            rubric = find_rubric(round_, stage)
            stages.append(JudgeStage(round_, stage, rubric, items, _find_close(round_, stage, now)[0], is_blind))
        return stages, bool(panels_store.list_rounds_of(work, judge.id))


def view_sheet(*, judge: Person, judgement_id: int, now: datetime) -> SheetPage:
    """The sheet with what the judge may read of the entry. Raises NotFound."""
    with reading() as work:
        sheet = open_sheet(work, judge, judgement_id)
        version = _get_version(versions_store.list_versions(work, sheet.entry.id), sheet)
        own = [
            line
            for line in judgements_store.list_lines_of(work, judge.id)
            if (line.round_id, line.stage) == (sheet.round.id, sheet.judgement.stage)
        ]
        copy = make_copy(work, sheet.entry, version, sheet.round, sheet.judgement.stage)
        others = None
        if sheet.judgement.state is JudgementState.CONFIRMED and _shows_others(sheet):
            others = _list_others(
                judgements_store.list_judgements(work, sheet.entry.id, sheet.judgement.stage), judge.id
            )
    ids = [line.id for line in own]
    if judgement_id not in ids:
        # The entry was withdrawn between the two reads.
        raise NotFound
    place = ids.index(judgement_id)
    following = [*own[place + 1 :], *own[:place]]
    is_open, closed_at = _find_close(sheet.round, sheet.judgement.stage, now)
    return SheetPage(
        judgement=sheet.judgement,
        round=sheet.round,
        rubric=find_rubric(sheet.round, sheet.judgement.stage),
        copy=copy,
        is_open=is_open,
        closed_at=closed_at,
        position=place + 1,
        count=len(own),
        next_id=next((line.id for line in following if line.state is JudgementState.GIVEN), None),
        others=others,
    )


def open_sheet_file(*, judge: Person, judgement_id: int, file_id: int) -> SheetFile:
    """A file of an entry in the judge's hands. Raises NotFound, also where the judge abstained or has a conflict."""
    with reading() as work:
        sheet = open_sheet(work, judge, judgement_id)
        if not sheet.judgement.state.is_active:
            raise NotFound
        version = _get_version(versions_store.list_versions(work, sheet.entry.id), sheet)
        found = find_file(version, file_id)
        if found is None:
            raise NotFound
        blinder = None
        is_blind = is_blind_stage(sheet.round, sheet.judgement.stage)
        if is_blind and file_id not in files_store.list_released(work, sheet.entry.id):
            blinder = make_blinder_of(work, sheet.entry, version, sheet.round.settings.form)
        return SheetFile(found[1], found[0], blinder, is_blind)


def hide_titles(work: Work, round_: InitiativeRound, judge_id: int, lines: Sequence[JudgeLine]) -> dict[int, str]:
    """Titles without names, by entry. They are kept by this process: a version never changes."""
    if any((line.entry_id, line.version) not in _titles for line in lines):
        if len(_titles) > MOST_TITLES:
            _titles.clear()
        tree = UnitTree.of(unit_store.list_units(work))
        form = round_.settings.form
        versions = {line.entry_id: line.version for line in lines}
        for each in judgements_store.list_written(work, round_id=round_.id, judge_id=judge_id):
            blinder = make_blinder(tree, form, each.values, unit_id=each.unit_id, writers=each.writers)
            _titles[each.entry_id, versions[each.entry_id]] = blinder.hide(each.title)
    return {line.entry_id: _titles.get((line.entry_id, line.version), "") for line in lines}


def is_blind_stage(round_: InitiativeRound, stage: int) -> bool:
    """Whether judges of this stage read copies without names."""
    rules = round_.settings.judging
    return rules is not None and rules.is_blind and stage == FIRST_STAGE


def _shows_others(sheet: Sheet) -> bool:
    rules = sheet.round.settings.judging
    return rules is not None and rules.shows_others_marks


def _find_close(round_: InitiativeRound, stage: int, now: datetime) -> tuple[bool, datetime | None]:
    """Whether marks are taken now, and if not since when."""
    try:
        ensure_marking_open(round_, stage, now)
    except MarkingClosed as refusal:
        return False, refusal.closed_at
    except RoundDecided:
        return False, round_.published_at
    return True, None


def _get_version(versions: Sequence[EntryVersion], sheet: Sheet) -> EntryVersion:
    """The version that was judged; the latest as long as the sheet is open."""
    wanted = sheet.entry.version
    if sheet.judgement.state is JudgementState.CONFIRMED:
        wanted = sheet.judgement.entry_version
    for version in versions:
        if version.number == wanted:
            return version
    raise NotFound


def _list_others(judgements: Sequence[Judgement], judge_id: int) -> tuple[OtherSheet, ...]:
    confirmed = [each for each in judgements if each.state is JudgementState.CONFIRMED and each.judge_id != judge_id]
    return tuple(
        OtherSheet(position, each.marks, each.total_hundredths or 0) for position, each in enumerate(confirmed, start=1)
    )
