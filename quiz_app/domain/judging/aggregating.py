"""From the sheets of several judges to one final mark, exactly.

A final mark is a fraction of whole numbers: it is compared as such, and only shown rounded, down to the hundredth, so
that no entry just below the pass mark is shown as having reached it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from quiz_app.domain.judging.judgements import Marks
from quiz_app.domain.judging.rubrics import Averaging, JudgingRules, PresentationRules

FEWEST_TO_TRIM = 4
"""With fewer sheets the highest and the lowest stay: what is left would be one judge's word."""
FEWEST_TO_NORMALISE = 5
"""Sheets of a judge below which a mean of theirs says nothing about their strictness."""


class Shortcoming(StrEnum):
    """What keeps an entry from a place, the shortlist or a prize."""

    TOO_FEW_SHEETS = "too_few_sheets"
    """Fewer judges than the round asks for have confirmed; there is no final mark yet."""
    TOO_LOW = "below_pass_mark"
    ZERO_IN_CRITERION = "zero_in_criterion"


class ConfirmedSheet(NamedTuple):
    """What of a confirmed judgement enters the final mark; ``total`` in hundredths."""

    judge_id: int
    total: int
    marks: Marks


class FinalMark(NamedTuple):
    """The mark of an entry: ``numerator / denominator`` hundredths. ``criterion_sums`` are those of the
    ``kept_count`` sheets that were kept after trimming.
    """

    numerator: int
    denominator: int
    criterion_sums: Mapping[str, int]
    sheet_count: int
    kept_count: int
    lowest: int
    highest: int

    @property
    def hundredths(self) -> int:
        """The mark as it is shown: rounded down."""
        return self.numerator // self.denominator

    @property
    def spread(self) -> int:
        """Between the highest and the lowest total, in hundredths; all sheets count here, trimmed ones too."""
        return self.highest - self.lowest

    def find_criterion_mean(self, code: str) -> int:
        """The mean of a criterion in hundredths, rounded down."""
        return self.criterion_sums.get(code, 0) // self.kept_count


def aggregate(sheets: Sequence[ConfirmedSheet], rules: JudgingRules | PresentationRules) -> FinalMark | None:
    """The final mark of these confirmed sheets; None without any.

    Mean or median of the totals, never their sum. Where the rules trim and there are four or more, one sheet with the
    highest and one with the lowest total fall out, with all of their marks. The median of an even number is the mean
    of the two in the middle.
    """
    if not sheets:
        return None
    ordered = sorted(sheets, key=_TOTAL) if len(sheets) > 1 else sheets
    kept = ordered[1:-1] if rules.trims_extremes and len(ordered) >= FEWEST_TO_TRIM else ordered
    count = len(kept)
    if rules.averaging is Averaging.MEDIAN:
        numerator, denominator = kept[(count - 1) // 2].total + kept[count // 2].total, 2
    else:
        numerator, denominator = sum([sheet.total for sheet in kept]), count
    sums: dict[str, int] = {}
    for sheet in kept:
        for code, mark in sheet.marks.items():
            sums[code] = sums.get(code, 0) + mark
    return FinalMark(numerator, denominator, sums, len(ordered), count, ordered[0].total, ordered[-1].total)


_TOTAL = attrgetter("total", "judge_id")


def is_disagreement(final: FinalMark | None, rules: JudgingRules) -> bool:
    """Whether two judges are farther apart than the round allows; exactly at the limit they are not."""
    limit = rules.disagreement_hundredths
    return final is not None and limit is not None and final.spread > limit


def find_shortcomings(final: FinalMark | None, rules: JudgingRules) -> tuple[Shortcoming, ...]:
    """What keeps the entry from the shortlist; nothing for one that may stand on it."""
    if final is None or final.sheet_count < rules.judges_per_entry:
        return (Shortcoming.TOO_FEW_SHEETS,)
    found = []
    if final.numerator < rules.pass_mark_hundredths * final.denominator:
        found.append(Shortcoming.TOO_LOW)
    if rules.refuses_zero and any(not final.criterion_sums.get(each.code) for each in rules.rubric):
        found.append(Shortcoming.ZERO_IN_CRITERION)
    return tuple(found)


def find_strictness(sheets: Iterable[ConfirmedSheet]) -> dict[int, tuple[float, float]]:
    """Mean and standard deviation (of the whole, not a sample) of each judge's totals in hundredths, for judges with
    five sheets or more whose totals differ. For the column beside the raw marks; nothing is decided by it.
    """
    totals: dict[int, list[int]] = {}
    for sheet in sheets:
        totals.setdefault(sheet.judge_id, []).append(sheet.total)
    found = {}
    for judge_id, values in totals.items():
        if len(values) < FEWEST_TO_NORMALISE:
            continue
        mean = sum(values) / len(values)
        deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
        if deviation:
            found[judge_id] = (mean, deviation)
    return found


def find_standard_score(
    sheets: Sequence[ConfirmedSheet], strictness: Mapping[int, tuple[float, float]]
) -> float | None:
    """The mean over the judges of (total - judge's mean) / judge's deviation; None unless it is known of each."""
    if not sheets or any(sheet.judge_id not in strictness for sheet in sheets):
        return None
    shifts = [(sheet.total - strictness[sheet.judge_id][0]) / strictness[sheet.judge_id][1] for sheet in sheets]
    return sum(shifts) / len(shifts)
