"""Staff lists: the file, what it would change, and the decision."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from question_bank.readers.report import Severity
from quiz_app.domain.permissions import may_organise
from quiz_app.domain.staff_lists.planning import ChangeKind
from quiz_app.domain.staff_lists.rows import StaffColumn
from quiz_app.exports.sheets import XLSX, SheetColumn, make_workbook
from quiz_app.services import staff_lists
from quiz_app.services.staff_lists.columns import TEMPLATE_COLUMNS, find_template_heading
from quiz_app.web import people_words
from quiz_app.web import staff_list_jobs as staff_list_jobs  # the handler of the reading enters itself
from quiz_app.web.directory_query import read_id
from quiz_app.web.downloads import make_disposition
from quiz_app.web.formatting import find_display_zone
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now, get_storage
from quiz_app.web.organiser import bp
from quiz_app.web.place_words import describe_problem
from quiz_app.web.server_keys import get_keys
from quiz_app.web.translate import gettext
from quiz_app.web.uploads import TABLE_SIZE, accept_upload, read_upload

accept_upload("organiser.upload_staff_list", largest=TABLE_SIZE, may_send=may_organise)


@bp.get("/staff-lists")
def show_staff_lists() -> str:
    """Choose a file, or go on with one that waits."""
    person = get_current_person()
    return render_template(
        "organiser/staff_lists.html",
        latest=staff_lists.list_latest(actor=person),
        units=staff_lists.list_default_units(actor=person),
        words=people_words,
        kept_hours=int(staff_lists.KEPT_FOR.total_seconds()) // 3600,
    )


@bp.post("/staff-lists")
def upload_staff_list() -> Response:
    """Read a file, a large one in the background; nothing is changed by that."""
    content, name = read_upload()
    now = get_now()
    asked: dict[str, Any] = {
        "actor": get_current_person(),
        "content": content,
        "file_name": normalise_text(name) or "",
        "default_unit_id": read_id(request.form.get("unit_id", "")),
        "now": now,
    }
    if len(content) > staff_lists.SMALL_LIST:
        job_id = staff_lists.request_reading(**asked, storage=get_storage())
        return redirect(url_for("jobs.show_job", job_id=job_id), code=303)
    import_id = staff_lists.preview_list(**asked, keys=get_keys(), today=now.astimezone(find_display_zone()).date())
    return redirect(url_for("organiser.show_staff_list", import_id=import_id), code=303)


@bp.get("/staff-lists/<int:import_id>")
def show_staff_list(import_id: int) -> str:
    """What the list would change, with counts and the first lines of each kind."""
    preview = staff_lists.view_list(actor=get_current_person(), import_id=import_id)
    return render_template(
        "organiser/staff_list.html",
        preview=preview,
        kinds=[kind for kind in ChangeKind if kind is not ChangeKind.UNCHANGED],
        words=people_words,
        describe_problem=describe_problem,
        warning=Severity.WARNING,
    )


@bp.post("/staff-lists/<int:import_id>/confirm")
def confirm_staff_list(import_id: int) -> Response:
    """Hand the list to a job, and watch it there."""
    job_id = staff_lists.confirm_list(
        actor=get_current_person(),
        import_id=import_id,
        closes_missing=request.form.get("closes_missing") == "yes",
        now=get_now(),
    )
    return redirect(url_for("jobs.show_job", job_id=job_id), code=303)


@bp.post("/staff-lists/<int:import_id>/discard")
def discard_staff_list(import_id: int) -> Response:
    """Drop the list."""
    staff_lists.discard_list(actor=get_current_person(), import_id=import_id, now=get_now())
    flash(gettext("The list was discarded; nothing was changed."))
    return redirect(url_for("organiser.show_staff_lists"), code=303)


@bp.get("/staff-lists/<int:import_id>/problems.xlsx")
def download_problems(import_id: int) -> Response:
    """Everything that is wrong or doubtful, by row and column, to be worked through beside the list."""
    found, problems = staff_lists.list_problems(actor=get_current_person(), import_id=import_id)
    columns = (
        gettext("Sheet"), gettext("Row"), gettext("Column"), gettext("Field"), gettext("Kind"),
        gettext("What is wrong"),
    )  # fmt: skip
    rows = [
        (
            problem.place.part,
            str(problem.place.number or ""),
            problem.place.column,
            problem.field,
            gettext("to check") if problem.severity is Severity.WARNING else gettext("error"),
            describe_problem(problem),
        )
        for problem in problems
    ]
    content = make_workbook(gettext("Problems"), [SheetColumn(heading) for heading in columns], rows)
    return _send(content, gettext("problems of %(name)s", name=found.file_name.rpartition(".")[0] or found.file_name))


@bp.get("/staff-lists/template.xlsx")
def download_template() -> Response:
    """An empty list with the headings that are read, in Vietnamese, which is what the lists are in."""
    notes = {
        StaffColumn.LOGIN: gettext("Signs the person in. Without it the telephone does."),
        StaffColumn.NAME: gettext("Needed."),
        StaffColumn.BIRTH: gettext("28/02/1985, or only 1985."),
        StaffColumn.UNIT: gettext("Name or code of the unit, as in the list of units."),
        StaffColumn.CITIZEN_NUMBER: gettext("Only to find people who are there twice; kept as a keyed hash."),
        StaffColumn.STATE: gettext("“đã nghỉ” closes the account; empty means that the person works there."),
    }
    columns = [
        SheetColumn(
            find_template_heading(column),
            notes.get(column, ""),
            ("đang công tác", "đã nghỉ") if column is StaffColumn.STATE else (),
        )
        for column in TEMPLATE_COLUMNS
    ]
    return _send(make_workbook("Danh sách", columns, [], spare_rows=1000), gettext("staff list"))


def _send(content: bytes, name: str) -> Response:
    response = Response(content, mimetype=XLSX)
    response.headers["Content-Disposition"] = make_disposition(f"{name}.xlsx")
    return response
