"""Letters to the leads of units that still owe initiatives: their words stand on the board, and go out when a person
who has read them there says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.letters import LetterKind, MailNotSet, NobodyToWriteTo
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import boards as boards_store
from quiz_app.persistence.session import transaction
from quiz_app.services.initiatives.boards import Board, Shown, view_board_as_lead, view_board_as_organiser
from quiz_app.services.letters import queue_letter


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many letters were queued, and how many units that owe have nobody to write to, or were written to today."""

    letters: int
    units_left: int


def remind_as_organiser(
    *, organiser: Person, round_id: int, address: str, is_mail_set: bool, now: datetime
) -> Reminded:
    """Write to the leads of all units that owe. Raises NotAllowed, NotFound, MailNotSet, NobodyToWriteTo."""
    board = view_board_as_organiser(organiser=organiser, round_id=round_id, earlier_id=0, shown=Shown.MISSING)
    return _remind(organiser, board, address, is_mail_set, now)


def remind_as_lead(*, lead: Person, round_id: int, address: str, is_mail_set: bool, now: datetime) -> Reminded:
    """Write to the leads of the units below the own ones. Raises as ``remind_as_organiser``."""
    board = view_board_as_lead(lead=lead, round_id=round_id, earlier_id=0, shown=Shown.MISSING)
    return _remind(lead, board, address, is_mail_set, now)


def _remind(person: Person, board: Board, address: str, is_mail_set: bool, now: datetime) -> Reminded:
    """A lead gets one letter a day for each unit, whoever asks for it. Whoever asks gets none."""
    if not is_mail_set:
        raise MailNotSet
    round_ = board.round
    day = now.astimezone(round_.zone).date().isoformat()
    owing = {line.unit.id: line for line in board.lines}
    reached: set[int] = set()
    letters = 0
    with transaction() as work:
        for lead in boards_store.list_leads(work, owing):
            if lead.account_id == person.id:
                continue
            line = owing[lead.unit_id]
            facts = {
                "unit": line.unit.name,
                "round": round_.title,
                "missing": line.figures.missing,
                "until": (round_.unit_closes_at or round_.closes_at).isoformat(),
                "zone": str(round_.zone),
                "address": address,
            }
            about = f"initiatives:{round_.id}:{line.unit.id}:{day}"
            if queue_letter(
                work, kind=LetterKind.ENTRY_REMINDER, about=about, account_id=lead.account_id, facts=facts, now=now
            ):
                letters += 1
                reached.add(lead.unit_id)
        if not letters:
            raise NobodyToWriteTo
        audit.add_entry(
            work,
            now=now,
            actor_id=person.id,
            action="initiatives_reminded",
            subject=("initiative_round", round_.id),
            details={"letters": letters},
        )
    return Reminded(letters, len(owing) - len(reached))
