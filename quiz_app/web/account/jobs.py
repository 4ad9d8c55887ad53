"""Background jobs of the person who is signed in: the list, one with its progress, its result, and its end."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import NotFound
from quiz_app.services import jobs
from quiz_app.storage import FileMissing
from quiz_app.web import job_words
from quiz_app.web.downloads import send_stored
from quiz_app.web.guards import guard
from quiz_app.web.identity import get_current_person, get_now, get_storage
from quiz_app.web.translate import gettext

bp = Blueprint("jobs", __name__)
# Anyone signed in; each view shows only what the rule of the job's kind allows.
guard(bp, lambda person: True)


@bp.get("/")
def show_jobs() -> str:
    """The person's jobs, newest first; organisers see everyone's."""
    found = jobs.list_jobs(person=get_current_person(), before=request.args.get("before", type=_read_id))
    return render_template("account/jobs.html", jobs=found[: jobs.PAGE], has_more=len(found) > jobs.PAGE)


@bp.get("/<int:job_id>")
def show_job(job_id: int) -> str:
    """One job; without scripts the page renews itself until the job is over."""
    return render_template("account/job.html", job=jobs.find_job(person=get_current_person(), job_id=job_id))


@bp.get("/<int:job_id>.json")
def show_progress(job_id: int) -> Response:
    """How far the job is, for the script of pages that show it."""
    job = jobs.find_job(person=get_current_person(), job_id=job_id)
    return jsonify(
        state=job.state,
        is_over=job.is_over,
        progress=job_words.measure_progress(job),
        text=job_words.describe_progress(job),
    )


@bp.get("/<int:job_id>/result")
def download_result(job_id: int) -> Response:
    """The file that the job has made."""
    result = jobs.take_result(person=get_current_person(), job_id=job_id, now=get_now())
    try:
        return send_stored(get_storage(), result.key, name=result.name, media_type=result.media_type, size=result.size)
    except FileMissing:
        raise NotFound from None


@bp.post("/<int:job_id>/cancel")
def cancel(job_id: int) -> Response:
    """End the job, if it is not over."""
    jobs.cancel_job(person=get_current_person(), job_id=job_id, now=get_now())
    flash(gettext("The work was cancelled."), "plain")
    return redirect(url_for("jobs.show_job", job_id=job_id), code=303)


def _read_id(text: str) -> int:
    number = int(text)
    if not 0 < number < 2**63:
        raise ValueError(text)
    return number
