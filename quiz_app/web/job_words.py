"""Background jobs in words: what a kind does, how far it is, what went wrong."""

from __future__ import annotations

from collections.abc import Callable

from question_bank.readers.report import ImportProblem
from quiz_app.domain import errors
from quiz_app.domain.jobs import Job, JobKind, JobState
from quiz_app.services.job_running import REFUSED
from quiz_app.services.staff_lists.packing import load_problem
from quiz_app.web.language import get_language
from quiz_app.web.place_words import describe_place, describe_problem
from quiz_app.web.refusal_words import title_refusal
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_number

_TITLES: dict[JobKind, Callable[[], str]] = {
    JobKind.VERIFY_AUDIT: lambda: gettext("Check of the audit trail"),
    JobKind.ANALYSE_ITEMS: lambda: gettext("Analysis of the questions"),
    JobKind.PREVIEW_KEY: lambda: gettext("Preview of another key"),
    JobKind.RESCORE_ATTEMPTS: lambda: gettext("Attempts scored anew after a key was put right"),
    JobKind.ZIP_SCORE_LISTS: lambda: gettext("Lists of all units"),
    JobKind.READ_STAFF_LIST: lambda: gettext("Reading of a staff list"),
    JobKind.APPLY_STAFF_LIST: lambda: gettext("Import of a staff list"),
    JobKind.READ_ITEMS: lambda: gettext("Reading of a file of questions"),
    JobKind.IMPORT_ITEMS: lambda: gettext("Import of questions"),
    JobKind.READ_ENTRY: lambda: gettext("Comparison of an initiative with others"),
}


def describe_kind(kind: JobKind) -> str:
    """What the job does, as a heading."""
    return _TITLES[kind]()


def describe_state(state: JobState) -> str:
    """Where it stands, in two or three words."""
    words: dict[JobState, Callable[[], str]] = {
        JobState.QUEUED: lambda: gettext("waiting"),
        JobState.RUNNING: lambda: gettext("in progress"),
        JobState.DONE: lambda: gettext("done"),
        JobState.FAILED: lambda: gettext("failed"),
        JobState.CANCELLED: lambda: gettext("cancelled"),
    }
    return words[state]()


def describe_progress(job: Job) -> str:
    """How far it is, in a sentence."""
    if job.state is JobState.QUEUED:
        return gettext("Waiting to begin; this page renews itself.")
    if job.state is JobState.CANCELLED:
        return gettext("Cancelled. What was not finished is not kept.")
    if job.state is JobState.DONE:
        return gettext("Done.")
    if job.state is JobState.FAILED:
        return gettext("Not completed.")
    done = format_number(job.done_count, get_language())
    if job.total_count is None:
        return gettext("In progress: %(done)s so far.", done=done) if job.done_count else gettext("In progress.")
    return gettext(
        "In progress: %(done)s of %(total)s.", done=done, total=format_number(job.total_count, get_language())
    )


def describe_message(job: Job) -> str | None:
    """What went wrong and what to do, or what came of it."""
    if job.message is None:
        return None
    if job.message == REFUSED:
        return gettext(
            "The system refused this: %(title)s. Check the data and start it again.",
            title=_title_code(str(job.message_values.get("code"))),
        )
    values = dict(job.message_values)
    if "problem" in values:
        values["problem"] = _place_problem(load_problem(values["problem"]))
    return gettext(job.message, **values)


def measure_progress(job: Job) -> float | None:
    """The share that is done, 0 to 1; None where it is not known."""
    if job.state is JobState.DONE:
        return 1.0
    if job.state is JobState.QUEUED:
        return 0.0
    return min(1.0, job.done_count / job.total_count) if job.total_count else None


def _place_problem(problem: ImportProblem) -> str:
    """A problem of a file with its place before it, where it has one."""
    place, text = describe_place(problem.place), describe_problem(problem)
    return f"{place}: {text}" if place else text


def _title_code(code: str) -> str:
    """The heading of the refusal with this code."""
    for known in errors.Refusal.__subclasses__():
        refusal = known.__new__(known)
        if refusal.code == code:
            return title_refusal(refusal)
    return gettext("This cannot be done")
