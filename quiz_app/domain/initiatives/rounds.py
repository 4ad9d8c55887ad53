"""An initiative round: its moments, its form, and its rules for files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from quiz_app.domain.errors import Refusal
from quiz_app.domain.initiatives.forms import EntryForm
from quiz_app.domain.initiatives.prizes import Prize
from quiz_app.domain.judging.rubrics import JudgingRules, PresentationRules
from quiz_app.domain.units import Unit, UnitTree

MEGABYTE = 1024 * 1024


class FileKind(StrEnum):
    """Kinds of documents that an entry may hold."""

    DOCX = "docx"
    DOC = "doc"
    PDF = "pdf"
    PNG = "png"
    JPG = "jpg"
    PPTX = "pptx"
    MP4 = "mp4"


class Appraisal(StrEnum):
    """Which unit checks what another hands in, before it goes to the contest."""

    TOP = "top"
    """The topmost unit above it: a school's department."""
    PARENT = "parent"
    """The unit right above it."""
    NONE = "none"
    """None: units hand in to the contest."""


@dataclass(frozen=True, slots=True)
class FileRules:
    """What may be attached; sizes in bytes."""

    kinds: tuple[FileKind, ...] = tuple(FileKind)
    largest_bytes: int = 20 * MEGABYTE
    most_files: int = 5


@dataclass(frozen=True, slots=True)
class Category:
    """A category of entries, as quotas name it ("nhiệm vụ", "CCHC")."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class InitiativeSettings:
    """The rules of a round as its file states them."""

    form: EntryForm
    categories: tuple[Category, ...] = ()
    files: FileRules = FileRules()
    appraisal: Appraisal = Appraisal.TOP
    conflict_kinds: tuple[str, ...] = ()
    """Kinds of units ("department") within which nobody judges: of the nearest unit of such a kind. Empty: within the
    department that appraises; a unit above all others keeps nobody from judging."""
    grace_minutes: int = 0
    """How long after an announced moment an entry is still taken, marked as late."""
    judging: JudgingRules | None = None
    """None: entries are registered and not judged (document 2)."""
    presentation: PresentationRules | None = None
    prizes: tuple[Prize, ...] = ()
    compares_with: tuple[str, ...] = ()
    """Codes of contests whose entries count as earlier ones; without any, all that the database holds."""
    continues: str = ""
    """Code of an earlier round of the same contest, in which entries were registered: one may be begun from these."""
    knowledge_weight: int = 0
    initiative_weight: int = 0
    """Weights of the two parts of the contest in the ranking of units (40/60 in one province); 0 and 0: no such
    ranking."""


@dataclass(frozen=True, slots=True)
class InitiativeRound:
    """A round in which units hand in entries. Windows are ``opens_at <= now < moment``."""

    id: int
    contest_id: int
    code: str
    title: str
    opens_at: datetime
    unit_closes_at: datetime | None
    """Until when units hand in to their departments; None: until ``closes_at``."""
    closes_at: datetime
    """Until when departments forward, and units without a department hand in."""
    judging_closes_at: datetime | None
    zone: ZoneInfo
    settings: InitiativeSettings
    version: int
    published_at: datetime | None = None
    """When results became public, all at one moment."""
    judging_locked_at: datetime | None = None
    """When the organisers closed the marks of round 1."""
    presentation_locked_at: datetime | None = None
    """When they closed the marks of round 2."""


@dataclass(frozen=True, slots=True)
class LateDoor:
    """A later moment for one unit, with the reason."""

    unit_id: int
    until: datetime
    reason: str
    made_by: str = ""
    made_at: datetime | None = None


class HandInNotOpen(Refusal):
    """The round takes no entries yet."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(opens_at)
        self.opens_at = opens_at


class HandInClosed(Refusal):
    """The moment until which entries were taken is over; ``closed_at`` is that moment, without grace."""

    def __init__(self, closed_at: datetime) -> None:
        super().__init__(closed_at)
        self.closed_at = closed_at


class RoundDecided(Refusal):
    """The results are published: nothing of the round changes any more."""


@dataclass(frozen=True, slots=True)
class HandInWindow:
    """Until when one unit hands in. ``until`` is announced, ``taken_until`` includes grace and late doors."""

    until: datetime
    taken_until: datetime
    is_late_door: bool = field(default=False)


def find_department(tree: UnitTree, unit: Unit, appraisal: Appraisal) -> Unit | None:
    """The open unit that appraises what this unit hands in, None where there is none above it."""
    above = [each for each in tree.iterate_above(unit) if each.is_open and each.id != unit.id]
    if not above or appraisal is Appraisal.NONE:
        return None
    return above[0] if appraisal is Appraisal.PARENT else above[-1]


def find_window(
    round_: InitiativeRound, *, has_department: bool, was_returned: bool, doors: Sequence[LateDoor]
) -> HandInWindow:
    """The window of a unit; ``doors`` are those of the unit and of units above it.

    Whoever got an entry back may hand it in again until the contest itself closes: the department may have returned it
    after the moment for units.
    """
    until = round_.closes_at
    if has_department and not was_returned and round_.unit_closes_at is not None:
        until = round_.unit_closes_at
    taken_until = until + timedelta(minutes=round_.settings.grace_minutes)
    latest = max((door.until for door in doors), default=None)
    if latest is not None and latest > taken_until:
        return HandInWindow(latest, latest, is_late_door=True)
    return HandInWindow(until, taken_until)


def ensure_may_hand_in(round_: InitiativeRound, window: HandInWindow, now: datetime) -> bool:
    """Whether a hand-in at this moment is late (within the grace). Raises HandInNotOpen, HandInClosed, RoundDecided."""
    if round_.published_at is not None:
        raise RoundDecided
    if now < round_.opens_at:
        raise HandInNotOpen(round_.opens_at)
    if now >= window.taken_until:
        raise HandInClosed(window.until)
    return now >= window.until
