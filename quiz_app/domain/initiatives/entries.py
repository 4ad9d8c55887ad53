"""Entries: an initiative of a unit, its versions and its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from quiz_app.domain.errors import Refusal
from quiz_app.domain.initiatives.forms import Values
from quiz_app.domain.initiatives.states import EntryActor, EntryState, EntryStep
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise

LONGEST_TITLE = 300


class ScanState(StrEnum):
    """What the virus scanner says of a file."""

    NOT_CONFIGURED = "not_configured"
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"


@dataclass(frozen=True, slots=True)
class EntryFile:
    """A file of an entry. ``digest`` is SHA-256 in hexadecimal, ``size`` in bytes, ``field`` a field of the form."""

    id: int
    entry_id: int
    field: str
    name: str
    kind: str
    size: int
    digest: str
    scan: ScanState
    added_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands. ``values`` are of the draft; what was handed in stands in versions.

    ``number`` is given with the first hand-in. ``sequence`` rises with each change of the draft's texts, of which
    ``changed_by_name`` made the last. ``unit_id`` is where the entry belongs, whoever moves; ``department_id`` is the
    unit that appraises it, None where there is none. ``continues_id`` is the registered entry that it was begun from.
    """

    id: int
    round_id: int
    number: int | None
    blind_code: str
    unit_id: int
    unit_name: str
    department_id: int | None
    department_name: str | None
    created_by_id: int
    created_by_name: str
    changed_by_name: str
    continues_id: int | None
    title: str
    category: str
    state: EntryState
    values: Values
    sequence: int
    version: int
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    is_late: bool
    is_public: bool


@dataclass(frozen=True, slots=True)
class EntryVersion:
    """What was handed in at a moment; never changed. ``digest`` covers texts and the digests of all files."""

    entry_id: int
    number: int
    title: str
    category: str
    values: Values
    files: tuple[EntryFile, ...]
    submitted_at: datetime
    submitted_by: str
    receipt_code: str
    digest: str


@dataclass(frozen=True, slots=True)
class EntryStepTaken:
    """A step of an entry's life."""

    at: datetime
    actor: str
    step: EntryStep
    from_state: EntryState
    to_state: EntryState
    version: int
    reason: str


class EntryChanged(Refusal):
    """Somebody else has changed the draft since this page was opened, or another tab has.

    ``sequence`` is theirs, ``by`` the name of whoever changed it last, at that moment.
    """

    def __init__(self, sequence: int, by: str = "", at: datetime | None = None) -> None:
        super().__init__(sequence, by, at)
        self.sequence = sequence
        self.by = by
        self.at = at


class TooManyFiles(Refusal):
    """The entry holds as many files as the round allows, or one of its fields as many as belong there."""

    def __init__(self, most: int, *, is_of_field: bool = False) -> None:
        super().__init__(most)
        self.most = most
        self.is_of_field = is_of_field


class FileAlreadyThere(Refusal):
    """The same content is attached to the entry already, under ``name``."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def find_actors(
    person: Person, *, created_by_id: int, in_led_unit: bool, in_led_department: bool
) -> frozenset[EntryActor]:
    """As what this person may act on an entry; nothing for whoever has nothing to do with it.

    ``in_led_unit``: the person leads the entry's own unit; ``in_led_department``: the person leads the department that
    appraises it. Whoever leads both appraises, and the department's own entries have no department above them.
    """
    actors = set()
    if created_by_id == person.id or in_led_unit:
        actors.add(EntryActor.ENTRANT)
    if in_led_department:
        actors.add(EntryActor.APPRAISER)
    if may_organise(person):
        actors.add(EntryActor.ORGANISER)
    return frozenset(actors)


def write_canonical(title: str, category: str, values: Values, files: Sequence[EntryFile]) -> dict[str, object]:
    """What the digest of a version is taken of, as JSON with sorted keys: two versions are alike iff this is."""
    return {
        "title": title,
        "category": category,
        "values": dict(values),
        "files": sorted([file.field, file.name, file.digest] for file in files),
    }
