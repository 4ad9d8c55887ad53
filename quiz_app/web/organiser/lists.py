"""The lists of a round, for organisers: of all units or of one, as one file or one for each unit."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.issued_lists import FileFormat, ListKind
from quiz_app.services.score_lists import view_choices
from quiz_app.services.score_lists.zipping import request_all_units
from quiz_app.web import list_jobs as list_jobs  # the handler of the zip enters itself
from quiz_app.web.forms import read_number
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.list_files import answer_list, find_check_address, read_format, read_kind
from quiz_app.web.list_words import describe_format, describe_list
from quiz_app.web.organiser import bp

SHAPES = ("one", "sheets", "zip")
MOST_SHEETS = 30
"""Units whose sheets are made while the page waits; more of them are made in the background, as a zip always is."""


@bp.get("/rounds/<int:round_id>/lists")
def show_lists(round_id: int) -> str:
    """What can be taken of this round."""
    choices = view_choices(person=get_current_person(), as_lead=False, now=get_now())
    round_ = next((round_ for round_ in choices.rounds if round_.id == round_id), None)
    if round_ is None:
        raise NotFound
    return render_template(
        "organiser/lists.html",
        round=round_,
        choices=choices,
        kinds=[(kind, describe_list(kind)) for kind in ListKind],
        formats=[(file_format, describe_format(file_format)) for file_format in FileFormat],
    )


@bp.post("/rounds/<int:round_id>/lists")
def take_list(round_id: int) -> Response:
    """The list as a file; a zip of all units is made in the background."""
    person, now, kind, file_format = get_current_person(), get_now(), read_kind(), read_format()
    shape = request.form.get("shape", "one")
    if shape not in SHAPES:
        raise InvalidInput("Choose one of the list.")
    is_many = shape == "sheets" and len(view_choices(person=person, as_lead=False, now=now).units) > MOST_SHEETS
    if shape == "zip" or is_many:
        job_id = request_all_units(
            person=person,
            kind=kind,
            file_format=file_format,
            as_sheets=is_many,
            round_id=round_id,
            address=find_check_address(),
            now=now,
        )
        return redirect(url_for("jobs.show_job", job_id=job_id), code=303)
    return answer_list(
        person=person,
        as_lead=False,
        kind=kind,
        file_format=file_format,
        round_id=round_id,
        unit_id=read_number("unit_id") if request.form.get("unit_id") else None,
        each_unit=shape == "sheets",
        now=now,
    )
