"""Personal data after its time: masked, while results stay as figures.

Nghị định 13/2023/NĐ-CP (điều 3: personal data is kept no longer than its purpose asks; điều 16: deletion), and since
01/01/2026 Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15, which upholds both. How long a contest needs its people is for
its organiser to lay down; ``RETENTION_DAYS`` holds it, and nothing is masked without it.

Initiatives lose their authors in every version; receipts and digests stay, so that a receipt on paper still finds its
entry, whose text no longer has that digest. Their files are renamed, and let go on request (``initiatives.masking``).

Not touched: accounts of organisers, judges and administrators; backups that were made before; and the audit trail, each
of whose entries is part of the proof of all others. It names accounts by id, which say nothing once the accounts are
masked, but holds what was typed as a reason, names of attached files, and addresses of machines: who may read it is for
the organiser to restrict. Short answers of attempts stay too: they are what was scored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from quiz_app.persistence import audit
from quiz_app.persistence import retention as store
from quiz_app.persistence.columns import from_ms
from quiz_app.persistence.retention import Due
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.initiatives.masking import count_entries_due, mask_entries

BATCH = 200
"""How many people one transaction masks."""


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """What is due. ``due_at`` is when the time is over, None without any round; before it nothing is counted."""

    due_at: datetime | None
    before: datetime
    due: Due


def plan_retention(*, days: int, now: datetime) -> RetentionPlan:
    """What would be masked now: nothing until so many days after the end of the last round of all contests, so that
    whoever may still take part, or be asked about, is known by name.
    """
    before = now - timedelta(days=days)
    with reading() as work:
        latest_ms = store.find_latest_close(work)
        latest = None if latest_ms is None else from_ms(latest_ms)
        is_due = latest is not None and latest < before
        due = store.count_due(work, before) if is_due else Due(0, 0, 0)
    if is_due:
        found = count_entries_due(before)
        due = replace(due, entries=found.entries, entry_files=found.files)
    return RetentionPlan(latest + timedelta(days=days) if latest else None, before, due)


def apply_retention(*, days: int, now: datetime, lets_files_go: bool = False) -> Due:
    """Mask what is due, in small transactions, each with its audit entry; how much it was. Done again, it finds
    nothing more. ``lets_files_go``: nothing holds the files of initiatives any more.
    """
    plan = plan_retention(days=days, now=now)
    if plan.due == Due(0, 0, 0):
        return plan.due
    # Before the people: their names are taken out of the texts by what the accounts are called.
    done = mask_entries(before=plan.before, lets_files_go=lets_files_go, now=now)
    masked = 0
    while True:
        with transaction() as work:
            people = store.list_due(work, plan.before, BATCH)
            if people:
                store.mask_people(work, people, now)
                details = {"people": len(people), "days": days}
                audit.add_entry(
                    work, now=now, actor_id=None, action="people_masked", subject=("account", None), details=details
                )
        masked += len(people)
        if len(people) < BATCH:
            break
    with transaction() as work:
        rest = store.count_due(work, plan.before)
        store.mask_rest(work, plan.before, now)
    return Due(masked, rest.registrations, rest.staff_lists, done.entries, done.files, rest.texts)
