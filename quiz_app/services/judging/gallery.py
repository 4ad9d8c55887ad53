"""The gallery: entries that organisers release for everybody, once results are published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from quiz_app.domain.contests import Contest
from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.judgements import JudgingChanged
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.judging import gallery as gallery_store
from quiz_app.persistence.judging import prizes as prizes_store
from quiz_app.persistence.judging.gallery import GalleryLine
from quiz_app.persistence.judging.prizes import PrizeLine
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.judging.access import open_round
from quiz_app.services.judging.results import open_published


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """Released entries with the prizes of each."""

    contest: Contest
    round: InitiativeRound
    entries: tuple[GalleryLine, ...]
    prizes: dict[int, list[PrizeLine]]


@dataclass(frozen=True, slots=True)
class ReleasedEntry:
    """A released entry. ``form`` has the fields that everybody may read."""

    contest: Contest
    round: InitiativeRound
    entry: GalleryLine
    form: EntryForm
    prizes: tuple[PrizeLine, ...]


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """What an organiser releases; ``prized`` are entries with a prize."""

    round: InitiativeRound
    entries: tuple[GalleryLine, ...]
    prized: frozenset[int]
    form: EntryForm


def view_gallery(*, round_id: int) -> GalleryPage:
    """The released entries. Raises NotFound until results are published, and without any."""
    with reading() as work:
        round_, contest = open_published(work, round_id)
        entries = tuple(gallery_store.list_entries(work, round_id, only_public=True))
        if not entries:
            raise NotFound
        return GalleryPage(contest, round_, entries, _list_prizes(work, round_id))


def view_gallery_entry(*, entry_id: int) -> ReleasedEntry:
    """A released entry. Raises NotFound, also for one that is not released or whose round is not published."""
    with reading() as work:
        entry = gallery_store.find_public(work, entry_id)
        if entry is None:
            raise NotFound
        round_, contest = open_published(work, entry.round_id)
        prizes = tuple(prizes_store.list_prizes_of_entry(work, entry_id))
    return ReleasedEntry(contest, round_, entry, keep_public_fields(round_.settings.form), prizes)


def view_release(*, organiser: Person, round_id: int) -> ReleasePage:
    """All judged entries, and which are released. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        round_, _ = open_round(work, organiser, round_id)
        entries = tuple(gallery_store.list_entries(work, round_id, only_public=False))
        prized = frozenset(_list_prizes(work, round_id))
    return ReleasePage(round_, entries, prized, keep_public_fields(round_.settings.form))


def release_entries(
    *, organiser: Person, round_id: int, shown_ids: Iterable[int], entry_ids: Iterable[int], now: datetime
) -> int:
    """Of the entries that the page showed, release exactly these; how many are released then.

    Also after the publication: what is released concerns no result. Raises NotAllowed, NotFound, NotJudged,
    JudgingChanged (an entry is judged no more).
    """
    shown, wanted = frozenset(shown_ids), frozenset(entry_ids)
    with transaction() as work:
        open_round(work, organiser, round_id, locks=True)
        known = {each.id: each for each in gallery_store.list_entries(work, round_id, only_public=False)}
        if not (shown | wanted) <= set(known) or not wanted <= shown:
            raise JudgingChanged
        added = [each for each in wanted if not known[each].is_public]
        removed = [each for each in shown - wanted if known[each].is_public]
        gallery_store.set_public(work, round_id, added, is_public=True)
        gallery_store.set_public(work, round_id, removed, is_public=False)
        if added or removed:
            audit.add_entry(
                work,
                now=now,
                actor_id=organiser.id,
                action="entries_released",
                subject=("initiative_round", round_id),
                details={
                    "added": sorted(known[each].number for each in added),
                    "removed": sorted(known[each].number for each in removed),
                },
            )
        return len(wanted)


def keep_public_fields(form: EntryForm) -> EntryForm:
    """The form without fields that name people, without secret ones and files, and without empty sections."""
    sections = []
    for section in form.sections:
        fields = tuple(
            field
            for field in section.fields
            if not field.is_identifying
            and not field.is_secret
            and field.kind is not FieldKind.FILE
            and not any(column.is_name for column in field.columns)
        )
        if fields:
            sections.append(replace(section, fields=fields))
    return replace(form, sections=tuple(sections))


def _list_prizes(work: Work, round_id: int) -> dict[int, list[PrizeLine]]:
    found: dict[int, list[PrizeLine]] = {}
    for prize in prizes_store.list_prizes(work, round_id):
        if prize.entry_id is not None:
            found.setdefault(prize.entry_id, []).append(prize)
    return found
