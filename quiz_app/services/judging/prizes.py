"""Prizes: proposed from the order, changed with a reason, decided; their certificates."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quiz_app.domain.certificates import CODE_BITS, make_code
from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.initiatives.prizes import Prize, PrizeFor
from quiz_app.domain.initiatives.rounds import InitiativeRound, RoundDecided
from quiz_app.domain.judging.combining import FinalPlace
from quiz_app.domain.judging.prizes import (
    NotReadyForPrizes,
    PrizesChanged,
    ProposedPrize,
    list_scopes,
    propose_prizes,
)
from quiz_app.domain.judging.rubrics import JudgingRules
from quiz_app.domain.judging.unit_ranking import PlacedUnit
from quiz_app.domain.people import Person
from quiz_app.domain.reasons import check_reason
from quiz_app.domain.units import Unit
from quiz_app.persistence import audit
from quiz_app.persistence.judging import prizes as prizes_store
from quiz_app.persistence.judging.judged_entries import JudgedLine
from quiz_app.persistence.judging.prizes import PrizeLine
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import UniqueViolation, Work, reading, transaction
from quiz_app.services.judging.access import open_round
from quiz_app.services.judging.results import (
    FinalOrder,
    are_marks_locked,
    read_final_order,
    read_kept_order,
)
from quiz_app.services.judging.unit_ranking import rank_contest_units


@dataclass(frozen=True, slots=True)
class PrizePage:
    """Prizes as an organiser sees them. ``seen`` stands for the order and the prizes as they are now: a change names
    it, so that of two who change something at once only one does.
    """

    round: InitiativeRound
    rules: JudgingRules
    places: tuple[FinalPlace, ...]
    entries: Mapping[int, JudgedLine]
    units: tuple[Unit, ...]
    given: tuple[PrizeLine, ...]
    proposal: tuple[ProposedPrize, ...]
    is_ready: bool
    seen: str

    @property
    def is_decided(self) -> bool:
        """Whether the prizes are decided."""
        return any(prize.decided_at is not None for prize in self.given)

    @property
    def is_proposal(self) -> bool:
        """Whether the prizes are exactly those that the order proposes."""
        return {(each.prize, each.category, each.entry_id, each.unit_id) for each in self.given} == {
            (each.prize, each.category, each.entry_id, each.unit_id) for each in self.proposal
        }

    def list_given(self, code: str) -> list[PrizeLine]:
        """Those of one prize, by category and position."""
        return [each for each in self.given if each.prize == code]

    def find_place(self, entry_id: int | None) -> FinalPlace | None:
        """Where an entry stands."""
        return next((each for each in self.places if each.entry_id == entry_id), None)


def view_prizes(*, organiser: Person, round_id: int) -> PrizePage:
    """The prizes and the order they come from. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        return make_prize_page(work, round_, rules, order=read_kept_order(work, round_, rules))


def propose(*, organiser: Person, round_id: int, seen: str, now: datetime) -> int:
    """Put what the order proposes in place of all that is there and not decided; how many prizes.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, NotReadyForPrizes, PrizesChanged.
    """
    with transaction() as work:
        page = _open_undecided(work, organiser, round_id, seen)
        replaced = prizes_store.clear_undecided(work, round_id)
        prizes_store.add_prizes(
            work, page.proposal, round_id=round_id, is_proposed=True, reason="", made_by_id=organiser.id, now=now
        )
        _note(work, organiser, round_id, "prizes_proposed", {"added": len(page.proposal), "removed": replaced}, now)
        return len(page.proposal)


def give_prize(
    *,
    organiser: Person,
    round_id: int,
    seen: str,
    prize_code: str,
    entry_id: int | None,
    unit_id: int | None,
    reason: str,
    now: datetime,
) -> None:
    """Give a prize that the order does not propose, or a special one, with the reason.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, NotReadyForPrizes, PrizesChanged, InvalidInput.
    """
    reason = check_reason(reason)
    with transaction() as work:
        page = _open_undecided(work, organiser, round_id, seen)
        prize = find_prize_kind(page.round, prize_code)
        category = ""
        if prize.whom is PrizeFor.UNIT:
            entry_id = None
            if unit_id not in {unit.id for unit in page.units}:
                raise InvalidInput("Choose a unit.")
        else:
            unit_id = None
            place = page.find_place(entry_id)
            if place is None:
                raise InvalidInput("Choose an initiative with a final mark.")
            if place.finalist.shortcomings:
                raise InvalidInput(
                    "An initiative below the pass mark or without enough judges cannot be given a prize."
                )
            if list_scopes(prize, _list_categories(page.round)) != ("",):
                category = place.finalist.category
        if any(
            (each.entry_id, each.unit_id) == (entry_id, unit_id) and each.prize == prize.code for each in page.given
        ):
            raise InvalidInput("It has this prize already.")
        positions = [each.position for each in page.given if (each.prize, each.category) == (prize.code, category)]
        given = ProposedPrize(prize.code, category, max(positions, default=0) + 1, entry_id, unit_id)
        try:
            prizes_store.add_prizes(
                work, [given], round_id=round_id, is_proposed=False, reason=reason, made_by_id=organiser.id, now=now
            )
        except UniqueViolation as error:
            raise PrizesChanged from error
        details: dict[str, Any] = {"prize": prize.code, "reason": reason}
        if entry_id is not None:
            details["entry"] = page.entries[entry_id].number
        else:
            details["unit_id"] = unit_id
        _note(work, organiser, round_id, "prize_given", details, now)


def take_prize(*, organiser: Person, round_id: int, seen: str, prize_id: int, reason: str, now: datetime) -> None:
    """Take a prize away that is not decided, with the reason.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, NotReadyForPrizes, PrizesChanged, InvalidInput.
    """
    reason = check_reason(reason)
    with transaction() as work:
        page = _open_undecided(work, organiser, round_id, seen)
        line = next((each for each in page.given if each.id == prize_id), None)
        if line is None or not prizes_store.delete_undecided(work, round_id=round_id, prize_id=prize_id):
            raise NotFound
        details = {"prize": line.prize, "entry": line.number, "unit_id": line.unit_id, "reason": reason}
        _note(work, organiser, round_id, "prize_taken", details, now)


def decide_prizes(*, organiser: Person, round_id: int, seen: str, now: datetime) -> int:
    """Decide all prizes as they stand: from then on they have certificates and change no more; how many.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, NotReadyForPrizes, PrizesChanged, InvalidInput (there
    is none).
    """
    with transaction() as work:
        page = _open_undecided(work, organiser, round_id, seen)
        if not page.given:
            raise InvalidInput("There is no prize to decide yet.")
        for line in page.given:
            prizes_store.decide_prize(work, line.id, code=make_code(secrets.randbits(CODE_BITS)), now=now)
        details = {"prizes": len(page.given), "is_proposal": page.is_proposal}
        _note(work, organiser, round_id, "prizes_decided", details, now)
        return len(page.given)


def undo_decision(*, organiser: Person, round_id: int, reason: str, now: datetime) -> None:
    """Take the decision back, before it is published, with the reason: the codes given with it are void.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, PrizesChanged (nothing is decided), InvalidInput.
    """
    reason = check_reason(reason)
    with transaction() as work:
        round_, _ = open_round(work, organiser, round_id, locks=True)
        if round_.published_at is not None:
            raise RoundDecided
        if not prizes_store.are_decided(work, round_id):
            raise PrizesChanged
        count = prizes_store.undo_decision(work, round_id)
        _note(work, organiser, round_id, "prize_decision_undone", {"prizes": count, "reason": reason}, now)


def make_prize_page(work: Work, round_: InitiativeRound, rules: JudgingRules, *, order: FinalOrder) -> PrizePage:
    """The prizes within the caller's reading."""
    given = tuple(prizes_store.list_prizes(work, round_.id))
    has_unit_prizes = any(prize.whom is PrizeFor.UNIT for prize in round_.settings.prizes)
    ranked: Sequence[PlacedUnit] = ()
    units: Sequence[Unit] = ()
    if has_unit_prizes:
        ranked = rank_contest_units(work, round_, rules, order.standings)
        units = sorted((unit for unit in unit_store.list_units(work) if unit.is_open), key=lambda unit: unit.name)
    proposal = propose_prizes(
        round_.settings.prizes,
        order.places,
        [(each.result.unit_id, each.place) for each in ranked],
        _list_categories(round_),
    )
    state = (
        [(each.entry_id, each.place, each.numerator, each.denominator) for each in order.places],
        [(each.id, each.decided_at) for each in given],
    )
    return PrizePage(
        round=round_,
        rules=rules,
        places=order.places,
        entries=order.entries,
        units=tuple(units),
        given=given,
        proposal=proposal,
        is_ready=are_marks_locked(round_),
        seen=hashlib.sha256(repr(state).encode()).hexdigest()[:32],
    )


def find_prize_kind(round_: InitiativeRound, code: str) -> Prize:
    """The prize of this code. Raises InvalidInput."""
    prize = next((each for each in round_.settings.prizes if each.code == code), None)
    if prize is None:
        raise InvalidInput("Choose a prize.")
    return prize


def _open_undecided(work: Work, organiser: Person, round_id: int, seen: str) -> PrizePage:
    round_, rules = open_round(work, organiser, round_id, locks=True)
    if round_.published_at is not None:
        raise RoundDecided
    if not are_marks_locked(round_):
        raise NotReadyForPrizes
    page = make_prize_page(work, round_, rules, order=read_final_order(work, round_, rules))
    if page.seen != seen or page.is_decided:
        raise PrizesChanged
    return page


def _list_categories(round_: InitiativeRound) -> list[str]:
    return [category.code for category in round_.settings.categories]


def _note(work: Work, organiser: Person, round_id: int, action: str, details: dict[str, Any], now: datetime) -> None:
    audit.add_entry(
        work, now=now, actor_id=organiser.id, action=action, subject=("initiative_round", round_id), details=details
    )
