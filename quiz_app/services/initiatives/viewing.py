"""An entry as those see it who have to do with it."""

from __future__ import annotations

from dataclasses import dataclass

from quiz_app.domain.initiatives.entries import Entry, EntryFile, EntryStepTaken, EntryVersion
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.initiatives.states import EntryActor, EntryState, EntryStep, Transition, list_steps
from quiz_app.domain.people import Person
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.initiatives import versions as versions_store
from quiz_app.persistence.session import Work, reading
from quiz_app.services.initiatives.access import open_entry
from quiz_app.services.initiatives.comparing import VersionChange, compare_versions
from quiz_app.services.initiatives.windows import UnitWindow, find_unit_window


@dataclass(frozen=True, slots=True)
class EntryPage:
    """An entry with its history. ``files`` are the draft's; ``steps`` what this person may do now, but hand in."""

    entry: Entry
    round: InitiativeRound
    actors: frozenset[EntryActor]
    steps: tuple[Transition, ...]
    files: tuple[EntryFile, ...]
    versions: tuple[EntryVersion, ...]
    history: tuple[EntryStepTaken, ...]
    window: UnitWindow

    @property
    def returned(self) -> EntryStepTaken | None:
        """The step by which the entry came back to its unit, with the remarks; None unless it lies there now."""
        if self.entry.state is not EntryState.RETURNED:
            return None
        return next((taken for taken in reversed(self.history) if taken.to_state is EntryState.RETURNED), None)

    @property
    def changes(self) -> tuple[VersionChange, ...]:
        """What each version changed against the one before, the newest first."""
        settings = self.round.settings
        categories = {category.code: category.title for category in settings.categories}
        return tuple(
            compare_versions(settings.form, categories, older, newer)
            for older, newer in zip(reversed(self.versions[:-1]), reversed(self.versions[1:]), strict=True)
        )

    @property
    def is_writable(self) -> bool:
        """Whether this person may write in it now."""
        return EntryActor.ENTRANT in self.actors and self.entry.state.is_with_unit


def view_entry(*, person: Person, entry_id: int) -> EntryPage:
    """The entry. Raises NotFound, also for an entry with which the person has nothing to do.

    Whoever is no entrant sees what was handed in; the draft of a returned entry is its unit's.
    """
    with reading() as work:
        return make_entry_page(work, person, entry_id)


def make_entry_page(work: Work, person: Person, entry_id: int) -> EntryPage:
    """The same within the caller's reading."""
    access = open_entry(work, person, entry_id)
    entry = access.entry
    is_entrant = EntryActor.ENTRANT in access.actors
    return EntryPage(
        entry=entry,
        round=access.round,
        actors=access.actors,
        steps=tuple(each for each in list_steps(entry.state, access.actors) if each.step is not EntryStep.SUBMIT),
        files=tuple(files_store.list_files(work, entry.id)) if is_entrant else (),
        versions=tuple(versions_store.list_versions(work, entry.id)) if entry.version else (),
        history=tuple(entries_store.list_steps(work, entry.id)),
        window=find_unit_window(work, access.round, entry.unit_id, was_returned=entry.state is EntryState.RETURNED),
    )
