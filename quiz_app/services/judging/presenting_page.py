"""What the pages of the day of presenting show: the organisers', and the board on which officials follow it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.aggregating import ConfirmedSheet, FinalMark, aggregate
from quiz_app.domain.judging.combining import Finalist, FinalPlace, rank_finalists
from quiz_app.domain.judging.conflicts import JudgedEntry
from quiz_app.domain.judging.judgements import FIRST_STAGE, SECOND_STAGE, JudgementState, NotJudged
from quiz_app.domain.judging.presenting import Draw, Turn, TurnPhase, find_end
from quiz_app.domain.judging.rubrics import JudgingRules, PresentationRules
from quiz_app.domain.people import Person
from quiz_app.persistence.judging import panels as panels_store
from quiz_app.persistence.judging import presentations as presentations_store
from quiz_app.persistence.judging.judgements import Assignment
from quiz_app.persistence.judging.panels import Judge, Panel
from quiz_app.persistence.judging.presentations import FinalistLine, StageSheet
from quiz_app.persistence.session import Work, reading
from quiz_app.services.judging.access import open_round, read_conflict_rules


@dataclass(frozen=True, slots=True)
class TurnLine:
    """A turn with what the judges have given so far. ``ends_at`` is the end of the running part."""

    turn: Turn
    entry: FinalistLine
    ends_at: datetime | None
    sheets: tuple[StageSheet, ...]
    """Of round 2."""
    first: FinalMark | None
    second: FinalMark | None
    place: FinalPlace | None
    """Where the entry stands as of now; None until a judge has confirmed."""

    @property
    def confirmed_count(self) -> int:
        """Sheets of round 2 that are confirmed."""
        return sum(sheet.state is JudgementState.CONFIRMED for sheet in self.sheets)

    @property
    def active_count(self) -> int:
        """Sheets of round 2 that are to be confirmed, or are."""
        return sum(sheet.state.is_active for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class PresentationPage:
    """The day as an organiser sees it. ``unplaced`` are on the shortlist without a place in the order."""

    round: InitiativeRound
    rules: JudgingRules
    presentation: PresentationRules
    lines: tuple[TurnLine, ...]
    unplaced: tuple[FinalistLine, ...]
    draws: tuple[Draw, ...]
    codes: Mapping[int, str]
    """Codes by entry, for computing the drawing again."""
    judges: tuple[Judge, ...]
    """Members of the panels of round 2."""
    missing_sheets: int
    """Sheets of round 2 that members of the panels could be given and have not been."""
    seen: int
    """How many drawings there were: a new one names it, so that of two at once only one draws."""

    @property
    def current(self) -> TurnLine | None:
        """The turn whose clock runs."""
        return next((line for line in self.lines if line.turn.is_running), None)

    @property
    def next(self) -> TurnLine | None:
        """The first turn that waits."""
        return next((line for line in self.lines if line.turn.phase is TurnPhase.WAITING), None)

    @property
    def has_begun(self) -> bool:
        """Whether a talk has begun: the order stays then."""
        return any(line.turn.phase is not TurnPhase.WAITING for line in self.lines)

    @property
    def ranking(self) -> tuple[TurnLine, ...]:
        """Those with a mark of round 2, in the order as of now."""
        return tuple(sorted((line for line in self.lines if line.place is not None), key=_place_of))

    @property
    def unmarked(self) -> tuple[TurnLine, ...]:
        """Those without a mark of round 2 yet, in the order of the day."""
        return tuple(line for line in self.lines if line.place is None)


def view_presentations(*, organiser: Person, round_id: int) -> PresentationPage:
    """The day of presenting. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        return make_page(work, round_, rules)


def view_board(*, organiser: Person, round_id: int) -> PresentationPage:
    """The same without what only the organiser's own page needs: it is asked for every few seconds."""
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        return make_page(work, round_, rules, is_board=True)


def count_open_sheets(page: PresentationPage) -> int:
    """Sheets of round 2 that are not confirmed."""
    return sum(line.active_count - line.confirmed_count for line in page.lines)


def make_page(work: Work, round_: InitiativeRound, rules: JudgingRules, *, is_board: bool = False) -> PresentationPage:
    """The day within the caller's reading. Raises NotJudged."""
    presentation = round_.settings.presentation
    if presentation is None:
        raise NotJudged
    finalists = {each.id: each for each in presentations_store.list_finalists(work, round_.id)}
    all_sheets = presentations_store.list_stage_sheets(work, round_.id)
    sheets: dict[tuple[int, int], list[StageSheet]] = {}
    for sheet in all_sheets:
        sheets.setdefault((sheet.stage, sheet.entry_id), []).append(sheet)
    first = {each: aggregate(_confirmed(sheets.get((FIRST_STAGE, each), ())), rules) for each in finalists}
    second = {each: aggregate(_confirmed(sheets.get((SECOND_STAGE, each), ())), presentation) for each in finalists}
    marked = []
    for each in finalists.values():
        mark = first[each.id]
        if mark is not None and second[each.id] is not None:
            marked.append(Finalist(each.id, each.category, each.submitted_at, mark, second[each.id]))
    places = {each.entry_id: each for each in rank_finalists(marked, rules, presentation)}
    turns = presentations_store.list_turns(work, round_.id)
    draws = () if is_board else tuple(presentations_store.list_draws(work, round_.id))
    lines = tuple(
        TurnLine(
            turn=turn,
            entry=finalists[turn.entry_id],
            ends_at=find_end(turn, presentation),
            sheets=tuple(sheets.get((SECOND_STAGE, turn.entry_id), ())),
            first=first[turn.entry_id],
            second=second[turn.entry_id],
            place=places.get(turn.entry_id),
        )
        for turn in turns
        if turn.entry_id in finalists
    )
    placed = {turn.entry_id for turn in turns}
    panels = [] if is_board else panels_store.list_panels(work, round_.id)
    judges = {judge.id: judge for panel in panels if panel.stage == SECOND_STAGE for judge in panel.members}
    missing = len(list_missing(work, round_, finalists.values(), panels, all_sheets)) if draws else 0
    return PresentationPage(
        round=round_,
        rules=rules,
        presentation=presentation,
        lines=lines,
        unplaced=tuple(each for each in finalists.values() if each.id not in placed),
        draws=draws,
        codes={each.id: each.blind_code for each in finalists.values()},
        judges=tuple(judges.values()),
        missing_sheets=missing,
        seen=len(draws),
    )


def _confirmed(sheets: Sequence[StageSheet]) -> list[ConfirmedSheet]:
    return [
        ConfirmedSheet(sheet.judge_id, sheet.total or 0, sheet.marks)
        for sheet in sheets
        if sheet.state is JudgementState.CONFIRMED
    ]


def list_missing(
    work: Work,
    round_: InitiativeRound,
    finalists: Iterable[FinalistLine],
    panels: Iterable[Panel],
    sheets: Iterable[StageSheet],
) -> list[Assignment]:
    """A sheet for every member of a fitting panel who has none and no conflict of interest."""
    panels = [panel for panel in panels if panel.stage == SECOND_STAGE]
    if not panels:
        return []
    rules = read_conflict_rules(work, round_)
    has = {(sheet.entry_id, sheet.judge_id) for sheet in sheets if sheet.stage == SECOND_STAGE}
    found = []
    for entry in finalists:
        judged = JudgedEntry(entry.id, entry.number, entry.category, entry.unit_id, entry.created_by_id, entry.version)
        for panel in panels:
            if panel.category not in ("", entry.category):
                continue
            for judge in panel.members:
                if not judge.is_able or (entry.id, judge.id) in has:
                    continue
                if rules.is_conflict(judge.id, judge.unit_id, judged):
                    continue
                has.add((entry.id, judge.id))
                found.append(Assignment(entry.id, entry.version, judge.id, panel.id))
    return found


def _place_of(line: TurnLine) -> tuple[int, int]:
    return (0 if line.place is None else line.place.place, line.turn.place)
