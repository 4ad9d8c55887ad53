"""Item analysis: how items and sets of items behaved, from finished attempts.

The figures and their names are Moodle's (docs.moodle.org/dev/Quiz_statistics_calculations), whose marks are here
fractions of 0 to 1 per slot. Sums are over attempts; (co)variances divide by n - 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """So many attempts in which the item got this mark (0 to 1) while all marks of the attempt added up to ``total``.

    ``answer`` is what was chosen, in a form that the caller understands; empty: nothing.
    """

    mark: float
    total: float
    count: int
    answer: str = ""


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """What Moodle reports of a question; None where it is not defined (too few attempts, or no spread at all).

    ``facility``: the mean mark, 0 to 1. ``deviation``: standard deviation of the mark. ``discrimination``: correlation
    of the mark with the marks of the rest of the set, -1 to 1. ``efficiency``: how much of the covariance that was
    possible with these marks was reached, at most 1.
    """

    count: int
    facility: float | None
    deviation: float | None
    discrimination: float | None
    efficiency: float | None


@dataclass(frozen=True, slots=True)
class AnswerStatistics:
    """How often an answer was given, and how strong those who gave it were: the mean of their marks of the rest."""

    answer: str
    count: int
    mean_rest: float


@dataclass(frozen=True, slots=True)
class SetStatistics:
    """The set as a whole: ``mean`` and ``deviation`` of the sum of marks, alpha, and the standard error of a sum.

    ``alpha`` is Cronbach's, which Moodle calls the coefficient of internal consistency: over the places of the paper,
    since two people's papers share places and not items.
    """

    count: int
    mean: float | None
    deviation: float | None
    alpha: float | None
    error: float | None


def analyse_item(cells: Sequence[Cell]) -> ItemStatistics:
    """The statistics of one item version."""
    count = sum(cell.count for cell in cells)
    if count == 0:
        return ItemStatistics(0, None, None, None, None)
    marks = [(cell.mark, cell.count) for cell in cells]
    rests = [(cell.total - cell.mark, cell.count) for cell in cells]
    facility, mean_rest = _mean(marks, count), _mean(rests, count)
    if count < 2:
        return ItemStatistics(count, facility, None, None, None)
    variance, variance_of_rest = _variance(marks, facility, count), _variance(rests, mean_rest, count)
    covariance = math.fsum(
        cell.count * (cell.mark - facility) * (cell.total - cell.mark - mean_rest) for cell in cells
    ) / (count - 1)
    spread = math.sqrt(variance * variance_of_rest)
    largest = _largest_covariance(marks, rests, facility, mean_rest, count)
    return ItemStatistics(
        count=count,
        facility=facility,
        deviation=math.sqrt(variance),
        discrimination=covariance / spread if _is_positive(spread) else None,
        efficiency=covariance / largest if _is_positive(largest) else None,
    )


def analyse_answers(cells: Iterable[Cell]) -> dict[str, AnswerStatistics]:
    """Each answer that was given, and none ("")."""
    counts: dict[str, int] = {}
    rests: dict[str, float] = {}
    for cell in cells:
        counts[cell.answer] = counts.get(cell.answer, 0) + cell.count
        rests[cell.answer] = rests.get(cell.answer, 0.0) + cell.count * (cell.total - cell.mark)
    return {answer: AnswerStatistics(answer, count, rests[answer] / count) for answer, count in counts.items()}


def analyse_set(totals: Mapping[float, int], slots: Sequence[Mapping[float, int]]) -> SetStatistics:
    """The statistics of a set: how many attempts had each sum of marks, and, for each slot, each mark."""
    count = sum(totals.values())
    if count == 0:
        return SetStatistics(0, None, None, None, None)
    pairs = list(totals.items())
    mean = _mean(pairs, count)
    if count < 2:
        return SetStatistics(count, mean, None, None, None)
    variance = _variance(pairs, mean, count)
    alpha = error = None
    if len(slots) > 1 and _is_positive(variance):
        of_slots = math.fsum(_variance_of_slot(slot) for slot in slots)
        alpha = len(slots) / (len(slots) - 1) * (1 - of_slots / variance)
        error = math.sqrt(variance * max(0.0, 1 - alpha))
    return SetStatistics(count, mean, math.sqrt(variance), alpha, error)


def _variance_of_slot(marks: Mapping[float, int]) -> float:
    pairs, count = list(marks.items()), sum(marks.values())
    return _variance(pairs, _mean(pairs, count), count) if count > 1 else 0.0


def _mean(pairs: Sequence[tuple[float, int]], count: int) -> float:
    return math.fsum(value * weight for value, weight in pairs) / count


def _variance(pairs: Sequence[tuple[float, int]], mean: float, count: int) -> float:
    return math.fsum(weight * (value - mean) ** 2 for value, weight in pairs) / (count - 1)


def _largest_covariance(
    marks: Sequence[tuple[float, int]],
    rests: Sequence[tuple[float, int]],
    mean: float,
    mean_rest: float,
    count: int,
) -> float:
    """The covariance that the same marks would have if the strongest had the best of them: both in rising order."""
    products = []
    left, right = sorted(marks), sorted(rests)
    i = j = 0
    left_count, right_count = left[0][1], right[0][1]
    while True:
        together = min(left_count, right_count)
        products.append(together * (left[i][0] - mean) * (right[j][0] - mean_rest))
        left_count, right_count = left_count - together, right_count - together
        if left_count == 0:
            i += 1
            if i == len(left):
                break
            left_count = left[i][1]
        if right_count == 0:
            j += 1
            right_count = right[j][1]
    return math.fsum(products) / (count - 1)


def _is_positive(value: float) -> bool:
    """Apart from nought by more than rounding."""
    return value > 1e-12
