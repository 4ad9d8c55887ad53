"""The board of a round: what every unit has registered, handed in and owes, beside another round's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.initiatives.boards import UnitEntries, add_up, count_unit, group_by_unit
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.names import fold_text
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_lead_unit, may_organise
from quiz_app.domain.units import Unit, UnitTree, find_counting_unit, find_quota
from quiz_app.persistence import quotas as quotas_store
from quiz_app.persistence.initiatives import boards as boards_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import Work, reading


class Shown(StrEnum):
    """Which units stand on the board."""

    ALL = "all"
    MISSING = "missing"
    NONE_YET = "none_yet"
    """Nothing was handed in, whether owed or not."""


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A unit on the board."""

    unit: Unit
    above: str | None
    figures: UnitEntries


@dataclass(frozen=True, slots=True)
class Board:
    """The units of the scope in a round, those that lack most first. ``earlier`` is the round compared with;
    ``rounds`` are those that it can be compared with; the totals are of the whole scope, whatever is shown.
    """

    round: InitiativeRound
    rounds: tuple[InitiativeRound, ...]
    earlier: InitiativeRound | None
    registration: InitiativeRound | None
    shown: Shown
    lines: tuple[BoardLine, ...]
    totals: UnitEntries
    units_owing: int
    units_met: int
    missing: int

    @property
    def owing(self) -> tuple[BoardLine, ...]:
        """The units that are to be reminded."""
        return tuple(line for line in self.lines if line.figures.missing)


def view_board_as_organiser(*, organiser: Person, round_id: int, earlier_id: int | None, shown: Shown) -> Board:
    """All units. Raises NotAllowed, NotFound."""
    if not may_organise(organiser):
        raise NotAllowed
    with reading() as work:
        return _make_board(work, round_id, earlier_id, shown, None)


def view_board_as_lead(*, lead: Person, round_id: int, earlier_id: int | None, shown: Shown) -> Board:
    """The units that this person leads, with all below them. Raises NotAllowed, NotFound."""
    if not may_lead_unit(lead):
        raise NotAllowed
    with reading() as work:
        return _make_board(work, round_id, earlier_id, shown, lead.led_unit_ids)


def _make_board(
    work: Work, round_id: int, earlier_id: int | None, shown: Shown, led_ids: frozenset[int] | None
) -> Board:
    rounds = rounds_store.list_rounds(work)
    round_ = next((each for each in rounds if each.id == round_id), None)
    if round_ is None:
        raise NotFound
    others = [each for each in rounds if each.id != round_id]
    earlier = next((each for each in others if each.id == earlier_id), None)
    if earlier is None and earlier_id is None:
        earlier = _find_last(others, round_)
    registration = next(
        (each for each in others if (each.contest_id, each.code) == (round_.contest_id, round_.settings.continues)),
        None,
    )
    tree = UnitTree.of(unit_store.list_units(work))
    scope = None if led_ids is None else {below for led in led_ids for below in tree.list_subtree_ids(led)}
    lines = _list_lines(work, tree, round_, earlier, registration, scope)
    owing = [line for line in lines if line.figures.owed is not None]
    return Board(
        round=round_,
        rounds=tuple(others),
        earlier=earlier,
        registration=registration,
        shown=shown,
        lines=tuple(line for line in lines if _is_shown(line, shown)),
        totals=add_up([line.figures for line in lines]),
        units_owing=len(owing),
        units_met=sum(not line.figures.missing for line in owing),
        missing=sum(line.figures.missing for line in owing),
    )


def _list_lines(
    work: Work,
    tree: UnitTree,
    round_: InitiativeRound,
    earlier: InitiativeRound | None,
    registration: InitiativeRound | None,
    scope: set[int] | None,
) -> list[BoardLine]:
    # A unit that was merged before the close counts for its successor, in the numbers of earlier rounds too.
    counting = {unit.id: find_counting_unit(tree, unit, round_.closes_at).id for unit in tree.units.values()}
    counts = group_by_unit(boards_store.count_entries(work, round_.id), counting)
    before = None if earlier is None else _count_handed_in(work, earlier, counting)
    registered = None if registration is None else _count_handed_in(work, registration, counting)
    quotas = quotas_store.list_quotas(work, round_.contest_id)
    lines = []
    for unit in tree.units.values():
        if counting[unit.id] != unit.id or (scope is not None and unit.id not in scope):
            continue
        figures = count_unit(
            counts.get(unit.id, ()),
            find_quota(unit, quotas.by_kind, quotas.by_unit) if unit.is_open else None,
            registered=None if registered is None else registered.get(unit.id, 0),
            earlier=None if before is None else before.get(unit.id, 0),
        )
        if scope is None and figures.is_empty:
            continue
        if unit.is_open or not figures.is_empty:
            above = tree.units.get(unit.parent_id) if unit.parent_id is not None else None
            lines.append(BoardLine(unit, None if above is None else above.name, figures))
    return sorted(lines, key=lambda line: (-line.figures.missing, fold_text(line.unit.name), line.unit.id))


def _count_handed_in(work: Work, round_: InitiativeRound, counting: dict[int, int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for each in boards_store.count_entries(work, round_.id):
        if each.state.is_handed_in:
            unit_id = counting.get(each.unit_id, each.unit_id)
            found[unit_id] = found.get(unit_id, 0) + each.number
    return found


def _find_last(others: Sequence[InitiativeRound], round_: InitiativeRound) -> InitiativeRound | None:
    """The latest round of another contest that closed before this one opened: last year's."""
    before = [each for each in others if each.closes_at <= round_.opens_at and each.contest_id != round_.contest_id]
    return max(before, key=lambda each: each.closes_at, default=None)


def _is_shown(line: BoardLine, shown: Shown) -> bool:
    if shown is Shown.MISSING:
        return line.figures.missing > 0
    return shown is Shown.ALL or line.figures.handed_in == 0
