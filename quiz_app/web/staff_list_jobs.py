"""The reading of a large staff list in the background: with the keys and the calendar of this server."""

from __future__ import annotations

from quiz_app.domain.jobs import JobKind
from quiz_app.services.job_kinds import handles
from quiz_app.services.running_job import RunningJob
from quiz_app.services.staff_lists import read_large_list
from quiz_app.web.formatting import find_display_zone
from quiz_app.web.server_keys import get_keys


@handles(JobKind.READ_STAFF_LIST)
def read_staff_list(job: RunningJob) -> None:
    """Read it; the page of the job leads to the preview."""
    read_large_list(job, keys=get_keys(), today=job.read_now().astimezone(find_display_zone()).date())
