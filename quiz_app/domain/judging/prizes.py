"""Prizes: what the order proposes, and who may be given one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quiz_app.domain.errors import Refusal
from quiz_app.domain.initiatives.prizes import Prize, PrizeFor
from quiz_app.domain.judging.combining import FinalPlace


@dataclass(frozen=True, slots=True)
class ProposedPrize:
    """A prize for an entry or a unit. ``position`` counts from 1 within the prize and category ("" for all)."""

    prize: str
    category: str
    position: int
    entry_id: int | None = None
    unit_id: int | None = None


class PrizesChanged(Refusal):
    """Somebody else has changed or decided the prizes since the page was opened."""


class NotReadyForPrizes(Refusal):
    """Marks can still change: the rounds are not locked."""


class PrizesUndecided(Refusal):
    """The prizes are not decided: nothing can be published."""


def propose_prizes(
    prizes: Sequence[Prize],
    places: Sequence[FinalPlace],
    unit_places: Sequence[tuple[int, int]],
    categories: Sequence[str],
) -> tuple[ProposedPrize, ...]:
    """What the order gives, in the order of the prizes; ``unit_places`` are (unit, place) in their order.

    Each entry, and each unit, is proposed for one prize. Whoever shares the place of the last one who gets a prize is
    given it too, even if there are more of it then than the rules name. Special prizes, which have a condition, are
    never proposed; entries with a shortcoming get none.
    """
    proposed: list[ProposedPrize] = []
    entries_taken: set[int] = set()
    units_taken: set[int] = set()
    able = [each for each in places if not each.finalist.shortcomings]
    for prize in prizes:
        if prize.condition:
            continue
        if prize.whom is PrizeFor.UNIT:
            left = [pair for pair in unit_places if pair[0] not in units_taken]
            for position, unit_id in enumerate(_take(left, prize.number), start=1):
                units_taken.add(unit_id)
                proposed.append(ProposedPrize(prize.code, "", position, unit_id=unit_id))
            continue
        for category in list_scopes(prize, categories):
            left = [
                (each.entry_id, each.place)
                for each in able
                if each.entry_id not in entries_taken and category in ("", each.finalist.category)
            ]
            for position, entry_id in enumerate(_take(left, prize.number), start=1):
                entries_taken.add(entry_id)
                proposed.append(ProposedPrize(prize.code, category, position, entry_id=entry_id))
    return tuple(proposed)


def list_scopes(prize: Prize, categories: Sequence[str]) -> tuple[str, ...]:
    """The categories in which a prize is given apart; ("",) where it is given among all."""
    if prize.is_per_category and prize.whom is PrizeFor.ENTRY and categories:
        return tuple(categories)
    return ("",)


def _take(ordered: Sequence[tuple[int, int]], number: int) -> list[int]:
    """The first ``number`` of (id, place), with whoever shares the place of the last of them."""
    if not ordered:
        return []
    last_place = ordered[min(number, len(ordered)) - 1][1]
    return [each for each, place in ordered if place <= last_place]
