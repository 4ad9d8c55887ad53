"""Import of a list of units: read, compared, shown, and then stored as a whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from question_bank.readers.report import ImportProblem, Place, PlaceKind, Severity
from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import NotFound, UnitsChanged
from quiz_app.domain.people import Person
from quiz_app.domain.units import Unit, UnitChange, UnitTree
from quiz_app.persistence import audit
from quiz_app.persistence.people import unit_history as history_store
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.people.unit_history import ChangeEntry
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.tables import Table, read_table
from quiz_app.services.units.changing import changing_tree, describe, make_edit, make_move, tell
from quiz_app.services.units.columns import COLUMNS
from quiz_app.services.units.planning import PlannedRow, RowState, SourceRow, UnitPlan, plan_import
from quiz_app.services.units.tree import ensure_organiser, list_kinds

KEPT_FOR = timedelta(days=1)
MOST_UNITS = 5000
_TOO_MANY = N_("the table has more than %(most)s rows")


@dataclass(frozen=True, slots=True)
class ReadUnits:
    """What became of an uploaded file: an import to look at, or the problems that keep it out."""

    import_id: int | None
    file_name: str
    problems: tuple[ImportProblem, ...]


@dataclass(frozen=True, slots=True)
class UnitPreview:
    """An import before its confirmation, compared with the units as they are now."""

    id: int
    file_name: str
    sheet: str
    columns: dict[str, str]
    """The letter of each column of the file, by name."""
    plan: UnitPlan
    warnings: tuple[ImportProblem, ...]
    kinds: dict[str, str]


@dataclass(frozen=True, slots=True)
class ImportedUnits:
    """What a confirmed import did."""

    added: int
    changed: int


def upload_units(*, organiser: Person, content: bytes, file_name: str, now: datetime) -> ReadUnits:
    """Read a list and keep it for the preview; nothing else is stored."""
    ensure_organiser(organiser)
    name = PurePath(file_name.replace("\\", "/")).name[:200] or "?"
    table = read_table(content, name, COLUMNS)
    if table.has_errors:
        return ReadUnits(None, name, table.problems)
    if len(table.rows) > MOST_UNITS:
        problem = table.make_problem(table.rows[MOST_UNITS], "code", _TOO_MANY, most=MOST_UNITS)
        return ReadUnits(None, name, (problem,))
    stored = {
        "sheet": table.sheet,
        "columns": dict(table.columns),
        "rows": _to_source_rows(table),
        "warnings": [_warning_to_json(problem) for problem in table.problems],
    }
    with transaction() as work:
        history_store.forget_imports(work, now - KEPT_FOR)
        import_id = history_store.add_import(work, account_id=organiser.id, file_name=name, content=stored, now=now)
    return ReadUnits(import_id, name, table.problems)


def _to_source_rows(table: Table) -> list[SourceRow]:
    return [{"number": row.number, **{name: row.get_text(name) for name in table.columns}} for row in table.rows]


def _warning_to_json(problem: ImportProblem) -> list[Any]:
    place = problem.place
    return [place.number, place.part, place.column, problem.field, problem.message, dict(problem.values)]


def _warning_from_json(stored: list[Any]) -> ImportProblem:
    number, part, column, field, message, values = stored
    return ImportProblem(Place(PlaceKind.ROW, number, part, column), field, message, values, Severity.WARNING)


def preview_units(*, organiser: Person, import_id: int) -> UnitPreview:
    """What confirming would do now. Raises NotFound for an import of somebody else, or one that is done."""
    ensure_organiser(organiser)
    with reading() as work:
        stored = history_store.find_import(work, import_id=import_id, account_id=organiser.id)
        if stored is None:
            raise NotFound
        tree = UnitTree.of(unit_store.list_units(work))
        kinds = list_kinds(work, tree)
    content = stored.content
    return UnitPreview(
        stored.id,
        stored.file_name,
        content["sheet"],
        content["columns"],
        plan_import(content["rows"], tree, kinds),
        tuple(_warning_from_json(stored_warning) for stored_warning in content["warnings"]),
        kinds,
    )


def confirm_units(*, organiser: Person, import_id: int, digest: str, now: datetime) -> ImportedUnits:
    """Store the import as its preview showed it, all or nothing.

    Raises NotFound, and UnitsChanged where the units are no longer what the preview compared the file with.
    """
    ensure_organiser(organiser)
    with changing_tree() as (work, tree):
        stored = history_store.find_import(work, import_id=import_id, account_id=organiser.id)
        if stored is None:
            raise NotFound
        plan = plan_import(stored.content["rows"], tree, list_kinds(work, tree))
        if plan.digest != digest or not plan.may_be_confirmed:
            raise UnitsChanged
        fresh = [row for row in plan.rows if row.state is RowState.NEW]
        changed = [row for row in plan.rows if row.state is RowState.CHANGED]
        unit_store.add_units(work, order_by_parent([row.unit for row in fresh]))
        unit_store.set_units(work, [row.unit for row in changed])
        entries = [
            ChangeEntry(row.unit.id, UnitChange.ADDED, {}, describe(row.unit), stored.file_name) for row in fresh
        ]
        entries += [entry for row in changed for entry in _make_entries(tree.get(row.unit.id), row, stored.file_name)]
        history_store.add_changes(work, entries, actor_id=organiser.id, now=now)
        history_store.delete_import(work, import_id)
        # One act, one entry of the trail, with every change in it.
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="units_imported",
            subject=("unit_import", import_id),
            details={
                "file": stored.file_name,
                "added": len(fresh),
                "changed": len(changed),
                "changes": [{"unit_id": entry.unit_id, "change": entry.change, **tell(entry)} for entry in entries],
            },
        )
    return ImportedUnits(len(fresh), len(changed))


def discard_units(*, organiser: Person, import_id: int) -> None:
    """Let go of an import. Harmless to repeat."""
    ensure_organiser(organiser)
    with transaction() as work:
        if history_store.find_import(work, import_id=import_id, account_id=organiser.id) is not None:
            history_store.delete_import(work, import_id)


def order_by_parent(units: list[Unit]) -> list[Unit]:
    """Units above before those below them: a row may name a unit that stands further down in the file."""
    waiting = {unit.id: unit for unit in units}
    ordered: list[Unit] = []

    def place(unit: Unit) -> None:
        if waiting.pop(unit.id, None) is None:
            return
        if unit.parent_id in waiting:
            place(waiting[unit.parent_id])
        ordered.append(unit)

    for unit in units:
        place(unit)
    return ordered


def _make_entries(before: Unit, row: PlannedRow, file_name: str) -> list[ChangeEntry]:
    entries = []
    if before.parent_id != row.unit.parent_id:
        entries.append(make_move(before, row.unit, file_name))
    edit = make_edit(before, row.unit, file_name)
    old = {name: value for name, value in edit.before.items() if name != "parent_id"}
    if old:
        new = {name: value for name, value in edit.after.items() if name != "parent_id"}
        entries.append(ChangeEntry(edit.unit_id, edit.change, old, new, edit.reason))
    return entries
