"""Exceptions in a round. A form that is refused comes back as it was filled in, with the reason."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import InvalidInput
from quiz_app.services import exceptions
from quiz_app.services.exceptions import ExceptionPage, ExtendedFor
from quiz_app.web.directory_query import read_id
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.moments import read_moment
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext, ngettext

Answer = Response | tuple[str, int] | str
WINDOW, EXTRA_TIME, WITHDRAWAL = "window", "extra-time", "withdrawal"
_FIELDS = ("whom", "unit", "login", "closes_at", "percent", "reason")


@bp.get("/rounds/<int:round_id>/exceptions")
def show_exceptions(round_id: int) -> str:
    """What was granted, and the forms to grant more."""
    page = exceptions.view_exceptions(organiser=get_current_person(), round_id=round_id, now=get_now())
    typed = {"login": request.args.get("login", ""), "whom": "person" if request.args.get("login") else "all"}
    return _render(page, typed, None, "")


@bp.post("/rounds/<int:round_id>/exceptions/window")
def extend_window(round_id: int) -> Answer:
    """Let the round be open longer for all, a unit or a person."""

    def extend(page: ExceptionPage, typed: dict[str, str]) -> str:
        if typed["whom"] not in set(ExtendedFor):
            raise InvalidInput("Choose for whom the window is extended.")
        whom = ExtendedFor(typed["whom"])
        unit_id = read_id(typed["unit"])
        if whom is ExtendedFor.UNIT and unit_id is None:
            raise InvalidInput("Choose a unit.")
        count = exceptions.extend_window(
            organiser=get_current_person(),
            round_id=round_id,
            whom=whom,
            unit_id=unit_id,
            login=typed["login"],
            closes_at=read_moment(
                typed["closes_at"], page.round.zone, otherwise=N_("Give day and time of the new closing moment.")
            ),
            reason=typed["reason"],
            now=get_now(),
        )
        return _describe_lengthened(gettext("The window was extended."), count)

    return _answer_form(round_id, WINDOW, extend)


@bp.post("/rounds/<int:round_id>/exceptions/window/<int:grant_id>/withdrawal")
def withdraw_extension(round_id: int, grant_id: int) -> Answer:
    """Take an extension back."""

    def withdraw(_page: ExceptionPage, typed: dict[str, str]) -> str:
        exceptions.withdraw_extension(
            organiser=get_current_person(), round_id=round_id, grant_id=grant_id, reason=typed["reason"], now=get_now()
        )
        return gettext("The extension was taken back. Attempts that are running keep their deadline.")

    return _answer_form(round_id, WITHDRAWAL, withdraw)


@bp.post("/rounds/<int:round_id>/exceptions/extra-time")
def set_extra_time(round_id: int) -> Answer:
    """Give a person more time in every attempt of the contest."""

    def set_time(_page: ExceptionPage, typed: dict[str, str]) -> str:
        if not (typed["percent"].isascii() and typed["percent"].isdecimal() and len(typed["percent"]) <= 4):
            raise InvalidInput("Extra time is a number from 0 to 300 percent of the time limit.")
        count = exceptions.set_extra_time(
            organiser=get_current_person(),
            round_id=round_id,
            login=typed["login"],
            percent=int(typed["percent"]),
            reason=typed["reason"],
            now=get_now(),
        )
        return _describe_lengthened(gettext("The extra time was saved."), count)

    return _answer_form(round_id, EXTRA_TIME, set_time)


def _answer_form(round_id: int, form: str, change: Callable[[ExceptionPage, dict[str, str]], str]) -> Answer:
    page = exceptions.view_exceptions(organiser=get_current_person(), round_id=round_id, now=get_now())
    typed = {name: normalise_text(request.form.get(name)) or "" for name in _FIELDS}
    try:
        message = change(page, typed)
    except InvalidInput as refusal:
        return _render(page, typed, refusal, form), refusal.status
    flash(message)
    return redirect(url_for("organiser.show_exceptions", round_id=round_id), code=303)


def _render(page: ExceptionPage, typed: dict[str, str], refusal: InvalidInput | None, form: str) -> str:
    empty = dict.fromkeys(_FIELDS, "")
    return render_template(
        "organiser/exceptions.html",
        page=page,
        window=empty | (typed if form not in (EXTRA_TIME, WITHDRAWAL) else {}),
        extra=empty | (typed if form == EXTRA_TIME or not form else {}),
        refusal=refusal,
        now=get_now(),
    )


def _describe_lengthened(message: str, count: int) -> str:
    if not count:
        return message
    running = ngettext(
        "%(num)d running attempt got a later deadline.", "%(num)d running attempts got a later deadline.", count
    )
    return f"{message} {running}"
