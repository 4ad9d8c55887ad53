"""Admission: everything that was handed in to a round, one by one and several at once."""

from __future__ import annotations

from functools import partial

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.initiatives.states import EntryActor
from quiz_app.services.initiatives import appraising, boards, entry_checks, reminding
from quiz_app.web.addresses import find_site_url
from quiz_app.web.entry_boards import read_board_query, render_board, tell_reminded
from quiz_app.web.entry_checks import answer_step, answer_steps, render_comparison, render_entry, render_list
from quiz_app.web.entry_lists import send_board, send_list
from quiz_app.web.entry_query import read_entry_query
from quiz_app.web.identity import get_current_person, get_now, get_settings
from quiz_app.web.organiser import bp

ACTOR = EntryActor.ORGANISER


@bp.get("/initiatives")
def show_initiatives() -> str:
    """The rounds of initiatives, with how many stand where."""
    lines = appraising.list_rounds(organiser=get_current_person())
    return render_template("entry_checks/rounds.html", lines=lines, now=get_now())


@bp.get("/initiatives/<int:round_id>/entries")
def show_handed_in(round_id: int) -> str:
    """Everything that was handed in to the round."""
    query = read_entry_query(request.args)
    page = appraising.list_for_organisers(organiser=get_current_person(), round_id=round_id, wanted=query.to_filter())
    return render_list(ACTOR, page, query)


@bp.get("/entries/<int:entry_id>")
def show_handed_in_entry(entry_id: int) -> str:
    """An initiative that was handed in."""
    page = entry_checks.view_for_organisers(organiser=get_current_person(), entry_id=entry_id)
    return render_entry(ACTOR, page)


@bp.post("/entries/<int:entry_id>/steps")
def take_entry_step(entry_id: int) -> Response | tuple[str, int]:
    """Admit, refuse, send back or take out."""
    view = partial(entry_checks.view_for_organisers, organiser=get_current_person(), entry_id=entry_id)
    return answer_step(ACTOR, entry_id, view)


@bp.post("/initiatives/<int:round_id>/steps")
def take_entries_step(round_id: int) -> Response:
    """Admit or refuse several."""
    return answer_steps(ACTOR, round_id)


@bp.get("/entries/<int:entry_id>/similar/<int:other_id>")
def show_similar(entry_id: int, other_id: int) -> str:
    """An initiative beside one that it is like."""
    page = entry_checks.compare_for_organisers(organiser=get_current_person(), entry_id=entry_id, other_id=other_id)
    return render_comparison(ACTOR, page)


@bp.get("/initiatives/<int:round_id>/list")
def download_handed_in(round_id: int) -> Response:
    """The whole list that fits, as a file."""
    query = read_entry_query(request.args)
    page = appraising.export_for_organisers(
        organiser=get_current_person(), round_id=round_id, wanted=query.to_filter(), now=get_now()
    )
    return send_list(page)


@bp.get("/initiatives/<int:round_id>/board")
def show_board(round_id: int) -> str:
    """What every unit has handed in and owes."""
    return render_board("organiser", _view_board(round_id))


@bp.get("/initiatives/<int:round_id>/board/file")
def download_board(round_id: int) -> Response:
    """The board as a file."""
    return send_board(_view_board(round_id))


@bp.post("/initiatives/<int:round_id>/board/letters")
def remind_units(round_id: int) -> Response:
    """Write to the leads of the units that owe."""
    reminded = reminding.remind_as_organiser(
        organiser=get_current_person(),
        round_id=round_id,
        address=find_site_url("participant.show_entries"),
        is_mail_set=get_settings().mail is not None,
        now=get_now(),
    )
    tell_reminded(reminded)
    return redirect(url_for("organiser.show_board", round_id=round_id, show="missing"), code=303)


def _view_board(round_id: int) -> boards.Board:
    return boards.view_board_as_organiser(organiser=get_current_person(), round_id=round_id, **read_board_query())
