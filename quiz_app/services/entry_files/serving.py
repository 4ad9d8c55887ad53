"""Who is given a file of an entry."""

from __future__ import annotations

from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.entries import EntryFile
from quiz_app.domain.initiatives.file_rules import ensure_servable
from quiz_app.domain.initiatives.states import EntryActor
from quiz_app.domain.people import Person
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.session import reading
from quiz_app.services.initiatives.access import open_entry


def open_file(*, person: Person, file_id: int) -> EntryFile:
    """The file, if this person is given it. Raises NotFound, FileInfected, FileNotScanned.

    The entry's own unit has all of its files; department and organisers those that were handed in.
    """
    return open_file_as(person=person, file_id=file_id)[0]


def open_file_as(*, person: Person, file_id: int) -> tuple[EntryFile, frozenset[EntryActor]]:
    """The same, and as what the person has to do with the entry."""
    with reading() as work:
        file = files_store.find_file(work, file_id)
        if file is None:
            raise NotFound
        access = open_entry(work, person, file.entry_id)
        is_own = EntryActor.ENTRANT in access.actors
        is_gone = file.removed_at is not None
        if (is_gone or not is_own) and not files_store.is_handed_in(work, file_id):
            raise NotFound
    ensure_servable(file, is_own=is_own)
    return file, access.actors
