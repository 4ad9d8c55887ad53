"""The job that makes the changes of a confirmed list: all of them in one transaction, or none.

One transaction and not a staged table swapped in: accounts are referred to by attempts and results and keep their ids,
and 50,000 inserts with their roles take seconds, in which only other imports wait (on PostgreSQL; SQLite has one
writer).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.jobs import JobFailed, JobKind
from quiz_app.domain.permissions import may_organise
from quiz_app.domain.staff_lists.planning import COMPARED, ChangeKind, PlannedRow, StaffPlan, plan_changes
from quiz_app.domain.staff_lists.rows import KnownAccount, StaffRow
from quiz_app.persistence import audit
from quiz_app.persistence import people as people_store
from quiz_app.persistence.people import NewAccount
from quiz_app.persistence.session import UniqueViolation, Work, transaction
from quiz_app.services.job_kinds import handles
from quiz_app.services.running_job import RunningJob
from quiz_app.services.staff_lists import packing
from quiz_app.services.staff_lists.staging import count_changes, digest_plan

CHUNK = 2_000
"""People between two reports of progress."""
CHANGED = N_("The accounts have changed since the preview. Nothing was changed; upload the list again.")


@handles(JobKind.APPLY_STAFF_LIST)
def apply_staff_list(job: RunningJob) -> None:
    """Add, change, move, close and open accounts as the preview said. Raises JobFailed where that is no longer so."""
    requester = job.get_requester()
    if not may_organise(requester):
        raise JobFailed(N_("The account that asked for this no longer organises. Nothing was changed."))
    import_id = int(job.arguments["import_id"])
    job.report(0)
    try:
        with transaction() as work:
            confirmed = people_store.lock_confirmed(work, import_id)
            if confirmed is None:
                raise JobFailed(N_("The list is no longer there. Nothing was changed; upload it again."))
            content, closes_missing = confirmed
            shown_digest, rows = packing.unpack_rows(content)
            open_unit_ids = set(people_store.lock_open_units(work).values())
            if any(row.unit_id not in open_unit_ids for row in rows):
                raise JobFailed(CHANGED)
            plan = _plan_and_hold(work, rows, shown_digest, closes_missing=closes_missing)
            _apply(work, job, plan, import_id=import_id, closes_missing=closes_missing)
            people_store.end_import(work, import_id=import_id, now=job.read_now())
            job.say(N_("The list was imported: %(count)s people, none left out."), count=len(rows))
            # Not before: it holds the row of the job, which the reports above write from another connection.
            job.finish_in(work)
    except UniqueViolation:
        # Somebody was added under the same account or number between the comparison and the insert.
        raise JobFailed(CHANGED) from None


def _plan_and_hold(work: Work, rows: Sequence[StaffRow], shown_digest: str, *, closes_missing: bool) -> StaffPlan:
    """What the list changes, which is what the preview showed, with the accounts as they stay until they are written.

    Raises JobFailed where it would change something else now.
    """
    plan = _plan_as_shown(work, rows, shown_digest)
    if people_store.has_single_writer():
        return plan
    # An account is written with all that is known of it. Between being read and being held, its person or an organiser
    # may have changed what the list says nothing of; so it is read once more.
    people_store.hold_accounts(work, *_list_written(plan, closes_missing=closes_missing))
    return _plan_as_shown(work, rows, shown_digest)


def _plan_as_shown(work: Work, rows: Sequence[StaffRow], shown_digest: str) -> StaffPlan:
    plan = plan_changes(rows, people_store.list_known(work))
    if plan.error_count or digest_plan(plan) != shown_digest:
        raise JobFailed(CHANGED)
    return plan


def _list_written(plan: StaffPlan, *, closes_missing: bool) -> tuple[set[int], set[int]]:
    """Accounts that are written, closed or opened; and those of them to which nothing may be added meanwhile: they are
    closed, or get another citizen's number.
    """
    changed = [(planned, planned.account.id) for planned in plan.rows if planned.account and planned.fields]
    whole = {id_ for planned, id_ in changed if planned.kind is ChangeKind.LEFT or "citizen_hash" in planned.fields}
    if closes_missing:
        whole.update(account.id for account in plan.missing)
    return whole.union(id_ for _, id_ in changed), whole


def _apply(work: Work, job: RunningJob, plan: StaffPlan, *, import_id: int, closes_missing: bool) -> None:
    now = job.read_now()
    total = len(plan.rows)
    for start in range(0, total, CHUNK):
        _write_rows(work, plan.rows[start : start + CHUNK], now)
        if not people_store.has_single_writer():
            # Elsewhere the only writer is this transaction, and nothing could be told beside it.
            job.report(min(start + CHUNK, total), total)
    closed = [planned.account.id for planned in plan.rows if planned.account and planned.kind is ChangeKind.LEFT]
    missing = [account.id for account in plan.missing] if closes_missing else []
    reopened = [
        planned.account.id
        for planned in plan.rows
        if planned.account and "is_active" in planned.fields and not planned.row.has_left
    ]
    people_store.close_accounts(work, [*closed, *missing])
    people_store.reopen_accounts(work, reopened)
    _write_audit(work, job, plan, closed=[*closed, *missing], reopened=reopened)
    audit.add_entry(
        work,
        now=now,
        actor_id=job.requested_by_id,
        action="staff_list_imported",
        subject=("staff_import", import_id),
        details={**count_changes(plan), "closed": len(closed) + len(missing), "reopened": len(reopened)},
    )


def _write_rows(work: Work, rows: Sequence[PlannedRow], now: datetime) -> None:
    """Add those who are new, and write those who differ."""
    new = [_make_account(planned) for planned in rows if planned.kind is ChangeKind.NEW]
    people_store.add_accounts(work, new, now)
    edited = [_merge(planned, planned.account) for planned in rows if planned.account and _is_edited(planned)]
    people_store.update_accounts(work, edited)


def _write_audit(
    work: Work, job: RunningJob, plan: StaffPlan, *, closed: Sequence[int], reopened: Sequence[int]
) -> None:
    """One entry for each person who was there before: who moved, who changed, who was closed. New people are counted in
    the entry of the list; their accounts say when they were made.
    """
    edited = [
        (planned.account.id, _describe(planned, planned.account))
        for planned in plan.rows
        if planned.account and _is_edited(planned)
    ]
    for action, entries in (
        ("account_edited", edited),
        ("account_closed", [(account_id, {"by": "staff_list"}) for account_id in closed]),
        ("account_reopened", [(account_id, {"by": "staff_list"}) for account_id in reopened]),
    ):
        audit.add_entries(
            work,
            now=job.read_now(),
            actor_id=job.requested_by_id,
            action=action,
            subject_type="account",
            entries=entries,
        )


def _describe(planned: PlannedRow, account: KnownAccount) -> dict[str, object]:
    """Unit, name and job title before and after; of what is more personal only that it changed."""
    told = {"unit_id", "name", "job_title"}
    return {
        "by": "staff_list",
        "changed": [field for field in planned.fields if field not in told],
        "before": {field: getattr(account, field) for field in planned.fields if field in told},
        "after": {field: getattr(planned.row, field) for field in planned.fields if field in told},
    }


def _is_edited(planned: PlannedRow) -> bool:
    return any(field != "is_active" for field in planned.fields)


def _make_account(planned: PlannedRow) -> NewAccount:
    """Without a password: the person chooses one with a one-time code from a slip."""
    row = planned.row
    return NewAccount(
        login=row.login,
        name=row.name,
        unit_id=row.unit_id,
        job_title=row.job_title,
        must_change_password=False,
        birth=row.birth,
        phone=row.phone,
        email=row.email,
        citizen_hash=row.citizen_hash,
        citizen_tail=row.citizen_tail,
    )


def _merge(planned: PlannedRow, account: KnownAccount) -> KnownAccount:
    row = planned.row
    values = {field: getattr(row, field) for field in COMPARED if getattr(row, field) is not None}
    if row.citizen_hash is not None:
        values["citizen_tail"] = row.citizen_tail
    return replace(account, unit_id=row.unit_id, **values)
