"""The list of prizes: the first people of a round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.contests import Phase, Round, compute_phase
from quiz_app.domain.errors import NotAllowed
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence import results as results_store
from quiz_app.persistence.contests import get_round
from quiz_app.persistence.session import reading
from quiz_app.services.results import RankedPerson, finalise_round, place_people

MOST_TIED = 100
"""People beyond the number of prizes who are looked at for the last place."""


@dataclass(frozen=True, slots=True)
class PrizeList:
    """Everyone whose place is among the first ``places``: more people than places where the last one is shared."""

    round: Round
    phase: Phase
    is_provisional: bool
    places: int
    people: tuple[RankedPerson, ...]


def view_prizes(*, organiser: Person, round_id: int, now: datetime) -> PrizeList:
    """The list of prizes as it stands. Raises NotAllowed, NotFound."""
    if not may_organise(organiser):
        raise NotAllowed
    with reading() as work:
        round_ = get_round(work, round_id)
    phase = compute_phase(round_.opens_at, round_.closes_at, now)
    if phase is Phase.CLOSED and round_.finalised_at is None:
        finalise_round(round_id=round_id, now=now)
    with reading() as work:
        round_ = get_round(work, round_id)
        places = round_.settings.prize_places
        lines = results_store.list_ranking(work, round_id=round_id, skipped=0, most=places + MOST_TIED)
    people = place_people(lines, skipped=0, before=0, order=round_.settings.rank_order)
    return PrizeList(
        round=round_,
        phase=phase,
        is_provisional=round_.finalised_at is None,
        places=places,
        people=tuple(person for person in people if person.place <= places),
    )
