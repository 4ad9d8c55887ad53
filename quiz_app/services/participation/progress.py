"""The lines of units with what each of them owes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from quiz_app.domain.contests import Phase, Round, compute_phase
from quiz_app.domain.participation import UnitProgress, find_owed
from quiz_app.persistence.quotas import ContestQuotas
from quiz_app.persistence.results import UnitLine


def to_progress(
    lines: Sequence[UnitLine], comers: Mapping[int | None, tuple[int, int]], quotas: ContestQuotas
) -> list[UnitProgress]:
    """Lines of a board (see ``units.boards``) with the people still to come and the quota of each, by name."""
    found = []
    for line in lines:
        not_begun, sitting = comers.get(line.unit_id, (0, 0))
        quota = quotas.by_unit.get(line.unit_id) or quotas.by_kind.get(line.kind)
        found.append(
            UnitProgress(
                unit_id=line.unit_id,
                name=line.name,
                block=line.block,
                staff_number=line.staff_number,
                taken_part=line.taken_part,
                passed=line.passed,
                not_begun=not_begun,
                sitting=sitting,
                best_sum_hundredths=line.best_sum_hundredths,
                owed=find_owed(quota, line.staff_number),
            )
        )
    return sorted(found, key=lambda line: line.name)


def choose_round(rounds: Sequence[Round], round_id: int | None, now: datetime) -> Round | None:
    """The round that a page is about: the one asked for; else of the ranked ones (a practice round owes nothing) one
    that is open, else the one that closed last, else the one that opens first.
    """
    if round_id is not None:
        return next((round_ for round_ in rounds if round_.id == round_id), None)
    ranked = [round_ for round_ in rounds if round_.settings.is_ranked] or list(rounds)
    by_phase: dict[Phase, list[Round]] = {}
    for round_ in ranked:
        by_phase.setdefault(compute_phase(round_.opens_at, round_.closes_at, now), []).append(round_)
    if Phase.OPEN in by_phase:
        return min(by_phase[Phase.OPEN], key=lambda round_: round_.closes_at)
    if Phase.CLOSED in by_phase:
        return max(by_phase[Phase.CLOSED], key=lambda round_: round_.closes_at)
    return min(ranked, key=lambda round_: round_.opens_at, default=None)
