"""A handed-in entry as those see it who decide on it: with what is like it in other entries."""

from __future__ import annotations

from dataclasses import dataclass

from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.states import EntryActor, Transition
from quiz_app.domain.people import Person
from quiz_app.persistence.initiatives import similar as similar_store
from quiz_app.persistence.initiatives import texts as texts_store
from quiz_app.persistence.initiatives.similar import SimilarLine
from quiz_app.persistence.session import Work, reading
from quiz_app.services.initiatives.appraising import STEPS
from quiz_app.services.initiatives.similarity import Comparison, compare_entries
from quiz_app.services.initiatives.viewing import EntryPage, make_entry_page


@dataclass(frozen=True, slots=True)
class SimilarEntry:
    """A line of what is alike. ``is_shown``: whether this person may know which entry it is."""

    line: SimilarLine
    is_shown: bool


@dataclass(frozen=True, slots=True)
class CheckPage:
    """An entry with what those need who decide on it. ``steps`` are those of the page; ``text_version`` is the version
    that was compared with others, None before the first comparison.
    """

    page: EntryPage
    steps: tuple[Transition, ...]
    similar: tuple[SimilarEntry, ...]
    unread_files: tuple[str, ...]
    text_version: int | None


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """Two entries side by side. ``other`` is None where it belongs to another department: its words are shown only
    where this entry has them too.
    """

    page: EntryPage
    line: SimilarLine
    is_shown: bool
    comparison: Comparison


def view_for_department(*, lead: Person, entry_id: int) -> CheckPage:
    """An entry that was handed in to a department of this person. Raises NotFound."""
    with reading() as work:
        return _view(work, lead, entry_id, EntryActor.APPRAISER)


def view_for_organisers(*, organiser: Person, entry_id: int) -> CheckPage:
    """An entry that was handed in. Raises NotFound."""
    with reading() as work:
        return _view(work, organiser, entry_id, EntryActor.ORGANISER)


def compare_for_department(*, lead: Person, entry_id: int, other_id: int) -> ComparisonPage:
    """The entry beside one that it is like; of another department's nothing but what both have. Raises NotFound."""
    with reading() as work:
        return _compare(work, lead, entry_id, other_id, EntryActor.APPRAISER)


def compare_for_organisers(*, organiser: Person, entry_id: int, other_id: int) -> ComparisonPage:
    """The entry beside one that it is like. Raises NotFound."""
    with reading() as work:
        return _compare(work, organiser, entry_id, other_id, EntryActor.ORGANISER)


def _view(work: Work, person: Person, entry_id: int, actor: EntryActor) -> CheckPage:
    page = make_entry_page(work, person, entry_id)
    _ensure_actor(page, actor)
    text = texts_store.find_text(work, entry_id)
    similar = similar_store.list_similar(work, entry_id)
    is_open = page.round.published_at is None
    return CheckPage(
        page=page,
        steps=tuple(each for each in page.steps if each.actor is actor and each.step in STEPS[actor] and is_open),
        similar=tuple(SimilarEntry(line, _may_know(person, page, line, actor)) for line in similar),
        unread_files=() if text is None else text.unread_files,
        text_version=None if text is None else text.version,
    )


def _compare(work: Work, person: Person, entry_id: int, other_id: int, actor: EntryActor) -> ComparisonPage:
    page = make_entry_page(work, person, entry_id)
    _ensure_actor(page, actor)
    line = next((each for each in similar_store.list_similar(work, entry_id) if each.id == other_id), None)
    if line is None:
        raise NotFound
    is_shown = _may_know(person, page, line, actor)
    comparison = compare_entries(work, entry_id=entry_id, other_id=other_id, shows_other=is_shown)
    return ComparisonPage(page, line, is_shown, comparison)


def _may_know(person: Person, page: EntryPage, line: SimilarLine, actor: EntryActor) -> bool:
    """Organisers know every entry; a department those that were handed in to it as well, or are its own."""
    if actor is EntryActor.ORGANISER:
        return True
    department_id = page.entry.department_id
    return department_id in (line.department_id, line.unit_id) and department_id in person.led_unit_ids


def _ensure_actor(page: EntryPage, actor: EntryActor) -> None:
    """Raise NotFound unless the person sees the entry as this. Nobody but its unit sees a draft."""
    if actor not in page.actors or not page.entry.version:
        raise NotFound
