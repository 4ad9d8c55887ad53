"""Reading a list: overdue attempts are closed, then one statement gives the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from quiz_app.domain.contests import Contest, Round
from quiz_app.domain.issued_lists import ListKind
from quiz_app.domain.names import fold_text
from quiz_app.domain.people import Person
from quiz_app.domain.results import UnitFigures, compute_standing
from quiz_app.domain.units import Quota, Unit, UnitTree, count_people_owed, find_counting_unit, find_quota
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import quotas as quotas_store
from quiz_app.persistence import results as results_store
from quiz_app.persistence import score_lists as lists_store
from quiz_app.persistence.columns import from_ms
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.quotas import ContestQuotas
from quiz_app.persistence.replica import reading_from_replica
from quiz_app.persistence.results import UnitLine
from quiz_app.persistence.score_lists import ScoreRow
from quiz_app.persistence.session import Work, reading
from quiz_app.services.attempts.closing import close_overdue
from quiz_app.services.score_lists.scopes import ensure_scope, pick_contest, pick_round
from quiz_app.services.score_lists.values import ListedPerson, ListedUnit, ListFigures, OfficialData
from quiz_app.services.units.boards import arrange_lines

PEOPLE_KINDS = (ListKind.SCORES, ListKind.REMINDER, ListKind.RANKING)


class _Maker:
    """One reading of a round: tree, quotas, and what was asked for."""

    def __init__(self, work: Work, *, round_: Round, contest: Contest, tree: UnitTree, kind: ListKind) -> None:
        self.work, self.round, self.contest, self.tree, self.kind = work, round_, contest, tree, kind
        self.states: dict[int | None, dict[str, int]] | None = None
        self.quotas: ContestQuotas = quotas_store.list_quotas(work, contest.id)

    def make_people_list(
        self, rows: Sequence[ScoreRow], *, unit: Unit | None, unit_ids: Iterable[int] | None, now: datetime
    ) -> OfficialData:
        """A list of these people, sorted, with what stands below it."""
        counted = self._count(rows, unit, unit_ids)
        if self.kind is ListKind.REMINDER:
            rows = [row for row in rows if not row.is_passed]
        rows = self._sort(rows, by_unit=unit is None)
        places = _place(rows)
        people = tuple(self._to_person(row, place) for row, place in zip(rows, places, strict=True))
        return OfficialData(
            kind=self.kind,
            contest=self.contest,
            round=self.round,
            unit=unit,
            made_at=now,
            figures=counted,
            people=people,
            shows_units=len({person.unit_name for person in people}) > 1,
            state=self._read_state(unit_ids),
            superior=self._find_superior(unit),
        )

    def make_units_list(self, *, unit: Unit | None, unit_ids: frozenset[int] | None, now: datetime) -> OfficialData:
        """Participation: a line for each unit."""
        board = arrange_lines(
            self.work, results_store.list_unit_figures(self.work, self.round.id), self.round.closes_at
        )
        lines = [line for line in board if unit_ids is None or line.unit_id in unit_ids]
        lines.sort(key=lambda line: (fold_text(line.block or ""), fold_text(line.name)))
        units = tuple(self._to_unit(line) for line in lines)
        staff = [line.figures.staff_number for line in units if line.figures.staff_number is not None]
        owed = [line.figures.owed for line in units if line.figures.owed is not None]
        totals = ListFigures(
            staff_number=sum(staff) if staff else None,
            taken_part=sum(line.figures.taken_part for line in units),
            passed=sum(line.figures.passed for line in units),
            not_begun=0,
            owed=sum(owed) if owed else None,
        )
        state = self._read_state(unit_ids)
        return OfficialData(
            self.kind, self.contest, self.round, unit, now, totals,
            units=units, state=state, superior=self._find_superior(unit),
        )  # fmt: skip

    def _find_superior(self, unit: Unit | None) -> str | None:
        above = None if unit is None or unit.parent_id is None else self.tree.units.get(unit.parent_id)
        return None if above is None else above.name

    def _count(self, rows: Sequence[ScoreRow], unit: Unit | None, unit_ids: Iterable[int] | None) -> ListFigures:
        units = [
            known
            for known in (self.tree.units.values() if unit_ids is None else map(self.tree.get, unit_ids))
            if known.is_open
        ]
        staff = [known.staff_number for known in units if known.staff_number is not None]
        owed = [
            number
            for known in units
            if (number := count_people_owed(self._find_quota(known), known.staff_number)) is not None
        ]
        taken_part = sum(row.score_hundredths is not None for row in rows)
        return ListFigures(
            staff_number=sum(staff) if staff else None,
            taken_part=taken_part,
            passed=sum(bool(row.is_passed) for row in rows),
            not_begun=len(rows) - taken_part,
            owed=sum(owed) if owed else None,
            quota=self._find_quota(unit) if unit is not None and len(units) == 1 else None,
        )

    def _find_quota(self, unit: Unit) -> Quota | None:
        return find_quota(unit, self.quotas.by_kind, self.quotas.by_unit)

    def _sort(self, rows: Sequence[ScoreRow], *, by_unit: bool) -> list[ScoreRow]:
        if self.kind is ListKind.RANKING:
            return sorted(rows, key=lambda row: (row.rank_key or "", row.account_id))
        if not by_unit:
            return sorted(rows, key=lambda row: (row.name_key, row.account_id))
        names = {unit.id: fold_text(unit.name) for unit in self.tree.units.values()}
        return sorted(
            rows,
            key=lambda row: (
                row.unit_id is None, names.get(row.unit_id or 0, ""), row.unit_id or 0, row.name_key, row.account_id,
            ),
        )  # fmt: skip

    def _to_person(self, row: ScoreRow, place: int) -> ListedPerson:
        unit = self.tree.units.get(row.unit_id) if row.unit_id is not None else None
        return ListedPerson(
            name=row.name,
            birth=row.birth,
            job_title=row.job_title,
            phone=row.phone,
            unit_name=unit.name if unit else "",
            attempt_count=row.attempt_count,
            correct_count=row.correct_count,
            score_hundredths=row.score_hundredths,
            elapsed_ms=row.elapsed_ms,
            finished_at=None if row.finished_at is None else from_ms(row.finished_at),
            is_passed=bool(row.is_passed),
            place=place if self.kind is ListKind.RANKING else None,
        )

    def _to_unit(self, line: UnitLine) -> ListedUnit:
        unit = self.tree.get(line.unit_id)
        figures = UnitFigures(line.staff_number, line.taken_part, line.passed, line.best_sum_hundredths)
        quota = self._find_quota(unit)
        counted = ListFigures(
            staff_number=line.staff_number,
            taken_part=line.taken_part,
            passed=line.passed,
            not_begun=0,
            owed=count_people_owed(quota, line.staff_number),
            quota=quota,
        )
        standing = compute_standing(figures, self.round.settings.unit_ranking, self.round.settings.scale_hundredths)
        return ListedUnit(line.name, line.block, counted, figures.mean_score_hundredths, standing)

    def read_all_states(self) -> None:
        """Read the states of all units at once, where a list of each is made."""
        self.states = lists_store.map_states(self.work, round_id=self.round.id)

    def _read_state(self, unit_ids: Iterable[int] | None) -> dict[str, object]:
        ids = None if unit_ids is None else sorted(unit_ids)
        if ids is not None and self.states is not None:
            return {
                "results": lists_store.add_states(self.states[one] for one in ids if one in self.states),
                "units": ids,
            }
        state = lists_store.read_state(self.work, round_id=self.round.id, unit_ids=ids)
        return {"results": state, "units": ids}


def make_lists(
    *,
    person: Person,
    as_lead: bool,
    kind: ListKind,
    round_id: int,
    unit_id: int | None,
    each_unit: bool,
    now: datetime,
) -> list[OfficialData]:
    """The list of a unit with all below it, or of the whole round (``unit_id`` None); with ``each_unit`` a list for
    every unit that has people, in the order of their names.

    Raises NotAllowed, NotFound (no such round, or a unit that is not the person's).
    """
    with reading() as work:
        tree = UnitTree.of(unit_store.list_units(work))
    ensure_scope(person, tree, as_lead=as_lead, kind=kind, unit_id=unit_id)
    close_overdue(now=now)
    with reading_from_replica() as work:
        round_ = pick_round(contests_store.list_rounds(work), round_id)
        contest = pick_contest(contests_store.list_contests(work), round_.contest_id)
        maker = _Maker(work, round_=round_, contest=contest, tree=tree, kind=kind)
        unit = None if unit_id is None else tree.get(unit_id)
        unit_ids = None if unit_id is None else frozenset(tree.list_subtree_ids(unit_id))
        if kind not in PEOPLE_KINDS:
            return [maker.make_units_list(unit=unit, unit_ids=unit_ids, now=now)]
        if kind is ListKind.RANKING:
            rows = lists_store.list_ranked_rows(work, round_id=round_id)
        else:
            roles = [str(role) for role in round_.settings.excluded_roles]
            rows = lists_store.list_rows(work, round_id=round_id, unit_ids=unit_ids, excluded_roles=roles)
        if not each_unit:
            return [maker.make_people_list(rows, unit=unit, unit_ids=unit_ids, now=now)]
        maker.read_all_states()
        return [
            maker.make_people_list(of_unit, unit=tree.get(counting_id), unit_ids=ids, now=now)
            for counting_id, ids, of_unit in _part(rows, tree, round_)
        ]


def _place(rows: Sequence[ScoreRow]) -> list[int]:
    """Places of the ranking: who is equal in every criterion shares one."""
    places: list[int] = []
    for number, row in enumerate(rows, start=1):
        is_tied = number > 1 and row.rank_key is not None and row.rank_key == rows[number - 2].rank_key
        places.append(places[-1] if is_tied else number)
    return places


def _part(rows: Iterable[ScoreRow], tree: UnitTree, round_: Round) -> list[tuple[int, list[int], list[ScoreRow]]]:
    """Rows by the unit that counts them, units merged into it included, in the order of their names."""
    merged: dict[int, list[int]] = {}
    for unit in tree.units.values():
        merged.setdefault(find_counting_unit(tree, unit, round_.closes_at).id, []).append(unit.id)
    counting = {unit_id: target for target, ids in merged.items() for unit_id in ids}
    parts: dict[int, list[ScoreRow]] = {}
    for row in rows:
        if row.unit_id in counting:
            parts.setdefault(counting[row.unit_id], []).append(row)
    return [
        (unit_id, merged[unit_id], parts[unit_id])
        for unit_id in sorted(parts, key=lambda unit_id: (fold_text(tree.get(unit_id).name), unit_id))
    ]
