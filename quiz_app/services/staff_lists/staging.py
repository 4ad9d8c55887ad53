"""A list that was read, kept until somebody has looked at it: what it would change, and the decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from question_bank.readers.report import ImportProblem, Severity
from quiz_app.domain.errors import NotAllowed, NotFound, Refusal
from quiz_app.domain.jobs import JobKind
from quiz_app.domain.names import fold_text
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.domain.staff_lists.planning import ChangeKind, PlannedRow, StaffPlan, plan_changes
from quiz_app.domain.staff_lists.rows import KnownAccount
from quiz_app.domain.staff_lists.units import UnitFinder, UnitName
from quiz_app.keyed_hashes import KeyedHashes
from quiz_app.persistence import audit
from quiz_app.persistence import people as people_store
from quiz_app.persistence.people import StaffImport
from quiz_app.persistence.people import units as units_store
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.jobs import add_job
from quiz_app.services.staff_lists import packing
from quiz_app.services.staff_lists.reading import read_staff_list, to_import_problem

KEPT_FOR = timedelta(days=1)
"""How long a list waits for a decision; then what it says is dropped."""
MOST_SAMPLES = 8
MOST_SHOWN_PROBLEMS = 50
LATEST = 10


class StaffListChanged(Refusal):
    """The list is no longer waiting: it was applied, discarded, or is being applied."""


@dataclass(frozen=True, slots=True)
class SampleLine:
    """A line of a list as the preview shows it. ``before`` and ``after`` name the units of a move."""

    row: int | None
    login: str
    name: str
    unit: str
    before: str | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffPreview:
    """What a list would change. ``shown_problems`` are the first ones; all of them can be downloaded."""

    staff_import: StaffImport
    counts: Mapping[str, int]
    samples: Mapping[str, tuple[SampleLine, ...]]
    error_count: int
    doubt_count: int
    shown_problems: tuple[ImportProblem, ...]

    @property
    def is_ready(self) -> bool:
        """Whether it can be confirmed: nothing is wrong and something changes."""
        return self.error_count == 0 and self.change_count > 0

    @property
    def change_count(self) -> int:
        """People whom the list itself changes."""
        return sum(self.counts[kind] for kind in ChangeKind if kind is not ChangeKind.UNCHANGED)


def preview_list(
    *,
    actor: Person,
    content: bytes,
    file_name: str,
    default_unit_id: int | None,
    keys: KeyedHashes,
    now: datetime,
    today: date,
    then: Callable[[Work, int, int, Sequence[ImportProblem]], None] | None = None,
) -> int:
    """Read the file and keep what it says; the id under which it can be looked at. No account is changed. ``then`` is
    called with id, number of rows and problems (errors first) before the transaction ends.

    Raises NotAllowed.
    """
    _ensure_may_import(actor)
    with reading() as work:
        units = list_unit_names(work)
        known = people_store.list_known(work)
    known_ids = {unit.id for unit in units}
    read = read_staff_list(
        content,
        file_name,
        units=UnitFinder(units),
        default_unit_id=default_unit_id if default_unit_id in known_ids else None,
        keys=keys,
        today=today,
    )
    plan = plan_changes(read.rows, known)
    problems = sort_problems([*read.problems, *(to_import_problem(read.table, each) for each in plan.problems)])
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    counts = count_changes(plan)
    summary = {
        "rows": read.row_count,
        "counts": counts,
        "errors": errors,
        "doubts": len(problems) - errors,
        "wrong": read.row_count - len(plan.rows),
    }
    packed = packing.pack(
        samples=_make_samples(plan, {unit.id: unit.name for unit in units}),
        problems=problems,
        rows=read.rows if not errors else (),
        digest=digest_plan(plan),
        shown=MOST_SHOWN_PROBLEMS,
    )
    with transaction() as work:
        people_store.discard_old_imports(work, before=now - KEPT_FOR, now=now)
        import_id = people_store.add_import(
            work, file_name=file_name[:200], made_by_id=actor.id, summary=summary, content=packed, now=now
        )
        audit.add_entry(
            work,
            now=now,
            actor_id=actor.id,
            action="staff_list_read",
            subject=("staff_import", import_id),
            details={"rows": read.row_count, "errors": errors, **counts},
        )
        if then is not None:
            then(work, import_id, read.row_count, problems)
    return import_id


def view_list(*, actor: Person, import_id: int) -> StaffPreview:
    """The list as it was read. Raises NotAllowed, NotFound."""
    _ensure_may_import(actor)
    with reading() as work:
        found = people_store.find_import(work, import_id)
        content = people_store.find_content(work, import_id) if found else None
    if found is None:
        raise NotFound
    samples: Mapping[str, Any] = {}
    shown: tuple[ImportProblem, ...] = ()
    if content is not None:
        samples, shown = packing.unpack_head(content)
    return StaffPreview(
        staff_import=found,
        counts=found.summary["counts"],
        samples={kind: tuple(_to_sample(line) for line in lines) for kind, lines in samples.items()},
        error_count=found.summary["errors"],
        doubt_count=found.summary["doubts"],
        shown_problems=shown,
    )


def list_problems(*, actor: Person, import_id: int) -> tuple[StaffImport, tuple[ImportProblem, ...]]:
    """Everything that is wrong or doubtful. Raises NotAllowed, NotFound (also once the list is gone)."""
    _ensure_may_import(actor)
    with reading() as work:
        found = people_store.find_import(work, import_id)
        content = people_store.find_content(work, import_id) if found else None
    if found is None or content is None:
        raise NotFound
    return found, packing.unpack_problems(content)


def list_latest(*, actor: Person) -> list[StaffImport]:
    """The latest lists, newest first. Raises NotAllowed."""
    _ensure_may_import(actor)
    with reading() as work:
        return people_store.list_imports(work, LATEST)


def list_default_units(*, actor: Person) -> list[UnitName]:
    """The units that a list without a unit column may be of, by name. Raises NotAllowed."""
    _ensure_may_import(actor)
    with reading() as work:
        units = [unit for unit in list_unit_names(work) if not unit.is_closed]
    return sorted(units, key=lambda unit: fold_text(unit.name))


def confirm_list(*, actor: Person, import_id: int, closes_missing: bool, now: datetime) -> int:
    """Hand the list to a job; the job's id. ``closes_missing`` also closes the accounts of those whom it does not name.

    Raises NotAllowed, NotFound, StaffListChanged (also for a list with errors: it has nothing to apply).
    """
    preview = view_list(actor=actor, import_id=import_id)
    if preview.error_count or not (preview.change_count or (closes_missing and preview.counts["missing"])):
        raise StaffListChanged
    with transaction() as work:
        job_id = add_job(work, kind=JobKind.APPLY_STAFF_LIST, arguments={"import_id": import_id}, person=actor, now=now)
        is_mine = people_store.confirm_import(work, import_id=import_id, closes_missing=closes_missing, job_id=job_id)
        if not is_mine:
            raise StaffListChanged
        audit.add_entry(
            work,
            now=now,
            actor_id=actor.id,
            action="staff_list_confirmed",
            subject=("staff_import", import_id),
            details={"closes_missing": closes_missing, **preview.counts},
        )
    return job_id


def discard_list(*, actor: Person, import_id: int, now: datetime) -> None:
    """Drop what a list says. Raises NotAllowed, StaffListChanged."""
    _ensure_may_import(actor)
    with transaction() as work:
        if not people_store.discard_import(work, import_id=import_id, now=now):
            raise StaffListChanged


def list_unit_names(work: Work) -> list[UnitName]:
    """Every unit, as lists name them."""
    return [UnitName(unit.id, unit.code, unit.name, not unit.is_open) for unit in units_store.list_units(work)]


def count_changes(plan: StaffPlan) -> dict[str, int]:
    """How many people of each kind, and how many are missing."""
    return {**{str(kind): plan.count(kind) for kind in ChangeKind}, "missing": len(plan.missing)}


def digest_plan(plan: StaffPlan) -> str:
    """A text that differs as soon as anything differs that the plan would do."""
    return packing.digest(
        [
            *(
                (each.row.row, str(each.kind), each.account.id if each.account else 0, each.fields)
                for each in plan.rows
            ),
            *(account.id for account in plan.missing),
        ]
    )


def sort_problems(problems: list[ImportProblem]) -> list[ImportProblem]:
    """Errors first, then by row."""
    return sorted(problems, key=lambda problem: (problem.severity is not Severity.ERROR, problem.place.number))


def _make_samples(plan: StaffPlan, units: Mapping[int, str]) -> dict[str, list[list[Any]]]:
    """The first lines of each kind."""
    samples: dict[str, list[list[Any]]] = {}
    for planned in plan.rows:
        lines = samples.setdefault(str(planned.kind), [])
        if len(lines) < MOST_SAMPLES:
            lines.append(_describe(planned, units))
    samples["missing"] = [_describe_missing(account, units) for account in plan.missing[:MOST_SAMPLES]]
    return samples


def _describe(planned: PlannedRow, units: Mapping[int, str]) -> list[Any]:
    row, account = planned.row, planned.account
    before = units.get(account.unit_id or 0, "–") if account and "unit_id" in planned.fields else None
    return [row.row, row.login, row.name, units.get(row.unit_id, ""), before, list(planned.fields)]


def _describe_missing(account: KnownAccount, units: Mapping[int, str]) -> list[Any]:
    return [None, account.login, account.name, units.get(account.unit_id or 0, ""), None, []]


def _to_sample(line: list[Any]) -> SampleLine:
    row, login, name, unit, before, fields = line
    return SampleLine(row, login, name, unit, before, tuple(fields))


def _ensure_may_import(actor: Person) -> None:
    if not may_organise(actor):
        raise NotAllowed
