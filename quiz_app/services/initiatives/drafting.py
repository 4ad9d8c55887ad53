"""Writing an entry: begun, saved as it is typed, never lost to another tab in silence."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from quiz_app.domain.certificates import ALPHABET
from quiz_app.domain.errors import InvalidInput, NotAllowed, NotFound
from quiz_app.domain.initiatives.entries import LONGEST_TITLE, EntryChanged
from quiz_app.domain.initiatives.filling import clean_line, clean_values, copy_values, find_names
from quiz_app.domain.initiatives.forms import Values
from quiz_app.domain.initiatives.rounds import InitiativeRound, ensure_may_hand_in
from quiz_app.domain.initiatives.states import EntryActor, EntryStepRefused
from quiz_app.domain.names import make_search_text
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives.listing import is_continued
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.initiatives.access import get_round, list_entrant_units, open_entry
from quiz_app.services.initiatives.windows import find_unit_window

MOST_DRAFTS = 50
"""Drafts of one person in a round that were never handed in."""
BLIND_LENGTH = 6


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """What a save answers: the sequence that the next save must name, and when it was saved, in the round's zone."""

    sequence: int
    saved_at: datetime
    zone: ZoneInfo


def create_entry(
    *,
    person: Person,
    round_id: int,
    unit_id: int,
    title: str,
    category: str,
    now: datetime,
    continues_id: int | None = None,
) -> int:
    """Begin an entry for a unit; its id. With ``continues_id`` it takes over what was registered in an earlier round.

    Raises NotFound, NotAllowed, InvalidInput, HandInNotOpen, HandInClosed, RoundDecided.
    """
    with transaction() as work:
        round_ = get_round(work, round_id)
        unit = next((unit for unit in list_entrant_units(work, person) if unit.id == unit_id), None)
        if unit is None:
            raise NotAllowed
        ensure_may_hand_in(round_, find_unit_window(work, round_, unit_id, was_returned=False).window, now)
        title, category = _check_title(title), _check_category(round_, category)
        if entries_store.count_open_drafts(work, round_id=round_id, account_id=person.id) >= MOST_DRAFTS:
            raise InvalidInput("There are 50 drafts already. Hand one in or withdraw one first.")
        form = round_.settings.form
        values = {} if continues_id is None else _take_over(work, person, round_, unit_id, continues_id)
        entry_id = entries_store.add_entry(
            work,
            round_id=round_id,
            unit_id=unit_id,
            created_by_id=person.id,
            blind_code="".join(secrets.choice(ALPHABET) for _ in range(BLIND_LENGTH)),
            title=title,
            category=category,
            values=values,
            search_text=make_search_text(title, unit.name, *find_names(form, values)),
            now=now,
            continues_id=continues_id,
        )
        audit.add_entry(work, now=now, actor_id=person.id, action="entry_begun", subject=("entry", entry_id))
    return entry_id


def save_draft(
    *, person: Person, entry_id: int, sequence: int, title: str, category: str, values: Values, now: datetime
) -> SavedDraft:
    """Keep what was typed. What is unfinished may be saved; only the hand-in asks for all.

    The same texts once more change nothing, whatever sequence they name: a save whose answer was lost may be repeated.

    Raises NotFound, EntryStepRefused (it is not with the unit any more), EntryChanged (another tab or person saved
    since ``sequence``), InvalidInput.
    """
    with transaction() as work:
        access = open_entry(work, person, entry_id, locks=True)
        if EntryActor.ENTRANT not in access.actors:
            raise NotFound
        if not access.entry.state.is_with_unit:
            raise EntryStepRefused(access.entry.state)
        title, category = _check_title(title), _check_category(access.round, category)
        form = access.round.settings.form
        cleaned = clean_values(form, values)
        entry = access.entry
        if (entry.title, entry.category, dict(entry.values)) == (title, category, cleaned):
            return SavedDraft(entry.sequence, now, access.round.zone)
        saved = entries_store.save_draft(
            work,
            entry_id=entry_id,
            sequence=sequence,
            title=title,
            category=category,
            values=cleaned,
            search_text=make_search_text(title, entry.unit_name, *find_names(form, cleaned)),
            changed_by_id=person.id,
            now=now,
        )
        if saved is None:
            raise EntryChanged(entry.sequence, entry.changed_by_name, entry.changed_at)
    return SavedDraft(saved, now, access.round.zone)


def _take_over(work: Work, person: Person, round_: InitiativeRound, unit_id: int, registered_id: int) -> Values:
    """The fields of a registered entry of the unit that the form of this round has too. Raises NotFound, InvalidInput
    where somebody has gone on with it.
    """
    # Locked, so that of two who go on with it at once the second finds the first one's entry.
    access = open_entry(work, person, registered_id, locks=True)
    is_of_round = (access.round.contest_id, access.round.code) == (round_.contest_id, round_.settings.continues)
    is_own = EntryActor.ENTRANT in access.actors and access.entry.unit_id == unit_id
    if not (is_of_round and is_own and access.entry.version):
        raise NotFound
    if is_continued(work, registered_id):
        raise InvalidInput("Somebody has gone on with this registered initiative already.")
    return copy_values(access.round.settings.form, round_.settings.form, access.entry.values)


def _check_title(title: str) -> str:
    title = clean_line(title)
    if not title:
        raise InvalidInput("Give the initiative a name.")
    if len(title) > LONGEST_TITLE:
        raise InvalidInput("The name may have at most 300 characters.")
    return title


def _check_category(round_: InitiativeRound, category: str) -> str:
    codes = [each.code for each in round_.settings.categories]
    if not codes:
        return ""
    if category not in codes:
        raise InvalidInput("Choose a category.")
    return category
