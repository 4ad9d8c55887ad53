"""What may stand on a sheet. Marks are whole hundredths of a point; a draft may lack anything, a confirmed sheet
nothing that the rubric asks for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.initiatives.rounds import InitiativeRound, RoundDecided
from quiz_app.domain.judging.judgements import (
    FIRST_STAGE,
    MarkingClosed,
    Marks,
    NotJudged,
    Remarks,
    SheetIncomplete,
    SheetProblem,
)
from quiz_app.domain.judging.rubrics import Criterion, Rubric

LONGEST_REMARK = 1000
LONGEST_OPINION = 4000
"""Characters."""
_MARK = re.compile(r"\d{1,4}([.,]\d{1,2})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """What was typed, as far as it can be kept; marks that cannot are among the problems."""

    marks: Marks
    remarks: Remarks
    opinion: str
    problems: tuple[SheetProblem, ...]


def find_rubric(round_: InitiativeRound, stage: int) -> Rubric:
    """The rubric of a stage. Raises NotJudged."""
    settings = round_.settings
    rules = settings.judging if stage == FIRST_STAGE else settings.presentation
    if rules is None:
        raise NotJudged
    return rules.rubric


def ensure_marking_open(round_: InitiativeRound, stage: int, now: datetime) -> None:
    """Raise unless judges may mark now: RoundDecided (published), MarkingClosed (the marks of the stage
    are locked, or the time of round 1 is over).

    Round 2 is open until its own lock.
    """
    if round_.published_at is not None:
        raise RoundDecided
    if stage != FIRST_STAGE:
        if round_.presentation_locked_at is not None:
            raise MarkingClosed(round_.presentation_locked_at)
        return
    if round_.judging_locked_at is not None:
        raise MarkingClosed(round_.judging_locked_at)
    if round_.judging_closes_at is not None and now >= round_.judging_closes_at:
        raise MarkingClosed(round_.judging_closes_at)


def find_lock(round_: InitiativeRound, stage: int) -> datetime | None:
    """When the organisers closed the marks of a stage; None while they are open."""
    return round_.judging_locked_at if stage == FIRST_STAGE else round_.presentation_locked_at


def read_sheet(
    rubric: Rubric, marks: Mapping[str, str], remarks: Mapping[str, str], opinion: str, *, stored: Marks
) -> ReadSheet:
    """The sheet of a page. A mark that cannot be kept leaves the ``stored`` one in its place, and is told.

    Criteria that the rubric does not have are left out.
    """
    kept: dict[str, int] = {}
    problems = []
    for criterion in rubric:
        text = marks.get(criterion.code, "").strip()
        if not text:
            continue
        mark = find_mark(text)
        problem = _find_mark_problem(criterion, text, mark)
        if problem is None and mark is not None:
            kept[criterion.code] = mark
        elif problem is not None:
            problems.append(problem)
            if criterion.code in stored:
                kept[criterion.code] = stored[criterion.code]
    words = {
        criterion.code: text
        for criterion in rubric
        if (text := clean_remark(remarks.get(criterion.code, ""), LONGEST_REMARK))
    }
    return ReadSheet(kept, words, clean_remark(opinion, LONGEST_OPINION), tuple(problems))


def find_mark(text: str) -> int | None:
    """``8,5`` and ``8.5`` as 850 hundredths; None for what is no number with two decimals at most."""
    if not _MARK.fullmatch(text) or not text.isascii():
        return None
    whole, _, decimals = text.replace(",", ".").partition(".")
    return int(whole) * 100 + int(decimals.ljust(2, "0") or 0)


def clean_remark(text: str, longest: int) -> str:
    """NFC, without control characters and spaces around, cut at ``longest`` characters."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROL.sub("", text).strip()[:longest]


def sum_marks(rubric: Rubric, marks: Marks) -> int:
    """The total of a sheet in hundredths, weights included; criteria without a mark count nothing."""
    return sum(marks.get(criterion.code, 0) * criterion.weight for criterion in rubric)


def find_sheet_problems(rubric: Rubric, marks: Marks, remarks: Remarks) -> list[SheetProblem]:
    """All that keeps a sheet from being confirmed, in the order of the rubric."""
    problems = []
    for criterion in rubric:
        mark = marks.get(criterion.code)
        if mark is None:
            problems.append(SheetProblem(criterion.code, N_("Give a mark; 0 is one too."), {}))
            continue
        problem = _find_mark_problem(criterion, "", mark)
        if problem is not None:
            problems.append(problem)
        elif mark < criterion.remark_below_hundredths and not remarks.get(criterion.code):
            message = N_("A mark below %(limit)s needs a remark.")
            problems.append(SheetProblem(criterion.code, message, {"limit": criterion.remark_below_hundredths}))
    return problems


def ensure_complete_sheet(rubric: Rubric, marks: Marks, remarks: Remarks) -> None:
    """Raise SheetIncomplete with every problem, if there is any."""
    problems = find_sheet_problems(rubric, marks, remarks)
    if problems:
        raise SheetIncomplete(tuple(problems))


def _find_mark_problem(criterion: Criterion, text: str, mark: int | None) -> SheetProblem | None:
    """Values named ``limit``, ``most`` and ``step`` are hundredths: the page writes them as points."""
    if mark is None:
        return SheetProblem(criterion.code, N_("“%(text)s” is not a mark."), {"text": text[:40]})
    if not 0 <= mark <= criterion.maximum_hundredths:
        message = N_("A mark lies between 0 and %(most)s.")
        return SheetProblem(criterion.code, message, {"most": criterion.maximum_hundredths})
    if mark % criterion.step_hundredths:
        message = N_("Marks go in steps of %(step)s.")
        return SheetProblem(criterion.code, message, {"step": criterion.step_hundredths})
    return None
