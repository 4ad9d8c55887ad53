"""The tree of units and one unit of it, as organisers see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quiz_app.domain.errors import NotAllowed
from quiz_app.domain.names import fold_text
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.domain.units import Quota, Unit, UnitTree, count_people_owed, find_quota
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import quotas as quotas_store
from quiz_app.persistence.people import unit_history as history_store
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.people.unit_history import ChangeLine
from quiz_app.persistence.session import Work, reading


@dataclass(frozen=True, slots=True)
class UnitFilter:
    """What of the tree is asked for. ``words`` are looked for without accents in name and code, all of them."""

    words: str = ""
    kind: str = ""
    block: str = ""
    shows_closed: bool = False

    @property
    def is_active(self) -> bool:
        """Whether units are looked for, rather than the whole tree shown."""
        return bool(self.words.strip() or self.kind or self.block)


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit in the tree with what stands below it. ``people_below`` counts its own people too."""

    unit: Unit
    people: int
    people_below: int
    children: tuple[UnitNode, ...]
    above: tuple[Unit, ...] = ()
    """The units above, the topmost first; only where a unit was looked for and stands alone."""


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """The topmost units of a block (or, without one, of a kind) with all that is below them."""

    name: str
    nodes: tuple[UnitNode, ...]
    unit_count: int
    people: int


@dataclass(frozen=True, slots=True)
class UnitOverview:
    """The tree page: groups, or what was found."""

    groups: tuple[UnitGroup, ...]
    found: tuple[UnitNode, ...]
    filter: UnitFilter
    kinds: dict[str, str]
    blocks: tuple[str, ...]
    open_count: int
    closed_count: int
    people: int


@dataclass(frozen=True, slots=True)
class ContestQuota:
    """What a unit owes in one contest, and whether that is its own quota or that of its kind."""

    contest_id: int
    contest_title: str
    quota: Quota | None
    is_own: bool
    people_owed: int | None


@dataclass(frozen=True, slots=True)
class UnitDetails:
    """One unit with everything around it."""

    unit: Unit
    kind_name: str
    above: tuple[Unit, ...]
    children: tuple[UnitNode, ...]
    successor: Unit | None
    merged: tuple[Unit, ...]
    people: int
    people_below: int
    quotas: tuple[ContestQuota, ...]
    history: tuple[ChangeLine, ...]
    unit_names: dict[int, str]
    kinds: dict[str, str]


@dataclass(frozen=True, slots=True)
class UnitChoices:
    """What a form offers: kinds, blocks in use, and the open units in the order of the tree with their depth."""

    kinds: dict[str, str]
    blocks: tuple[str, ...]
    units: tuple[tuple[Unit, int], ...]


def ensure_organiser(person: Person) -> None:
    """Raise NotAllowed for anyone who does not organise."""
    if not may_organise(person):
        raise NotAllowed


def list_kinds(work: Work, tree: UnitTree) -> dict[str, str]:
    """Names of the kinds by code: those that were named, then those that units merely use, under their code."""
    kinds = unit_store.list_kinds(work)
    return {**kinds, **{unit.kind: unit.kind for unit in tree.units.values() if unit.kind not in kinds}}


def view_units(*, organiser: Person, wanted: UnitFilter) -> UnitOverview:
    """The tree in groups by block, or the units that the filter finds, each with the way to it."""
    ensure_organiser(organiser)
    with reading() as work:
        tree = UnitTree.of(unit_store.list_units(work))
        people = unit_store.count_people(work)
        kinds = list_kinds(work, tree)
    shown = [unit for unit in tree.units.values() if unit.is_open or wanted.shows_closed]
    found: tuple[UnitNode, ...] = ()
    groups: tuple[UnitGroup, ...] = ()
    if wanted.is_active:
        found = _find_units(tree, shown, wanted, people)
    else:
        groups = _make_groups(tree, people, kinds, shows_closed=wanted.shows_closed)
    open_count = sum(unit.is_open for unit in tree.units.values())
    return UnitOverview(
        groups=groups,
        found=found,
        filter=wanted,
        kinds=kinds,
        blocks=_list_blocks(tree),
        open_count=open_count,
        closed_count=len(tree.units) - open_count,
        people=sum(people.values()),
    )


def view_unit(*, organiser: Person, unit_id: int) -> UnitDetails:
    """One unit. Raises NotFound."""
    ensure_organiser(organiser)
    with reading() as work:
        tree = UnitTree.of(unit_store.list_units(work))
        unit = tree.get(unit_id)
        people = unit_store.count_people(work)
        kinds = list_kinds(work, tree)
        history = history_store.list_changes(work, unit_id)
        quotas = tuple(_list_quotas(work, unit))
    node = make_node(tree, unit, people, shows_closed=True)
    return UnitDetails(
        unit=unit,
        kind_name=kinds.get(unit.kind, unit.kind),
        above=tuple(tree.iterate_above(unit))[::-1],
        children=node.children,
        successor=None if unit.successor_id is None else tree.get(unit.successor_id),
        merged=tuple(tree.list_merged_into(unit.id)),
        people=node.people,
        people_below=node.people_below,
        quotas=quotas,
        history=tuple(history),
        unit_names={known.id: known.name for known in tree.units.values()},
        kinds=kinds,
    )


def list_choices(*, organiser: Person, without_id: int | None = None) -> UnitChoices:
    """What forms offer; ``without_id`` leaves out a unit and all below it, under which it cannot stand."""
    ensure_organiser(organiser)
    with reading() as work:
        tree = UnitTree.of(unit_store.list_units(work))
        kinds = list_kinds(work, tree)
    units: list[tuple[Unit, int]] = []

    def add(parent_id: int | None, depth: int) -> None:
        for unit in tree.list_open_children(parent_id):
            if unit.id != without_id:
                units.append((unit, depth))
                add(unit.id, depth + 1)

    add(None, 0)
    return UnitChoices(kinds, _list_blocks(tree), tuple(units))


def make_node(tree: UnitTree, unit: Unit, people: dict[int, int], *, shows_closed: bool) -> UnitNode:
    """The unit with its sub-units, counted."""
    children = tuple(
        make_node(tree, child, people, shows_closed=shows_closed)
        for child in tree.children.get(unit.id, ())
        if child.is_open or shows_closed
    )
    own = people.get(unit.id, 0)
    return UnitNode(unit, own, own + sum(child.people_below for child in children), children)


def _make_groups(
    tree: UnitTree, people: dict[int, int], kinds: dict[str, str], *, shows_closed: bool
) -> tuple[UnitGroup, ...]:
    by_name: dict[str, list[UnitNode]] = {}
    for unit in tree.children.get(None, ()):
        if unit.is_open or shows_closed:
            node = make_node(tree, unit, people, shows_closed=shows_closed)
            by_name.setdefault(unit.block or kinds.get(unit.kind, unit.kind), []).append(node)
    return tuple(
        UnitGroup(name, tuple(nodes), sum(map(_count_units, nodes)), sum(node.people_below for node in nodes))
        for name, nodes in sorted(by_name.items(), key=lambda pair: fold_text(pair[0]))
    )


def _count_units(node: UnitNode) -> int:
    return 1 + sum(map(_count_units, node.children))


def _find_units(
    tree: UnitTree, shown: Sequence[Unit], wanted: UnitFilter, people: dict[int, int]
) -> tuple[UnitNode, ...]:
    words = fold_text(wanted.words).split()
    nodes = []
    for unit in shown:
        if (wanted.kind and unit.kind != wanted.kind) or (wanted.block and unit.block != wanted.block):
            continue
        text = fold_text(f"{unit.name} {unit.code}")
        if all(word in text for word in words):
            own = people.get(unit.id, 0)
            nodes.append(UnitNode(unit, own, own, (), tuple(tree.iterate_above(unit))[::-1]))
    return tuple(sorted(nodes, key=lambda node: fold_text(node.unit.name)))


def _list_blocks(tree: UnitTree) -> tuple[str, ...]:
    return tuple(sorted({unit.block for unit in tree.units.values() if unit.block}, key=fold_text))


def _list_quotas(work: Work, unit: Unit) -> list[ContestQuota]:
    lines = []
    for contest in contests_store.list_contests(work):
        quotas = quotas_store.list_quotas(work, contest.id)
        quota = find_quota(unit, quotas.by_kind, quotas.by_unit)
        owed = count_people_owed(quota, unit.staff_number)
        lines.append(ContestQuota(contest.id, contest.title, quota, unit.id in quotas.by_unit, owed))
    return lines
