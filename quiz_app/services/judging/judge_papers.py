"""The marks that one judge has confirmed, as a paper to be signed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.contests import Contest
from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.judgements import Marks
from quiz_app.domain.judging.marks import find_rubric
from quiz_app.domain.judging.rubrics import Rubric
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import panels as panels_store
from quiz_app.persistence.session import transaction
from quiz_app.services.judging.viewing import hide_titles, is_blind_stage


@dataclass(frozen=True, slots=True)
class PaperLine:
    """An entry with the judge's marks; code and title are those of the copy that the judge read."""

    entry_id: int
    code: str
    title: str
    marks: Marks
    total: int


@dataclass(frozen=True, slots=True)
class JudgePaper:
    """What stands on the paper. ``open_count`` says how many sheets are not confirmed and hence not on it."""

    contest: Contest
    round: InitiativeRound
    stage: int
    rubric: Rubric
    judge_name: str
    panel: str | None
    lines: tuple[PaperLine, ...]
    open_count: int
    made_at: datetime


def make_judge_paper(*, person: Person, round_id: int, judge_id: int, stage: int, now: datetime) -> JudgePaper:
    """The paper of a judge, for the judge and for organisers; handing it out is written down.

    Raises NotFound (also for other judges' papers), NotJudged, InvalidInput (nothing is confirmed yet).
    """
    if person.id != judge_id and not may_organise(person):
        raise NotFound
    with transaction() as work:
        round_ = rounds_store.find_round(work, round_id)
        if round_ is None:
            raise NotFound
        rubric = find_rubric(round_, stage)
        judges = panels_store.list_judges_with_sheets(work, round_id)
        judge = next((each for each in judges if each.id == judge_id), None)
        contest = next((each for each in contests_store.list_contests(work) if each.id == round_.contest_id), None)
        if judge is None or contest is None:
            raise NotFound
        own = [
            line
            for line in judgements_store.list_lines_of(work, judge_id)
            if (line.round_id, line.stage) == (round_id, stage)
        ]
        marks = judgements_store.map_confirmed_marks(work, round_id=round_id, judge_id=judge_id, stage=stage)
        if not marks:
            raise InvalidInput("No sheet of this judge is confirmed yet.")
        is_blind = is_blind_stage(round_, stage)
        titles = hide_titles(work, round_, judge_id, own) if is_blind else {}
        lines = tuple(
            PaperLine(
                line.entry_id,
                line.blind_code if is_blind else str(line.number),
                titles.get(line.entry_id, "") if is_blind else line.title,
                *marks[line.entry_id],
            )
            for line in own
            if line.entry_id in marks
        )
        panels = panels_store.list_panels(work, round_id)
        panel = next(
            (each.name for each in panels if each.stage == stage and judge_id in {one.id for one in each.members}), None
        )
        audit.add_entry(
            work,
            now=now,
            actor_id=person.id,
            action="judge_paper_exported",
            subject=("initiative_round", round_id),
            details={"judge": judge.name, "stage": stage, "rows": len(lines)},
        )
    active = sum(line.state.is_active for line in own)
    return JudgePaper(contest, round_, stage, rubric, judge.name, panel, lines, active - len(lines), now)
