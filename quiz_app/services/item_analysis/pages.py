"""Asking for an analysis, and looking at it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from quiz_app.domain.contests import Round
from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.jobs import JobKind
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import item_analyses as analyses_store
from quiz_app.persistence import jobs as jobs_store
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.item_analysis.computing import compute_analysis
from quiz_app.services.item_analysis.values import AnalysisPage, ItemFigures, SetFigures, figures_from_json
from quiz_app.services.job_kinds import handles
from quiz_app.services.jobs import add_job
from quiz_app.services.key_corrections.courtesy import letting_others_go_first
from quiz_app.services.running_job import RunningJob


def request_analysis(*, organiser: Person, round_id: int, now: datetime) -> int:
    """Have the analysis computed as a job; its id. Raises NotFound, NotAllowed."""
    with transaction() as work:
        _get_round(work, organiser, round_id)
        return add_job(work, kind=JobKind.ANALYSE_ITEMS, arguments={"round_id": round_id}, person=organiser, now=now)


@handles(JobKind.ANALYSE_ITEMS)
@letting_others_go_first()
def run_analysis(job: RunningJob) -> None:
    """The job of it. Called again, it computes the same again."""
    compute_analysis(round_id=int(job.arguments["round_id"]), now=job.read_now(), report=job.report)


def view_analysis(*, organiser: Person, round_id: int, of_first: bool) -> AnalysisPage:
    """The last analysis. Raises NotFound, NotAllowed."""
    with reading() as work:
        round_ = _get_round(work, organiser, round_id)
        found = analyses_store.find_analysis(work, round_id)
        job = jobs_store.find_unfinished(work, kind=JobKind.ANALYSE_ITEMS, arguments={"round_id": round_id})
    if found is None:
        return AnalysisPage(round_, None, of_first, None, (), job)
    computed_at, figures = found
    part = figures["first" if of_first else "all"]
    return AnalysisPage(
        round_, computed_at, of_first, _to_set(part["set"]), tuple(map(figures_from_json, part["items"])), job
    )


def view_item_figures(
    *, organiser: Person, round_id: int, version_id: int
) -> tuple[AnalysisPage, ItemFigures | None, ItemFigures | None]:
    """One item version in the first attempts and in all of them. Raises NotFound, NotAllowed."""
    pages = [view_analysis(organiser=organiser, round_id=round_id, of_first=of_first) for of_first in (True, False)]
    first, whole = (next((item for item in page.items if item.version_id == version_id), None) for page in pages)
    if whole is None:
        raise NotFound
    return pages[1], first, whole


def _get_round(work: Work, organiser: Person, round_id: int) -> Round:
    if not may_organise(organiser):
        raise NotAllowed
    return contests_store.get_round(work, round_id)


def _to_set(stored: dict[str, Any]) -> SetFigures:
    return SetFigures(**{**stored, "distribution": tuple(stored["distribution"])})
