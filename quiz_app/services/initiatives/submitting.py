"""Handing an entry in: checked whole, frozen as a version, acknowledged by a receipt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import NotFound, Refusal
from quiz_app.domain.initiatives.entries import (
    Entry,
    EntryChanged,
    EntryFile,
    EntryVersion,
    ScanState,
    write_canonical,
)
from quiz_app.domain.initiatives.filling import EntryIncomplete, FieldProblem, find_names, find_problems
from quiz_app.domain.initiatives.rounds import InitiativeRound, ensure_may_hand_in
from quiz_app.domain.initiatives.states import EntryActor, EntryState, EntryStep, EntryStepRefused, ensure_step
from quiz_app.domain.letters import LetterKind
from quiz_app.domain.names import make_search_text
from quiz_app.domain.people import Person
from quiz_app.domain.receipts import make_receipt_code
from quiz_app.persistence import audit
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.initiatives import versions as versions_store
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.initiatives.access import open_entry
from quiz_app.services.initiatives.similarity import request_reading
from quiz_app.services.initiatives.viewing import EntryPage, make_entry_page
from quiz_app.services.initiatives.windows import UnitWindow, find_unit_window
from quiz_app.services.letters import queue_letter


@dataclass(frozen=True, slots=True)
class EntryCheck:
    """An entry before it is handed in. ``problems`` keep it from that, as does ``refusal``: the moment, or the state.

    ``digest`` is that of what was looked at: the hand-in names it, so that nobody hands in what they have not seen.
    """

    page: EntryPage
    problems: tuple[FieldProblem, ...]
    refusal: Refusal | None
    is_late: bool
    digest: str


def check_entry(*, person: Person, entry_id: int, now: datetime) -> EntryCheck:
    """The entry as it would be handed in, with all that keeps it from that. Raises NotFound.

    For an entry that is no longer with the unit ``refusal`` is EntryStepRefused.
    """
    with reading() as work:
        page = make_entry_page(work, person, entry_id)
    if EntryActor.ENTRANT not in page.actors:
        raise NotFound
    refusal, is_late = None, False
    try:
        if not page.entry.state.is_with_unit:
            raise EntryStepRefused(page.entry.state)
        is_late = ensure_may_hand_in(page.round, page.window.window, now)
    except Refusal as found:
        refusal = found
    problems = _list_problems(page.round, page.entry, page.files, now)
    return EntryCheck(page, tuple(problems), refusal, is_late, _make_digest(page.entry, page.files))


def submit_entry(*, person: Person, entry_id: int, now: datetime, seen_digest: str | None = None) -> EntryVersion:
    """Hand the entry in as it was saved last; the version with its receipt.

    ``seen_digest`` is that of the check page: what changed since is not handed in unseen. A second click finds the
    entry handed in, unchanged, and is answered with the same receipt.

    Raises NotFound, EntryStepRefused, EntryIncomplete, EntryChanged, HandInNotOpen, HandInClosed, RoundDecided.
    """
    with transaction() as work:
        access = open_entry(work, person, entry_id, locks=True)
        entry, round_ = access.entry, access.round
        if EntryActor.ENTRANT not in access.actors:
            raise NotFound
        if entry.state in (EntryState.SUBMITTED, EntryState.FORWARDED):
            return versions_store.list_versions(work, entry_id)[-1]
        unit_window = find_unit_window(work, round_, entry.unit_id, was_returned=entry.state is EntryState.RETURNED)
        department = unit_window.department
        to_state = EntryState.FORWARDED if department is None else EntryState.SUBMITTED
        ensure_step(
            step=EntryStep.SUBMIT,
            from_state=entry.state,
            to_state=to_state,
            actors=access.actors,
            reason="",
            is_judged=False,
        )
        is_late = ensure_may_hand_in(round_, unit_window.window, now)
        files = files_store.list_files(work, entry_id)
        problems = _list_problems(round_, entry, files, now)
        if problems:
            raise EntryIncomplete(tuple(problems))
        digest = _make_digest(entry, files)
        if seen_digest is not None and seen_digest != digest:
            raise EntryChanged(entry.sequence, entry.changed_by_name, entry.changed_at)
        number = entry.number if entry.number is not None else rounds_store.take_number(work, round_.id)
        version = EntryVersion(
            entry_id=entry_id,
            number=entry.version + 1,
            title=entry.title,
            category=entry.category,
            values=entry.values,
            files=tuple(files),
            submitted_at=now,
            submitted_by=person.name,
            receipt_code=make_receipt_code(make_id()),
            digest=digest,
        )
        versions_store.add_version(
            work,
            entry_id=entry_id,
            number=version.number,
            title=version.title,
            category=version.category,
            values=version.values,
            files=files,
            receipt_code=version.receipt_code,
            digest=version.digest,
            submitted_by_id=person.id,
            now=now,
        )
        entries_store.set_submitted(
            work,
            entry_id=entry_id,
            state=to_state,
            number=number,
            version=version.number,
            department_id=None if department is None else department.id,
            is_late=is_late,
            search_text=make_search_text(
                version.title, entry.unit_name, *find_names(round_.settings.form, version.values)
            ),
            now=now,
        )
        entries_store.add_step(
            work,
            entry_id=entry_id,
            actor_id=person.id,
            step=EntryStep.SUBMIT,
            from_state=entry.state,
            to_state=to_state,
            version=version.number,
            reason="",
            now=now,
        )
        audit.add_entry(
            work,
            now=now,
            actor_id=person.id,
            action="entry_submitted",
            subject=("entry", entry_id),
            details={"number": number, "version": version.number, "receipt": version.receipt_code, "late": is_late},
        )
        _queue_receipts(work, person, access.entry, round_, unit_window, version, number)
        request_reading(work, person=person, entry=entry, version=version.number, now=now)
    return version


def _queue_receipts(
    work: Work,
    person: Person,
    entry: Entry,
    round_: InitiativeRound,
    unit_window: UnitWindow,
    version: EntryVersion,
    number: int,
) -> None:
    """A letter to whoever handed it in, and to whoever wrote it."""
    facts = {
        "title": version.title,
        "round": round_.title,
        "unit": entry.unit_name,
        "department": None if unit_window.department is None else unit_window.department.name,
        "number": number,
        "version": version.number,
        "receipt": version.receipt_code,
        "digest": version.digest,
        "at": version.submitted_at.isoformat(),
        "zone": str(round_.zone),
    }
    about = f"entry:{entry.id}:submitted:{version.number}"
    for account_id in {person.id, entry.created_by_id}:
        queue_letter(
            work,
            kind=LetterKind.ENTRY_RECEIPT,
            about=about,
            account_id=account_id,
            facts=facts,
            now=version.submitted_at,
        )


def _list_problems(
    round_: InitiativeRound, entry: Entry, files: Sequence[EntryFile], now: datetime
) -> list[FieldProblem]:
    counts = {file.field: sum(other.field == file.field for other in files) for file in files}
    problems = find_problems(round_.settings.form, entry.values, counts, now.astimezone(round_.zone).date())
    return problems + [_make_infected(file) for file in files if file.scan is ScanState.INFECTED]


def _make_digest(entry: Entry, files: Sequence[EntryFile]) -> str:
    canonical = write_canonical(entry.title, entry.category, entry.values, files)
    return hashlib.sha256(json.dumps(canonical, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _make_infected(file: EntryFile) -> FieldProblem:
    message = N_("The scanner found a virus in “%(name)s”. Remove the file.")
    return FieldProblem(file.field, message, {"name": file.name})
