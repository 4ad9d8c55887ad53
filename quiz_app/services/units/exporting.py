"""The open units as rows for a file that can be imported again unchanged."""

from __future__ import annotations

from dataclasses import dataclass

from quiz_app.domain.people import Person
from quiz_app.domain.units import Unit, UnitTree
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import reading
from quiz_app.services.units.tree import ensure_organiser, list_kinds


@dataclass(frozen=True, slots=True)
class UnitSheet:
    """A row of texts for each unit in the order of the tree, and the names that kinds have."""

    rows: tuple[tuple[str, ...], ...]
    kind_names: tuple[str, ...]


def export_units(*, organiser: Person) -> UnitSheet:
    """All open units, those above before those below them; the columns are those of ``columns.COLUMNS``."""
    ensure_organiser(organiser)
    with reading() as work:
        tree = UnitTree.of(unit_store.list_units(work))
        kinds = list_kinds(work, tree)
    rows: list[tuple[str, ...]] = []

    def add(unit: Unit) -> None:
        parent = tree.units[unit.parent_id].code if unit.parent_id is not None else ""
        staff = "" if unit.staff_number is None else str(unit.staff_number)
        rows.append((unit.code, unit.name, kinds[unit.kind], unit.block or "", parent, staff))
        for child in tree.list_open_children(unit.id):
            add(child)

    for unit in tree.list_open_children(None):
        add(unit)
    return UnitSheet(tuple(rows), tuple(kinds.values()))
