"""The day of presenting: the order, the clock, the sheets of the panel, and the board that officials follow."""

from __future__ import annotations

from typing import TypeVar

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.judging.presenting import TurnAction, TurnPhase, digest_lot
from quiz_app.services.judging import presentations, presenting_page
from quiz_app.web.forms import read_number
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.judging_forms import read_text
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext, ngettext

Word = TypeVar("Word", TurnAction, TurnPhase)


@bp.get("/initiatives/<int:round_id>/presentations")
def show_presentations(round_id: int) -> str:
    """The order of the day with its clock."""
    page = presenting_page.view_presentations(organiser=get_current_person(), round_id=round_id)
    draw = page.draws[-1] if page.draws else None
    lots = {} if draw is None else {each: digest_lot(draw.seed, code) for each, code in page.codes.items()}
    return render_template(
        "organiser/presentations.html",
        page=page,
        draw=draw,
        lots=lots,
        open_count=presenting_page.count_open_sheets(page),
        now=get_now(),
    )


@bp.get("/initiatives/<int:round_id>/presentations/board")
def show_presentation_board(round_id: int) -> str:
    """Marks as they come in, for a large screen; fetched again every five seconds."""
    page = presenting_page.view_board(organiser=get_current_person(), round_id=round_id)
    return render_template("organiser/presentation_board.html", page=page, now=get_now())


@bp.post("/initiatives/<int:round_id>/presentations/draw")
def draw_turns(round_id: int) -> Response:
    """Draw the order, or draw it again with a reason."""
    draw = presentations.draw_turns(
        organiser=get_current_person(),
        round_id=round_id,
        seen=read_number("seen"),
        reason=read_text("reason"),
        now=get_now(),
    )
    count = len(draw.entry_ids)
    flash(ngettext("The order of %(num)d initiative was drawn.", "The order of %(num)d initiatives was drawn.", count))
    return _go_back(round_id)


@bp.post("/initiatives/<int:round_id>/presentations/later")
def append_turns(round_id: int) -> Response:
    """Put what came onto the shortlist during the day at the end of the order."""
    numbers = presentations.append_turns(
        organiser=get_current_person(), round_id=round_id, reason=read_text("reason"), now=get_now()
    )
    flash(
        ngettext(
            "%(num)d initiative was put at the end of the order.",
            "%(num)d initiatives were put at the end of the order.",
            len(numbers),
        )
    )
    return _go_back(round_id)


@bp.post("/initiatives/<int:round_id>/presentations/sheets")
def give_presentation_sheets(round_id: int) -> Response:
    """Give the panel the sheets that are missing."""
    count = presentations.give_sheets(organiser=get_current_person(), round_id=round_id, now=get_now())
    flash(ngettext("%(num)d sheet was given out.", "%(num)d sheets were given out.", count))
    return _go_back(round_id)


@bp.post("/initiatives/<int:round_id>/presentations/<int:entry_id>/clock")
def turn_clock(round_id: int, entry_id: int) -> Response:
    """Start a talk, begin the questions, end the turn, or begin it anew."""
    presentations.turn_clock(
        organiser=get_current_person(),
        round_id=round_id,
        entry_id=entry_id,
        action=_read_word("action", TurnAction),
        seen=_read_word("seen", TurnPhase),
        reason=read_text("reason"),
        now=get_now(),
    )
    return _go_back(round_id)


@bp.post("/initiatives/<int:round_id>/presentations/lock")
def set_presentation_lock(round_id: int) -> Response:
    """Lock the marks of round 2, or open them again with a reason."""
    organiser, now = get_current_person(), get_now()
    match request.form.get("action"):
        case "lock":
            presentations.lock_presentation_marks(
                organiser=organiser, round_id=round_id, seen_open=read_number("seen"), now=now
            )
            flash(gettext("The marks of round 2 are locked. The prizes can be proposed now."))
        case "unlock":
            presentations.unlock_presentation_marks(
                organiser=organiser, round_id=round_id, reason=read_text("reason"), now=now
            )
            flash(gettext("The marks of round 2 are open again."))
        case _:
            raise InvalidInput("Choose one of the list.")
    return _go_back(round_id)


def _read_word(name: str, kind: type[Word]) -> Word:
    try:
        return kind(request.form.get(name, ""))
    except ValueError:
        raise InvalidInput("Choose one of the list.") from None


def _go_back(round_id: int) -> Response:
    return redirect(url_for("organiser.show_presentations", round_id=round_id), code=303)
