"""What the pages about a key show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from question_bank.items import Item
from question_bank.keys import VoidKey
from quiz_app.domain.contests import Round
from quiz_app.domain.jobs import Job, JobKind, JobState
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_correct_keys
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence import jobs as jobs_store
from quiz_app.persistence import key_corrections as corrections_store
from quiz_app.persistence.key_corrections import KeyCorrection, VersionToCorrect
from quiz_app.persistence.people import units as units_store
from quiz_app.persistence.session import Work, reading
from quiz_app.services.item_bank.writing import list_needing_rounds
from quiz_app.services.key_corrections.correcting import find_key_in_force, get_preview, get_version


@dataclass(frozen=True, slots=True)
class KeyPage:
    """An item version: as it was stored, with the key in force, and every correction, the newest first."""

    version: VersionToCorrect
    item: Item
    corrections: tuple[KeyCorrection, ...]
    job: Job | None
    """The re-scoring that is under way."""

    @property
    def is_rescoring_open(self) -> bool:
        """Whether attempts may still have the score of a key before."""
        return bool(self.corrections) and self.corrections[0].rescored_at is None

    def show(self, correction: KeyCorrection) -> Item:
        """The item with the key of a correction."""
        return replace(self.version.item, key=correction.key)


@dataclass(frozen=True, slots=True)
class RoundChange:
    """What the key would change in a round; counts by name (``changes.FIGURES``, ``people``, ``attempts``)."""

    round: Round
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class UnitChange:
    """The same for the people of a unit in all rounds; ``name`` is None for those in no unit."""

    name: str | None
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """A proposed key and what it would change; lists are empty until the job is done.

    ``needs_administrator``: a final round is concerned, and this person may not change it. ``is_outdated``: the key was
    corrected since.
    """

    page: KeyPage
    proposed: Item
    job: Job
    rounds: tuple[RoundChange, ...]
    units: tuple[UnitChange, ...]
    needs_administrator: bool
    is_outdated: bool
    needing: tuple[str, ...] = ()
    """Of a void question, the titles of the open rounds that cannot do without it."""

    def sum_up(self, name: str) -> int:
        """A count over all rounds."""
        return sum(each.counts[name] for each in self.rounds)


def view_key(*, organiser: Person, version_id: int) -> KeyPage:
    """The key of an item version. Raises NotFound, NotAllowed."""
    with reading() as work:
        return _make_page(work, organiser, version_id)


def view_preview(*, organiser: Person, version_id: int, preview_id: int, now: datetime) -> PreviewPage:
    """A proposed key. Raises NotFound, NotAllowed."""
    with reading() as work:
        page = _make_page(work, organiser, version_id)
        job = get_preview(work, version_id, preview_id)
        key = corrections_store.read_plain_key(page.version.item.kind, job.arguments["key"])
        figures: dict[str, Any] = job.message_values.get("figures", {}) if job.state is JobState.DONE else {}
        rounds = {round_.id: round_ for round_ in contests_store.list_rounds(work)} if figures else {}
        names = {unit.id: unit.name for unit in units_store.list_units(work)} if figures else {}
        bank = items_store.get_bank_row(work, page.version.bank_id) if isinstance(key, VoidKey) else None
        needing = list_needing_rounds(work, bank, {version_id}, now) if bank else []
    found = tuple(RoundChange(rounds[id_], counts) for id_, counts in figures.get("rounds", []) if id_ in rounds)
    units = [UnitChange(names.get(id_), counts) for id_, counts in figures.get("units", [])]
    is_final = any(each.round.finalised_at is not None for each in found)
    return PreviewPage(
        page=page,
        proposed=replace(page.version.item, key=key),
        job=job,
        rounds=found,
        units=tuple(sorted(units, key=lambda unit: (-unit.counts["people_changed"], unit.name or ""))),
        needs_administrator=is_final and not may_correct_keys(organiser, is_final=True),
        is_outdated=job.arguments["known"] != len(page.corrections),
        needing=tuple(round_.title for round_ in needing),
    )


def _make_page(work: Work, organiser: Person, version_id: int) -> KeyPage:
    version, corrections = get_version(work, organiser, version_id)
    item = replace(version.item, key=find_key_in_force(version, corrections))
    job = None
    if corrections and corrections[0].rescored_at is None:
        job = jobs_store.find_unfinished(
            work, kind=JobKind.RESCORE_ATTEMPTS, arguments={"correction_id": corrections[0].id}
        )
    return KeyPage(version, item, tuple(corrections), job)
