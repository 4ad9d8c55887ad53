"""The lists of a unit, for its lead: their own units and those below them."""

from __future__ import annotations

from flask import render_template
from werkzeug.wrappers import Response

from quiz_app.domain.issued_lists import FileFormat, ListKind
from quiz_app.services.score_lists import view_choices
from quiz_app.web.forms import read_number
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.list_files import answer_list, read_format, read_kind
from quiz_app.web.list_words import describe_format, describe_list
from quiz_app.web.unit_lead import bp

KINDS = (ListKind.SCORES, ListKind.REMINDER, ListKind.PARTICIPATION)


@bp.get("/lists")
def show_lists() -> str:
    """What can be taken, of which unit, as which file."""
    return render_template(
        "unit_lead/lists.html",
        choices=view_choices(person=get_current_person(), as_lead=True, now=get_now()),
        kinds=[(kind, describe_list(kind)) for kind in KINDS],
        formats=[(file_format, describe_format(file_format)) for file_format in FileFormat],
    )


@bp.post("/lists")
def take_list() -> Response:
    """The list as a file."""
    return answer_list(
        person=get_current_person(),
        as_lead=True,
        kind=read_kind(),
        file_format=read_format(),
        round_id=read_number("round_id"),
        unit_id=read_number("unit_id"),
        each_unit=False,
        now=get_now(),
    )
