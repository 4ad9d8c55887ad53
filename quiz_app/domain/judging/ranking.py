"""Places within a category, why one stands before another, and who is proposed for round 2."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from quiz_app.domain.judging.aggregating import FinalMark, Shortcoming

BY_MARK, BY_HAND_IN = "mark", "hand_in"
"""What puts an entry behind the one before it, besides codes of criteria; "" for the first and for shared places."""


class Candidate(NamedTuple):
    """An entry that has a final mark. ``submitted_at`` is the first hand-in."""

    entry_id: int
    category: str
    final: FinalMark
    submitted_at: datetime
    shortcomings: tuple[Shortcoming, ...] = ()


class Placed(NamedTuple):
    """An entry with its place in its category. ``decided_by`` says what the entry before has more of: BY_MARK,
    the code of a criterion, or BY_HAND_IN; it is empty for the first and where ``is_shared``.
    """

    candidate: Candidate
    place: int
    decided_by: str
    is_shared: bool


def rank_candidates(candidates: Sequence[Candidate], tie_breaks: Sequence[str]) -> dict[str, list[Placed]]:
    """The order of each category: the higher final mark, then the higher mean of the named criteria in their order,
    then the earlier hand-in. What is equal in all of that shares a place, and the next place is that many lower.

    All comparisons are of whole numbers: fractions are brought to one denominator first.
    """
    scale = math.lcm(*{each.final.denominator for each in candidates}, *{each.final.kept_count for each in candidates})
    by_category: dict[str, list[tuple[tuple[int, ...], datetime, Candidate]]] = {}
    for each in candidates:
        final = each.final
        per_sheet = scale // final.kept_count
        key = (
            -final.numerator * (scale // final.denominator),
            *[-final.criterion_sums.get(code, 0) * per_sheet for code in tie_breaks],
        )
        by_category.setdefault(each.category, []).append((key, each.submitted_at, each))
    names = (BY_MARK, *tie_breaks)
    return {category: _place(lines, names) for category, lines in sorted(by_category.items())}


def _place(lines: list[tuple[tuple[int, ...], datetime, Candidate]], names: Sequence[str]) -> list[Placed]:
    lines.sort(key=lambda line: (line[0], line[1], line[2].entry_id))
    keys = [(line[0], line[1]) for line in lines]
    placed: list[Placed] = []
    for index, (key, moment, candidate) in enumerate(lines):
        is_shared = (index > 0 and keys[index - 1] == (key, moment)) or (
            index + 1 < len(keys) and keys[index + 1] == (key, moment)
        )
        if index and keys[index - 1] == (key, moment):
            placed.append(Placed(candidate, placed[-1].place, "", is_shared=True))
            continue
        decided_by = ""
        if index:
            before = keys[index - 1][0]
            decided_by = next((name for name, a, b in zip(names, before, key, strict=True) if a != b), BY_HAND_IN)
        placed.append(Placed(candidate, index + 1, decided_by, is_shared))
    return placed


def propose_shortlist(ranking: Mapping[str, Sequence[Placed]], per_category: int) -> frozenset[int]:
    """The first so many entries of each category that have no shortcoming; whoever shares the last of these places is
    taken in too.
    """
    chosen: set[int] = set()
    for placed in ranking.values():
        able = [each for each in placed if not each.candidate.shortcomings]
        if not per_category or not able:
            continue
        last_place = able[min(per_category, len(able)) - 1].place
        chosen |= {each.candidate.entry_id for each in able if each.place <= last_place}
    return frozenset(chosen)
