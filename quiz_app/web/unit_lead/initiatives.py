"""A department's appraisal: what its units have handed in, one by one and several at once."""

from __future__ import annotations

from functools import partial

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.initiatives.states import EntryActor
from quiz_app.services.initiatives import appraising, boards, entry_checks, minutes, reminding
from quiz_app.web.addresses import find_site_url
from quiz_app.web.entry_boards import read_board_query, render_board, tell_reminded
from quiz_app.web.entry_checks import answer_step, answer_steps, render_comparison, render_entry, render_list
from quiz_app.web.entry_lists import send_board, send_list
from quiz_app.web.entry_minutes import send_minutes
from quiz_app.web.entry_query import read_entry_query
from quiz_app.web.identity import get_current_person, get_now, get_settings
from quiz_app.web.unit_lead import bp

ACTOR = EntryActor.APPRAISER


@bp.get("/initiatives")
def show_initiatives() -> str:
    """What was handed in to the department in the newest round."""
    return _show(None)


@bp.get("/initiatives/rounds/<int:round_id>")
def show_handed_in(round_id: int) -> str:
    """What was handed in to the department in a round."""
    return _show(round_id)


@bp.get("/initiatives/<int:entry_id>")
def show_handed_in_entry(entry_id: int) -> str:
    """An initiative that was handed in to the department."""
    page = entry_checks.view_for_department(lead=get_current_person(), entry_id=entry_id)
    return render_entry(ACTOR, page)


@bp.post("/initiatives/<int:entry_id>/steps")
def take_entry_step(entry_id: int) -> Response | tuple[str, int]:
    """Return, forward or decline it, or take it up again."""
    view = partial(entry_checks.view_for_department, lead=get_current_person(), entry_id=entry_id)
    return answer_step(ACTOR, entry_id, view)


@bp.post("/initiatives/rounds/<int:round_id>/steps")
def take_entries_step(round_id: int) -> Response:
    """Forward several."""
    return answer_steps(ACTOR, round_id)


@bp.get("/initiatives/<int:entry_id>/similar/<int:other_id>")
def show_similar(entry_id: int, other_id: int) -> str:
    """An initiative beside one that it is like."""
    page = entry_checks.compare_for_department(lead=get_current_person(), entry_id=entry_id, other_id=other_id)
    return render_comparison(ACTOR, page)


@bp.get("/initiatives/rounds/<int:round_id>/list")
def download_handed_in(round_id: int) -> Response:
    """The whole list that fits, as a file."""
    query = read_entry_query(request.args)
    page = appraising.export_for_department(
        lead=get_current_person(), round_id=round_id, wanted=query.to_filter(), now=get_now()
    )
    return send_list(page)


@bp.get("/initiatives/rounds/<int:round_id>/minutes")
def download_minutes(round_id: int) -> Response:
    """The minutes of the department's appraisal, to be signed by hand."""
    return send_minutes(minutes.make_minutes(lead=get_current_person(), round_id=round_id, now=get_now()))


@bp.get("/initiatives/rounds/<int:round_id>/board")
def show_board(round_id: int) -> str:
    """What the own units have handed in and owe."""
    return render_board("unit_lead", _view_board(round_id))


@bp.get("/initiatives/rounds/<int:round_id>/board/file")
def download_board(round_id: int) -> Response:
    """The board as a file."""
    return send_board(_view_board(round_id))


@bp.post("/initiatives/rounds/<int:round_id>/board/letters")
def remind_units(round_id: int) -> Response:
    """Write to the leads of the units that owe."""
    reminded = reminding.remind_as_lead(
        lead=get_current_person(),
        round_id=round_id,
        address=find_site_url("participant.show_entries"),
        is_mail_set=get_settings().mail is not None,
        now=get_now(),
    )
    tell_reminded(reminded)
    return redirect(url_for("unit_lead.show_board", round_id=round_id, show="missing"), code=303)


def _view_board(round_id: int) -> boards.Board:
    return boards.view_board_as_lead(lead=get_current_person(), round_id=round_id, **read_board_query())


def _show(round_id: int | None) -> str:
    query = read_entry_query(request.args)
    page = appraising.list_for_department(lead=get_current_person(), round_id=round_id, wanted=query.to_filter())
    if page is None:
        return render_template("entry_checks/nothing.html")
    return render_list(ACTOR, page, query)
