"""Conflicts of interest: by unit without anybody saying so, and those that were declared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from quiz_app.domain.initiatives.rounds import Appraisal, find_department
from quiz_app.domain.units import UnitTree


@dataclass(frozen=True, slots=True)
class DeclaredConflict:
    """Said by the judge, or entered by an organiser: about one entry, or about a unit with those below it."""

    id: int
    judge_id: int
    judge_name: str
    entry_id: int | None
    entry_number: int | None
    unit_id: int | None
    unit_name: str | None
    reason: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class JudgedEntry:
    """What of an entry decides about conflicts."""

    id: int
    number: int
    category: str
    unit_id: int
    created_by_id: int
    version: int = 1


@dataclass(frozen=True)
class ConflictRules:
    """Who may not judge what. A judge never judges what they wrote themselves, nor an entry of their own unit, of units
    above or below it, or of its whole department; nor what was declared.

    How far that reaches: to the nearest unit of the named ``kinds``. Where none are named, to the department that
    appraises, and never to a unit that stands above all others: everybody is below it.
    """

    tree: UnitTree
    appraisal: Appraisal
    declared: frozenset[tuple[int, int]] = frozenset()
    """(judge, entry)."""
    declared_units: frozenset[tuple[int, int]] = frozenset()
    """(judge, unit): the unit's entries and those of the units below it."""
    kinds: tuple[str, ...] = ()
    _lines: dict[int, tuple[int, ...]] = field(default_factory=dict, compare=False)
    _circles: dict[int, tuple[int, ...]] = field(default_factory=dict, compare=False)
    _departments: dict[int, int] = field(default_factory=dict, compare=False)

    @classmethod
    def of(
        cls, tree: UnitTree, appraisal: Appraisal, conflicts: Iterable[DeclaredConflict], *, kinds: tuple[str, ...] = ()
    ) -> ConflictRules:
        """The rules of a round with what was declared in it."""
        conflicts = list(conflicts)
        entries = frozenset((each.judge_id, each.entry_id) for each in conflicts if each.entry_id is not None)
        units = frozenset((each.judge_id, each.unit_id) for each in conflicts if each.unit_id is not None)
        return cls(tree, appraisal, entries, units, kinds)

    def is_conflict(self, judge_id: int, judge_unit_id: int | None, entry: JudgedEntry) -> bool:
        """Whether this judge may not judge this entry."""
        if judge_id == entry.created_by_id or (judge_id, entry.id) in self.declared:
            return True
        circle = self._find_circle(entry.unit_id)
        if judge_unit_id is not None and (
            judge_unit_id in circle
            or entry.unit_id in self._find_circle(judge_unit_id)
            or self._find_department(judge_unit_id) == self._find_department(entry.unit_id)
        ):
            return True
        return any((judge_id, unit_id) in self.declared_units for unit_id in self._find_line(entry.unit_id))

    def _find_line(self, unit_id: int) -> tuple[int, ...]:
        """The unit and all units above it, up to the top."""
        known = self._lines.get(unit_id)
        if known is None:
            above = [each.id for each in self.tree.iterate_above(self.tree.get(unit_id))]
            known = self._lines[unit_id] = (unit_id, *above)
        return known

    def _find_circle(self, unit_id: int) -> tuple[int, ...]:
        """The unit and those above it whose people do not judge its entries."""
        known = self._circles.get(unit_id)
        if known is None:
            known = self._circles[unit_id] = self._make_circle(self._find_line(unit_id))
        return known

    def _make_circle(self, line: tuple[int, ...]) -> tuple[int, ...]:
        if self.kinds:
            ends = [place for place, each in enumerate(line, start=1) if self.tree.get(each).kind in self.kinds]
            return line[: ends[0]] if ends else line[:1]
        return line[:-1] if len(line) > 1 and line[-1] == self._summit else line

    def _find_department(self, unit_id: int) -> int:
        """The department that the unit belongs to: the one that appraises its entries, or the unit itself."""
        known = self._departments.get(unit_id)
        if known is None:
            circle = self._find_circle(unit_id)
            how = Appraisal.TOP if self.appraisal is Appraisal.NONE else self.appraisal
            department = find_department(self.tree, self.tree.get(unit_id), how)
            if self.kinds or (department is not None and department.id not in circle):
                known = circle[-1]
            else:
                known = unit_id if department is None else department.id
            self._departments[unit_id] = known
        return known

    @cached_property
    def _summit(self) -> int | None:
        """The unit that stands above all others that are open, with more than one branch below it."""
        tops = self.tree.list_open_children(None)
        if len(tops) != 1 or len(self.tree.list_open_children(tops[0].id)) < 2:
            return None
        return tops[0].id
