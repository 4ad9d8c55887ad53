"""Sealing the audit trail and checking it.

Sealing inside the transaction of a change would make every finish wait for the one before it. So entries are sealed
some seconds later, by the sweeper and before every check; until then an entry is guarded by the database's triggers
alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.audit import ChainEnd, ChainFault, ChainProblem, check_entries, seal_entries
from quiz_app.domain.jobs import JobFailed, JobKind
from quiz_app.persistence import audit_sealing
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.job_kinds import handles
from quiz_app.services.running_job import RunningJob

BATCH = 500
"""Entries sealed in a transaction: some tens of milliseconds."""
CHECK_BATCH = 1000


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a check found: up to where the chain holds, and the first problem if there is one."""

    end: ChainEnd
    problem: ChainProblem | None


def seal_trail() -> int:
    """Seal every entry that is committed; how many. Several processes may do this at once: one works, others wait."""
    count = 0
    while True:
        with reading() as work:
            if not audit_sealing.has_unsealed(work):
                return count
        with transaction() as work:
            end = audit_sealing.lock_chain_end(work)
            sealed = seal_entries(audit_sealing.list_unsealed(work, BATCH), end)
            audit_sealing.store_seals(work, sealed)
        count += len(sealed)
        # Lets pages have the processor, and on SQLite the only writer's place.
        time.sleep(0)


def check_chain(*, expected: ChainEnd | None = None, report: Callable[[int, int], None] | None = None) -> ChainReport:
    """Seal what is new, then walk the whole chain in batches.

    ``expected`` is an end that was noted down earlier: it finds a tail that was cut off, or a chain that was computed
    anew, which nothing inside the database can. ``report`` hears how many of how many entries were looked at.
    """
    seal_trail()
    with reading() as work:
        stored_end = audit_sealing.find_chain_end(work)
    end, problem = ChainEnd(), None
    while problem is None:
        with reading() as work:
            entries = audit_sealing.list_sealed(work, after=end.number, most=CHECK_BATCH)
        if not entries:
            break
        end, problem = check_entries(entries, end)
        if report is not None:
            report(end.number, max(end.number, stored_end.number))
    if problem is None and end.number < stored_end.number:
        problem = ChainProblem(ChainFault.CUT_OFF, end.number + 1)
    if problem is None and expected is not None:
        problem = _compare(expected, end)
    return ChainReport(end, problem)


@handles(JobKind.VERIFY_AUDIT)
def check_chain_as_job(job: RunningJob) -> None:
    """The same in the background, with its outcome as the job's words."""
    report = check_chain(report=job.report)
    if report.problem is not None:
        raise JobFailed(
            "The trail does not fit from entry %(number)s on: it was altered, removed or cut off. "
            "Do not work on the database; tell the administrator.",
            number=report.problem.number,
        )
    words = N_("The trail is whole: %(count)s entries. Note this down elsewhere: %(end)s")
    job.say(words, count=report.end.number, end=str(report.end))


def _compare(expected: ChainEnd, end: ChainEnd) -> ChainProblem | None:
    if expected.number > end.number:
        return ChainProblem(ChainFault.CUT_OFF, end.number + 1)
    if expected.number == 0:
        return None
    with reading() as work:
        found = audit_sealing.find_hash(work, expected.number)
    return None if found == expected.hash else ChainProblem(ChainFault.REPLACED, expected.number)
