"""Until when a unit hands in."""

from __future__ import annotations

from dataclasses import dataclass

from quiz_app.domain.initiatives.rounds import HandInWindow, InitiativeRound, find_window
from quiz_app.domain.units import Unit
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.session import Work
from quiz_app.services.initiatives.access import find_department_of


@dataclass(frozen=True, slots=True)
class UnitWindow:
    """The window of a unit, and the department that it hands in to (None: to the contest)."""

    window: HandInWindow
    department: Unit | None


def find_unit_window(work: Work, round_: InitiativeRound, unit_id: int, *, was_returned: bool) -> UnitWindow:
    """The window that holds for a unit: of its department or of the contest, with grace and late doors."""
    department, unit_ids = find_department_of(work, round_, unit_id)
    doors = [line.door for line in rounds_store.list_late_doors(work, round_.id) if line.door.unit_id in unit_ids]
    window = find_window(round_, has_department=department is not None, was_returned=was_returned, doors=doors)
    return UnitWindow(window, department)
