"""The lines of units on the board of a round: who counts for whom after mergers, and as what units stood then.

The rule, without a setting: a board shows the units as they stood when its round closed, while it is open as they stand
now. So a merger, a renaming or a new staff number after the close leaves the board as it was; a unit merged before the
close counts for its successor. Results keep the unit under which they were reached, whatever the board adds up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from quiz_app.domain.units import UnitTree, find_counting_unit
from quiz_app.persistence.people import unit_history as history_store
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.results import UnitLine
from quiz_app.persistence.session import Work


def arrange_lines(
    work: Work, lines: Sequence[UnitLine], closes_at: datetime, *, tree: UnitTree | None = None
) -> list[UnitLine]:
    """The lines of all units with their own figures become those of the round's board. A tree that was read already
    need not be read again.
    """
    tree = tree or UnitTree.of(unit_store.list_units(work))
    earlier = history_store.map_earlier_values(work, closes_at)
    added_later = history_store.list_added_since(work, closes_at)
    board: dict[int, UnitLine] = {}
    counted: dict[int, list[UnitLine]] = {}
    for line in lines:
        unit = tree.units.get(line.unit_id)
        if unit is None:
            # Added between the two reads: on the next board.
            continue
        target = find_counting_unit(tree, unit, closes_at)
        if target.id != unit.id:
            counted.setdefault(target.id, []).append(line)
            continue
        was_open = unit.is_open or (unit.closed_at is not None and unit.closed_at >= closes_at)
        if line.taken_part or (was_open and unit.id not in added_later):
            board[unit.id] = _as_it_stood(line, earlier.get(unit.id, {}))
    for target_id, merged in counted.items():
        if target_id in board:
            board[target_id] = _add_up(board[target_id], merged)
    return list(board.values())


def _as_it_stood(line: UnitLine, earlier: dict[str, object]) -> UnitLine:
    fields = {name: earlier[name] for name in ("name", "kind", "block", "staff_number") if name in earlier}
    return replace(line, **fields) if fields else line  # type: ignore[arg-type]


def _add_up(line: UnitLine, merged: Sequence[UnitLine]) -> UnitLine:
    parts = [line, *merged]
    return replace(
        line,
        taken_part=sum(part.taken_part for part in parts),
        passed=sum(part.passed for part in parts),
        best_sum_hundredths=sum(part.best_sum_hundredths for part in parts),
    )
