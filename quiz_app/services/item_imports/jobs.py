"""The job that stores a large import: all of it in one transaction, or nothing."""

from __future__ import annotations

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import NotFound
from quiz_app.domain.items import ItemImportEnded
from quiz_app.domain.jobs import JobFailed, JobKind
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence.people.staff_imports import has_single_writer
from quiz_app.persistence.session import UniqueViolation, transaction
from quiz_app.services.item_imports.applying import apply_import
from quiz_app.services.job_kinds import handles
from quiz_app.services.running_job import RunningJob


@handles(JobKind.IMPORT_ITEMS)
def import_items(job: RunningJob) -> None:
    """Store the items of a confirmed import. Raises JobFailed where that is no longer possible."""
    if not may_organise(job.get_requester()):
        raise JobFailed(N_("The account that asked for this no longer organises. Nothing was changed."))
    job.report(0)
    try:
        with transaction() as work:
            count = apply_import(
                work,
                organiser_id=job.requested_by_id,
                import_id=int(job.arguments["import_id"]),
                now=job.read_now(),
                # Where this transaction is the only writer, nothing could be told beside it.
                report=None if has_single_writer() else job.report,
            )
            job.say(N_("The questions are in the bank as drafts: %(count)s."), count=count)
            job.finish_in(work)
    except (NotFound, ItemImportEnded):
        raise JobFailed(N_("The import is no longer there. Nothing was changed; upload the file again.")) from None
    except UniqueViolation:
        raise JobFailed(N_("The bank has changed meanwhile. Nothing was changed; confirm the import again.")) from None
