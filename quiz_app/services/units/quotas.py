"""Quotas of a contest, by kind of unit and by unit."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from quiz_app.domain.contests import Contest
from quiz_app.domain.errors import NotFound
from quiz_app.domain.people import Person
from quiz_app.domain.units import Quota, Unit, UnitTree, count_people_owed, ensure_quota, find_quota
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import quotas as quotas_store
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.units.tree import ensure_organiser, list_kinds


@dataclass(frozen=True, slots=True)
class KindQuota:
    """What units of a kind owe; ``people_owed`` adds up what they owe together, units with a quota of their own left
    out. ``unknown_count`` of them have no staff number, so that a share of it cannot be told.
    """

    code: str
    name: str
    quota: Quota | None
    unit_count: int
    people_owed: int
    unknown_count: int


@dataclass(frozen=True, slots=True)
class UnitQuota:
    """What one unit owes in place of its kind's quota."""

    unit: Unit
    quota: Quota
    people_owed: int | None


@dataclass(frozen=True, slots=True)
class QuotaPage:
    """The quotas of a contest."""

    contest: Contest
    contests: tuple[Contest, ...]
    kinds: tuple[KindQuota, ...]
    units: tuple[UnitQuota, ...]


@dataclass(frozen=True, slots=True)
class QuotaForm:
    """One quota to be edited: of a kind, or of a unit, whose kind's quota is ``inherited``."""

    contest: Contest
    unit: Unit | None
    kind_name: str
    quota: Quota | None
    inherited: Quota | None


def view_quotas(*, organiser: Person, contest_id: int | None) -> QuotaPage | None:
    """The quotas of this contest, or of the newest; None while there is no contest at all. Raises NotFound."""
    ensure_organiser(organiser)
    with reading() as work:
        contests = contests_store.list_contests(work)
        if not contests and contest_id is None:
            return None
        contest = _pick(contests, contest_id)
        quotas = quotas_store.list_quotas(work, contest.id)
        tree = UnitTree.of(unit_store.list_units(work))
        kinds = list_kinds(work, tree)
    for code in quotas.by_kind:
        kinds.setdefault(code, code)
    units = [unit for unit in tree.units.values() if unit.is_open]
    counts = Counter(unit.kind for unit in units)
    return QuotaPage(
        contest=contest,
        contests=tuple(contests),
        kinds=tuple(
            _add_up(code, name, quotas.by_kind.get(code), counts[code], units, set(quotas.by_unit))
            for code, name in kinds.items()
        ),
        units=tuple(
            UnitQuota(unit, quotas.by_unit[unit.id], count_people_owed(quotas.by_unit[unit.id], unit.staff_number))
            for unit in sorted(units, key=lambda unit: unit.name)
            if unit.id in quotas.by_unit
        ),
    )


def view_quota(*, organiser: Person, contest_id: int, unit_id: int | None, kind: str | None) -> QuotaForm:
    """One quota for the form. Raises NotFound."""
    ensure_organiser(organiser)
    with reading() as work:
        contest = _pick(contests_store.list_contests(work), contest_id)
        quotas = quotas_store.list_quotas(work, contest.id)
        tree = UnitTree.of(unit_store.list_units(work))
        kinds = list_kinds(work, tree)
    if unit_id is None:
        if kind is None or (kind not in kinds and kind not in quotas.by_kind):
            raise NotFound
        return QuotaForm(contest, None, kinds.get(kind, kind), quotas.by_kind.get(kind), None)
    unit = tree.get(unit_id)
    inherited = find_quota(unit, quotas.by_kind, {})
    return QuotaForm(contest, unit, kinds[unit.kind], quotas.by_unit.get(unit.id), inherited)


def set_quota(
    *, organiser: Person, contest_id: int, unit_id: int | None, kind: str | None, quota: Quota, now: datetime
) -> None:
    """Store a quota in place of the one before; an empty one takes it away. For a unit that means: its kind's counts.

    Raises InvalidInput (130 %), NotFound.
    """
    ensure_organiser(organiser)
    ensure_quota(quota)
    with transaction() as work:
        unit_store.lock_tree(work)
        contest = _pick(contests_store.list_contests(work), contest_id)
        before = _find_before(work, contest.id, unit_id, kind)
        after = None if quota.is_empty else quota
        if before == after:
            return
        quotas_store.put_quota(
            work, after, contest_id=contest.id, unit_kind=kind if unit_id is None else None, unit_id=unit_id
        )
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="quota_set",
            subject=("contest", contest.id),
            details={"unit_id": unit_id, "unit_kind": kind, "before": _tell(before), "after": _tell(after)},
        )


def _find_before(work: Work, contest_id: int, unit_id: int | None, kind: str | None) -> Quota | None:
    quotas = quotas_store.list_quotas(work, contest_id)
    tree = UnitTree.of(unit_store.list_units(work))
    if unit_id is not None:
        return quotas.by_unit.get(tree.get(unit_id).id)
    if kind is None or (kind not in list_kinds(work, tree) and kind not in quotas.by_kind):
        raise NotFound
    return quotas.by_kind.get(kind)


def _pick(contests: list[Contest], contest_id: int | None) -> Contest:
    for contest in contests:
        if contest_id is None or contest.id == contest_id:
            return contest
    raise NotFound


def _tell(quota: Quota | None) -> dict[str, Any] | None:
    return None if quota is None else asdict(quota)


def _add_up(
    code: str, name: str, quota: Quota | None, unit_count: int, units: list[Unit], with_own: set[int]
) -> KindQuota:
    owed = [
        count_people_owed(quota, unit.staff_number) for unit in units if unit.kind == code and unit.id not in with_own
    ]
    asks_for_people = quota is not None and (quota.people_number is not None or quota.people_percent is not None)
    return KindQuota(
        code, name, quota, unit_count, sum(number or 0 for number in owed), owed.count(None) if asks_for_people else 0
    )
