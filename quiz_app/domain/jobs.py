"""Background jobs: their kinds, their states, and who may ask for and see which. This is the one table of kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise

MOST_TRIES = 3
"""How often a job is begun before it is given up: a process that dies while working must not die for ever."""
STALE_AFTER = timedelta(seconds=30)
"""A running job without a heartbeat for so long belongs to a process that is gone."""
RESULT_KEPT_FOR = timedelta(days=7)


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


class JobKind(StrEnum):
    """What is done in the background. A kind has a rule here, a handler (``services/job_kinds.py``) and a title
    (``web/job_words.py``); a test finds any that has not.
    """

    VERIFY_AUDIT = "verify_audit"
    READ_STAFF_LIST = "read_staff_list"
    APPLY_STAFF_LIST = "apply_staff_list"
    READ_ITEMS = "read_items"
    IMPORT_ITEMS = "import_items"
    ANALYSE_ITEMS = "analyse_items"
    ZIP_SCORE_LISTS = "zip_score_lists"
    PREVIEW_KEY = "preview_key"
    RESCORE_ATTEMPTS = "rescore_attempts"
    READ_ENTRY = "read_entry"


@dataclass(frozen=True, slots=True)
class JobRule:
    """Who may ask for a kind of job, and whether organisers and administrators see those of others."""

    may_request: Callable[[Person], bool]
    is_seen_by_organisers: bool = True
    is_listed: bool = True
    """False for what the engine does by itself: it stands on lists of jobs only where it has failed."""


JOB_RULES: Mapping[JobKind, JobRule] = {
    JobKind.VERIFY_AUDIT: JobRule(may_organise),
    JobKind.READ_STAFF_LIST: JobRule(may_organise),
    JobKind.APPLY_STAFF_LIST: JobRule(may_organise),
    JobKind.READ_ITEMS: JobRule(may_organise),
    JobKind.IMPORT_ITEMS: JobRule(may_organise),
    JobKind.ANALYSE_ITEMS: JobRule(may_organise),
    JobKind.ZIP_SCORE_LISTS: JobRule(may_organise),
    JobKind.PREVIEW_KEY: JobRule(may_organise),
    JobKind.RESCORE_ATTEMPTS: JobRule(may_organise),
    # Asked for by every hand-in, whoever hands in; it is the organisers who see what failed.
    JobKind.READ_ENTRY: JobRule(lambda person: True, is_listed=False),
}


@dataclass(frozen=True, slots=True)
class JobResult:
    """A file that a job has made; ``key`` is where the storage keeps it, ``size`` is in bytes."""

    key: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. ``message`` is an English message id that says what went wrong, or what came of it.

    ``scope_unit_id`` is the unit whose data it holds, None for all or for what is no unit's.
    """

    id: int
    kind: JobKind
    arguments: Mapping[str, Any]
    state: JobState
    done_count: int
    total_count: int | None
    message: str | None
    message_values: Mapping[str, Any]
    result: JobResult | None
    requested_by_id: int
    scope_unit_id: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    tries: int
    requested_by_name: str = field(default="")

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state.is_over


class JobFailed(Exception):  # noqa: N818 - named for what it says, as refusals are
    """A handler raises this to end its job as failed. ``message`` is an English message id; the values fill it."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


class JobStopped(Exception):  # noqa: N818
    """The job is no longer this worker's: it was cancelled, or taken up by another. A handler lets it pass."""


def may_see_job(person: Person, job: Job) -> bool:
    """Its requester, as long as they could still ask for it, and organisers where the kind's rule says so.

    A unit lead who no longer leads the unit of a job does not see it any more, though they asked for it.
    """
    rule = JOB_RULES[job.kind]
    if rule.is_seen_by_organisers and may_organise(person):
        return True
    if job.requested_by_id != person.id or not rule.may_request(person):
        return False
    return job.scope_unit_id is None or job.scope_unit_id in person.led_unit_ids or may_organise(person)
