"""Changes of units: each under the lock of the tree, noted in the unit's history and in the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from quiz_app.domain.errors import InvalidInput, NotFound, UnitCodeTaken
from quiz_app.domain.people import Person
from quiz_app.domain.reasons import check_reason
from quiz_app.domain.units import (
    LARGEST_STAFF,
    Unit,
    UnitChange,
    UnitTree,
    ensure_may_close,
    ensure_may_merge,
    ensure_may_stand_under,
    ensure_takes_people,
)
from quiz_app.persistence import audit
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.people import unit_history as history_store
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.people.unit_history import ChangeEntry
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.tables import clean_text
from quiz_app.services.units.tree import ensure_organiser, list_kinds

HISTORY_FIELDS = ("code", "name", "kind", "block", "parent_id", "staff_number")
LONGEST_CODE, LONGEST_NAME, LONGEST_BLOCK = 60, 300, 120


@dataclass(frozen=True, slots=True)
class UnitFields:
    """What a form says of a unit."""

    code: str
    name: str
    kind: str
    block: str | None = None
    staff_number: int | None = None


@contextmanager
def changing_tree() -> Iterator[tuple[Work, UnitTree]]:
    """A transaction in which nobody else changes units, and the tree as it is."""
    with transaction() as work:
        unit_store.lock_tree(work)
        yield work, UnitTree.of(unit_store.list_units(work))


def add_unit(*, organiser: Person, fields: UnitFields, parent_id: int | None, now: datetime) -> int:
    """Add a unit; its id. Raises UnitCodeTaken, UnitClosed for a closed unit above, InvalidInput, NotFound."""
    ensure_organiser(organiser)
    fields = check_fields(fields)
    with changing_tree() as (work, tree):
        _ensure_known_kind(work, tree, fields.kind)
        _ensure_free_code(tree, fields.code, None)
        unit = Unit(make_id(), fields.code, fields.name, fields.kind, fields.block, parent_id, fields.staff_number)
        ensure_may_stand_under(tree, unit, None if parent_id is None else tree.get(parent_id))
        unit_store.add_units(work, [unit])
        note(work, organiser, now, [ChangeEntry(unit.id, UnitChange.ADDED, {}, describe(unit))])
    return unit.id


def edit_unit(*, organiser: Person, unit_id: int, fields: UnitFields, reason: str, now: datetime) -> Unit:
    """Change what is said of a unit; another name is a renaming in its history, and wants a reason.

    Raises NotFound, UnitClosed, UnitCodeTaken, InvalidInput.
    """
    ensure_organiser(organiser)
    fields = check_fields(fields)
    with changing_tree() as (work, tree):
        unit = tree.get(unit_id)
        ensure_takes_people(unit)
        if fields.kind != unit.kind:
            _ensure_known_kind(work, tree, fields.kind)
        _ensure_free_code(tree, fields.code, unit.id)
        changed = replace(
            unit,
            code=fields.code,
            name=fields.name,
            kind=fields.kind,
            block=fields.block,
            staff_number=fields.staff_number,
        )
        if changed == unit:
            return unit
        is_renamed = changed.name != unit.name
        reason = check_reason(reason, is_required=is_renamed)
        unit_store.set_units(work, [changed])
        note(work, organiser, now, [make_edit(unit, changed, reason)])
    return changed


def move_unit(*, organiser: Person, unit_id: int, parent_id: int | None, reason: str, now: datetime) -> None:
    """Put a unit, with all below it, under another one or to the top.

    Raises NotFound, UnitCycle, UnitClosed, InvalidInput.
    """
    ensure_organiser(organiser)
    reason = check_reason(reason)
    with changing_tree() as (work, tree):
        unit = tree.get(unit_id)
        ensure_takes_people(unit)
        if parent_id == unit.parent_id:
            return
        ensure_may_stand_under(tree, unit, None if parent_id is None else tree.get(parent_id))
        moved = replace(unit, parent_id=parent_id)
        unit_store.set_units(work, [moved])
        note(work, organiser, now, [make_move(unit, moved, reason)])


def merge_unit(
    *, organiser: Person, unit_id: int, successor_id: int, staff_number: int | None, reason: str, now: datetime
) -> int:
    """Close a unit into another: its people and sub-units go there; how many people.

    ``staff_number`` is the successor's from now on; None stands for the sum of both, as far as they are known. Results
    stay with the unit under which they were reached; roles stay as they were given. Raises NotFound, UnitClosed,
    UnitCycle, InvalidInput.
    """
    ensure_organiser(organiser)
    reason = check_reason(reason)
    check_staff_number(staff_number)
    with changing_tree() as (work, tree):
        unit, successor = tree.get(unit_id), tree.get(successor_id)
        ensure_may_merge(tree, unit, successor)
        unit_store.lock_unit(work, unit.id)
        moved = [(child, replace(child, parent_id=successor.id)) for child in tree.children.get(unit.id, ())]
        for child, _ in moved:
            ensure_may_stand_under(tree, child, successor)
        closed = replace(unit, closed_at=now, successor_id=successor.id)
        grown = replace(successor, staff_number=_add_staff(unit, successor) if staff_number is None else staff_number)
        unit_store.set_units(work, [closed, grown, *(after for _, after in moved)])
        people = unit_store.move_people(work, unit_id=unit.id, target_id=successor.id)
        numbers = {"people": people, "sub_units": len(moved)}
        entries = [
            ChangeEntry(unit.id, UnitChange.MERGED, describe(unit), numbers, reason, successor.id),
            ChangeEntry(
                successor.id,
                UnitChange.RECEIVED,
                compare(successor, grown)[0],
                {**compare(successor, grown)[1], **numbers},
                reason,
                unit.id,
            ),
            *(make_move(before, after, reason) for before, after in moved),
        ]
        note(work, organiser, now, entries)
    return people


def _add_staff(unit: Unit, successor: Unit) -> int | None:
    if unit.staff_number is None or successor.staff_number is None:
        return successor.staff_number
    return unit.staff_number + successor.staff_number


def close_unit(*, organiser: Person, unit_id: int, reason: str, now: datetime) -> None:
    """Close a unit that nobody is in any more. Raises NotFound, UnitClosed, UnitNotEmpty, InvalidInput."""
    ensure_organiser(organiser)
    reason = check_reason(reason)
    with changing_tree() as (work, tree):
        unit = tree.get(unit_id)
        unit_store.lock_unit(work, unit.id)
        ensure_may_close(tree, unit, unit_store.count_people_of(work, unit.id))
        unit_store.set_units(work, [replace(unit, closed_at=now)])
        note(work, organiser, now, [ChangeEntry(unit.id, UnitChange.CLOSED, describe(unit), {}, reason)])


def reopen_unit(*, organiser: Person, unit_id: int, reason: str, now: datetime) -> None:
    """Open a closed unit again; people who went to a successor stay there.

    Raises NotFound, UnitClosed where the unit above is closed, InvalidInput.
    """
    ensure_organiser(organiser)
    reason = check_reason(reason)
    with changing_tree() as (work, tree):
        unit = tree.get(unit_id)
        if unit.is_open:
            return
        opened = replace(unit, closed_at=None, successor_id=None)
        ensure_may_stand_under(tree, opened, None if unit.parent_id is None else tree.get(unit.parent_id))
        unit_store.set_units(work, [opened])
        before = {"closed_at": unit.closed_at.isoformat() if unit.closed_at else None}
        note(work, organiser, now, [ChangeEntry(unit.id, UnitChange.REOPENED, before, {}, reason, unit.successor_id)])


def check_fields(fields: UnitFields) -> UnitFields:
    """The fields with clean texts. Raises InvalidInput."""
    checked = UnitFields(
        clean_text(fields.code), clean_text(fields.name), fields.kind, clean_text(fields.block or "") or None,
        fields.staff_number,
    )  # fmt: skip
    if not checked.code or not checked.name or not checked.kind:
        raise InvalidInput("Code, name and kind of the unit are needed.")
    if len(checked.code) > LONGEST_CODE or len(checked.name) > LONGEST_NAME:
        raise InvalidInput("The code has at most 60 characters, the name at most 300.")
    if checked.block is not None and len(checked.block) > LONGEST_BLOCK:
        raise InvalidInput("The block has at most 120 characters.")
    check_staff_number(checked.staff_number)
    return checked


def check_staff_number(staff_number: int | None) -> None:
    """Raise InvalidInput for a staff number that no unit has."""
    if staff_number is not None and not 0 <= staff_number <= LARGEST_STAFF:
        raise InvalidInput("The staff number is a whole number from 0 to 1,000,000.")


def make_edit(before: Unit, after: Unit, reason: str) -> ChangeEntry:
    """The event of an edit or a renaming."""
    change = UnitChange.EDITED if before.name == after.name else UnitChange.RENAMED
    old, new = compare(before, after)
    return ChangeEntry(before.id, change, old, new, reason)


def make_move(before: Unit, after: Unit, reason: str) -> ChangeEntry:
    """The event of a move."""
    return ChangeEntry(
        before.id, UnitChange.MOVED, {"parent_id": before.parent_id}, {"parent_id": after.parent_id}, reason,
        after.parent_id,
    )  # fmt: skip


def describe(unit: Unit) -> dict[str, Any]:
    """All fields that a history tells of."""
    return {field: getattr(unit, field) for field in HISTORY_FIELDS}


def compare(before: Unit, after: Unit) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as they were and as they are."""
    old, new = describe(before), describe(after)
    fields = [field for field in HISTORY_FIELDS if old[field] != new[field]]
    return {field: old[field] for field in fields}, {field: new[field] for field in fields}


def note(work: Work, organiser: Person, now: datetime, entries: list[ChangeEntry]) -> None:
    """Put events into the history of their units and into the audit trail."""
    history_store.add_changes(work, entries, actor_id=organiser.id, now=now)
    by_action: dict[UnitChange, list[tuple[int, dict[str, Any]]]] = {}
    for entry in entries:
        by_action.setdefault(entry.change, []).append((entry.unit_id, tell(entry)))
    for change, rows in by_action.items():
        audit.add_entries(
            work, now=now, actor_id=organiser.id, action=f"unit_{change}", subject_type="unit", entries=rows
        )


def tell(entry: ChangeEntry) -> dict[str, Any]:
    """An event as the audit trail has it."""
    details: dict[str, Any] = {"before": dict(entry.before), "after": dict(entry.after)}
    if entry.reason:
        details["reason"] = entry.reason
    if entry.other_unit_id is not None:
        details["other_unit_id"] = entry.other_unit_id
    return details


def _ensure_known_kind(work: Work, tree: UnitTree, kind: str) -> None:
    if kind not in list_kinds(work, tree):
        raise NotFound


def _ensure_free_code(tree: UnitTree, code: str, own_id: int | None) -> None:
    if any(unit.code.casefold() == code.casefold() and unit.id != own_id for unit in tree.units.values()):
        raise UnitCodeTaken(code)
