"""A judge's sheets: the list, one sheet with the initiative beside it, saving and confirming."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.judging.judgements import FIRST_STAGE, SheetIncomplete, SheetProblem
from quiz_app.domain.judging.marks import LONGEST_OPINION, LONGEST_REMARK
from quiz_app.services.judging import conflicts, marking, viewing
from quiz_app.services.judging.marking import TypedSheet
from quiz_app.services.judging.viewing import SheetPage
from quiz_app.web.directory_query import read_id
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.judge import bp
from quiz_app.web.judging_papers import answer_paper
from quiz_app.web.judging_words import describe_sheet_problem
from quiz_app.web.language import get_language
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_clock, format_points

Answer = Response | tuple[str, int] | str


@bp.get("/")
def show_home() -> str:
    """The judge's sheets by round, with how many are confirmed and until when."""
    stages, sits_on_panel = viewing.list_own_sheets(judge=get_current_person(), now=get_now())
    return render_template("judge/home.html", stages=stages, sits_on_panel=sits_on_panel, now=get_now())


@bp.get("/sheets/<int:judgement_id>")
def show_sheet(judgement_id: int) -> str:
    """One sheet, with what the judge may read of the initiative."""
    page = viewing.view_sheet(judge=get_current_person(), judgement_id=judgement_id, now=get_now())
    return _render(page, None, ())


@bp.post("/sheets/<int:judgement_id>")
def save_sheet(judgement_id: int) -> Answer:
    """Keep what was typed: from the page's script as JSON, or from a plain form."""
    saved = marking.save_sheet(
        judge=get_current_person(), judgement_id=judgement_id, typed=_read_typed(), now=get_now()
    )
    if request.is_json:
        page = viewing.view_sheet(judge=get_current_person(), judgement_id=judgement_id, now=get_now())
        return jsonify(
            sequence=saved.sequence,
            saved_at=format_clock(saved.saved_at, page.round.zone),
            total=format_points(saved.total, get_language()),
            problems={each.criterion: describe_sheet_problem(each) for each in saved.read.problems},
        )
    if saved.read.problems:
        page = viewing.view_sheet(judge=get_current_person(), judgement_id=judgement_id, now=get_now())
        return _render(page, _read_typed(), saved.read.problems), 422
    flash(gettext("The sheet was saved. It counts once it is confirmed."))
    return redirect(url_for("judge.show_sheet", judgement_id=judgement_id), code=303)


@bp.post("/sheets/<int:judgement_id>/confirm")
def confirm_sheet(judgement_id: int) -> Answer:
    """Let the sheet count; then on to the next one."""
    typed = _read_typed()
    try:
        marking.confirm_sheet(judge=get_current_person(), judgement_id=judgement_id, typed=typed, now=get_now())
    except SheetIncomplete as refusal:
        page = viewing.view_sheet(judge=get_current_person(), judgement_id=judgement_id, now=get_now())
        return _render(page, typed, refusal.problems), refusal.status
    page = viewing.view_sheet(judge=get_current_person(), judgement_id=judgement_id, now=get_now())
    flash(gettext("The sheet of initiative %(code)s was confirmed.", code=page.copy.code))
    if page.next_id is None or page.others is not None:
        return redirect(url_for("judge.show_sheet", judgement_id=judgement_id), code=303)
    return redirect(url_for("judge.show_sheet", judgement_id=page.next_id), code=303)


@bp.post("/sheets/<int:judgement_id>/abstain")
def abstain(judgement_id: int) -> Response:
    """Not judge this initiative."""
    marking.abstain(judge=get_current_person(), judgement_id=judgement_id, reason=_read_text("reason"), now=get_now())
    flash(gettext("It was noted that this initiative is not judged by you. The organisers see it."))
    return redirect(url_for("judge.show_home"), code=303)


@bp.post("/sheets/<int:judgement_id>/conflict")
def declare_conflict(judgement_id: int) -> Response:
    """Declare a conflict of interest with this initiative."""
    conflicts.declare_entry_conflict(
        judge=get_current_person(), judgement_id=judgement_id, reason=_read_text("reason"), now=get_now()
    )
    flash(gettext("The conflict of interest was noted. The organisers see it."))
    return redirect(url_for("judge.show_home"), code=303)


@bp.get("/rounds/<int:round_id>/sheet")
def download_own_paper(round_id: int) -> Response:
    """What the judge has confirmed in round 1, to be signed by hand: as pdf, or as Word with ``?format=docx``."""
    judge_id, suffix = get_current_person().id, request.args.get("format", "pdf")
    return answer_paper(round_id=round_id, judge_id=judge_id, stage=FIRST_STAGE, suffix=suffix)


def _render(page: SheetPage, typed: TypedSheet | None, problems: tuple[SheetProblem, ...]) -> str:
    """The sheet as stored, or as it was typed with what is wrong."""
    language = get_language()
    if typed is None:
        marks: Mapping[str, str] = {code: format_points(mark, language) for code, mark in page.judgement.marks.items()}
        remarks, opinion = page.judgement.remarks, page.judgement.opinion
    else:
        marks, remarks, opinion = typed.marks, typed.remarks, typed.opinion
    return render_template(
        "judge/sheet.html",
        page=page,
        marks=marks,
        remarks=remarks,
        opinion=opinion,
        problems={each.criterion: describe_sheet_problem(each) for each in problems},
        longest_remark=LONGEST_REMARK,
        longest_opinion=LONGEST_OPINION,
        now=get_now(),
    )


def _read_typed() -> TypedSheet:
    """The sheet of the request. Raises InvalidInput for what no page of ours sends."""
    if not request.is_json:
        given = {name: normalise_text(text) or "" for name, text in request.form.items()}
        return TypedSheet(
            read_id(given.get("sequence", "")) or 0,
            {name.removeprefix("mark-"): text for name, text in given.items() if name.startswith("mark-")},
            {name.removeprefix("remark-"): text for name, text in given.items() if name.startswith("remark-")},
            given.get("opinion", ""),
        )
    try:
        body: Any = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict) or not _is_number(body.get("sequence")) or not isinstance(body.get("opinion"), str):
        raise InvalidInput("The request is not valid JSON.")
    return TypedSheet(
        body["sequence"],
        _read_texts(body.get("marks")),
        _read_texts(body.get("remarks")),
        normalise_text(body["opinion"]) or "",
    )


def _read_texts(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
        raise InvalidInput("The request is not valid JSON.")
    return {str(code): normalise_text(text) or "" for code, text in given.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def _read_text(name: str) -> str:
    return normalise_text(request.form.get(name)) or ""
