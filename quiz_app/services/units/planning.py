"""What an import would do: each row compared with the units as they are, before anything is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import Refusal
from quiz_app.domain.names import fold_text
from quiz_app.domain.units import LARGEST_STAFF, Unit, UnitTree, ensure_may_stand_under
from quiz_app.persistence.ids import make_id
from quiz_app.services.tables import find_integer
from quiz_app.services.units.changing import LONGEST_BLOCK, LONGEST_CODE, LONGEST_NAME, compare


class RowState(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with a cell: the column's name and a message id with its values."""

    column: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row with what it would do. ``before`` and ``after`` hold only what differs, with codes for units above."""

    number: int
    state: RowState
    unit: Unit
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """What an import would do with the units as they are; ``digest`` tells one such plan from another."""

    rows: tuple[PlannedRow, ...]
    untouched_count: int
    """Open units that the file does not name; they stay as they are."""
    digest: str

    def count(self, state: str) -> int:
        """How many rows of this state there are."""
        return sum(row.state == state for row in self.rows)

    @property
    def may_be_confirmed(self) -> bool:
        """Whether there is something to do and nothing wrong."""
        states = {row.state for row in self.rows}
        return RowState.WRONG not in states and states != {RowState.UNCHANGED} and bool(states)


SourceRow = Mapping[str, Any]
"""``number``, and the texts of the columns that the file has, by name."""


def plan_import(rows: Sequence[SourceRow], tree: UnitTree, kinds: Mapping[str, str]) -> UnitPlan:
    """Compare. A column that the file lacks leaves what is there; an empty cell of a column that it has, empties it."""
    planner = _Planner(tree, kinds)
    planned = [planner.plan_row(row) for row in rows]
    planned = planner.place_rows(rows, planned)
    named = {row.unit.id for row in planned}
    untouched = sum(unit.is_open and unit.id not in named for unit in tree.units.values())
    told = [[row.number, row.state, row.unit.code, dict(row.before), dict(row.after)] for row in planned]
    digest = hashlib.sha256(json.dumps([told, untouched], default=str, ensure_ascii=False).encode()).hexdigest()
    return UnitPlan(tuple(planned), untouched, digest)


class _Planner:
    """Reads the rows against one tree."""

    def __init__(self, tree: UnitTree, kinds: Mapping[str, str]) -> None:
        self.tree = tree
        self.kinds = {**{fold_text(name): code for code, name in kinds.items()}, **{code: code for code in kinds}}
        self.by_code = {unit.code.casefold(): unit for unit in tree.units.values()}
        self.row_of_code: dict[str, int] = {}
        # One key for the file and the row's number added: keys made one by one in a loop may meet.
        self.first_id = make_id()

    def plan_row(self, row: SourceRow) -> PlannedRow:
        """Everything but the unit above, which may stand further down in the file."""
        problems: list[RowProblem] = []
        code = row["code"]
        known = self.by_code.get(code.casefold())
        first = self.row_of_code.setdefault(code.casefold(), row["number"])
        if first != row["number"]:
            problems.append(RowProblem("code", N_("row %(row)s has the same code"), {"row": first}))
        if known is not None and not known.is_open:
            problems.append(RowProblem("code", N_("the unit with this code is closed; open it again first")))
        for column, longest in (("code", LONGEST_CODE), ("name", LONGEST_NAME), ("block", LONGEST_BLOCK)):
            if len(row.get(column, "")) > longest:
                problems.append(RowProblem(column, N_("the text has more than %(most)s characters"), {"most": longest}))
        unit = known or Unit(self.first_id + row["number"], code, row["name"], "")
        unit = replace(unit, code=code, name=row["name"])
        if "block" in row:
            unit = replace(unit, block=row["block"] or None)
        unit = self._read_kind(row, unit, problems)
        if "staff_number" in row:
            unit = replace(unit, staff_number=_read_staff(row["staff_number"], problems))
        return PlannedRow(row["number"], RowState.WRONG, unit, {}, {}, tuple(problems))

    def _read_kind(self, row: SourceRow, unit: Unit, problems: list[RowProblem]) -> Unit:
        text = row.get("kind", "")
        code = self.kinds.get(text) or self.kinds.get(fold_text(text))
        if code is not None and text:
            return replace(unit, kind=code)
        if text:
            problems.append(RowProblem("kind", N_("there is no kind of unit “%(text)s”; add it first"), {"text": text}))
        elif not unit.kind or "kind" in row:
            problems.append(RowProblem("kind", N_("the kind of the unit is missing")))
        return unit

    def place_rows(self, rows: Sequence[SourceRow], planned: Sequence[PlannedRow]) -> list[PlannedRow]:
        """Find the units above, in the file or among those that are there, and refuse circles."""
        by_code = {**self.by_code, **{row.unit.code.casefold(): row.unit for row in planned}}
        placed = []
        for source, row in zip(rows, planned, strict=True):
            unit, problems = row.unit, list(row.problems)
            above = source.get("parent")
            if above:
                parent = by_code.get(above.casefold())
                if parent is None:
                    problems.append(
                        RowProblem("parent", N_("there is no unit “%(text)s”, here or in the file"), {"text": above})
                    )
                else:
                    unit = replace(unit, parent_id=parent.id)
            elif above is not None:
                unit = replace(unit, parent_id=None)
            placed.append(replace(row, unit=unit, problems=tuple(problems)))
        after = UnitTree.of([*self.tree.units.values(), *(row.unit for row in placed)])
        return [self._finish(row, after) for row in placed]

    def _finish(self, row: PlannedRow, after: UnitTree) -> PlannedRow:
        problems = list(row.problems)
        parent = after.units.get(row.unit.parent_id) if row.unit.parent_id is not None else None
        try:
            ensure_may_stand_under(after, row.unit, parent)
        except Refusal as refusal:
            problems.append(_make_place_problem(refusal, parent))
        before = self.tree.units.get(row.unit.id)
        old, new = ({}, self._tell(row.unit, after)) if before is None else compare(before, row.unit)
        if before is not None:
            old, new = self._with_codes(old, after), self._with_codes(new, after)
        if problems:
            state = RowState.WRONG
        elif before is None:
            state = RowState.NEW
        else:
            state = RowState.CHANGED if new else RowState.UNCHANGED
        return replace(row, state=state, before=old, after=new, problems=tuple(problems))

    def _tell(self, unit: Unit, after: UnitTree) -> dict[str, Any]:
        fields = {
            "kind": unit.kind,
            "block": unit.block,
            "parent_id": unit.parent_id,
            "staff_number": unit.staff_number,
        }
        return self._with_codes({name: value for name, value in fields.items() if value is not None}, after)

    @staticmethod
    def _with_codes(fields: Mapping[str, Any], after: UnitTree) -> dict[str, Any]:
        told = dict(fields)
        if "parent_id" in told:
            parent_id = told.pop("parent_id")
            told["parent"] = None if parent_id is None else after.units[parent_id].code
        return told


def _make_place_problem(refusal: Refusal, parent: Unit | None) -> RowProblem:
    code = parent.code if parent else ""
    if refusal.code == "unit_cycle":
        return RowProblem("parent", N_("“%(text)s” stands below this unit: a circle"), {"text": code})
    if refusal.code == "unit_closed":
        return RowProblem("parent", N_("the unit above, “%(text)s”, is closed"), {"text": code})
    return RowProblem("parent", N_("the tree of units would get deeper than 12 levels"))


def _read_staff(text: str, problems: list[RowProblem]) -> int | None:
    if not text:
        return None
    number = find_integer(text)
    if number is None or not 0 <= number <= LARGEST_STAFF:
        problems.append(
            RowProblem("staff_number", N_("“%(text)s” is not a number of people from 0 to 1,000,000"), {"text": text})
        )
        return None
    return number
