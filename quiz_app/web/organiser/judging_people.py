"""Who judges what, as organisers decide it: panels, assignments, conflicts of interest."""

from __future__ import annotations

import re
import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.permissions import may_organise
from quiz_app.exports.sheets import SheetColumn, make_workbook
from quiz_app.services.judging import assigning, assignment_tables, conflicts, overview, panels
from quiz_app.web.directory_query import read_id
from quiz_app.web.forms import normalise_text, read_number
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.judging_forms import read_ids, read_text, send_workbook
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext, ngettext
from quiz_app.web.uploads import TABLE_SIZE, accept_upload, read_upload

PAIRS_SIZE = 4 * 1024 * 1024
"""Bytes of the rows that a preview hands on: 60,000 of them."""
_PAIR = re.compile(r"(\d{1,9}) (\S{1,120})")

accept_upload("organiser.preview_assignments", largest=TABLE_SIZE, may_send=may_organise)
accept_upload("organiser.confirm_assignments", largest=PAIRS_SIZE, may_send=may_organise)


@bp.get("/initiatives/<int:round_id>/judging/panels")
def show_panels(round_id: int) -> str:
    """Panels and their members."""
    return _render_panels(round_id, None)


@bp.post("/initiatives/<int:round_id>/judging/panels")
def add_panel(round_id: int) -> Response | tuple[str, int]:
    """Make a panel."""
    try:
        panels.add_panel(
            organiser=get_current_person(),
            round_id=round_id,
            name=read_text("name"),
            stage=2 if request.form.get("stage") == "2" else 1,
            category=read_text("category"),
            member_ids=read_ids("member"),
            head_id=read_id(request.form.get("head", "")),
            now=get_now(),
        )
    except InvalidInput as refusal:
        return _render_panels(round_id, refusal), refusal.status
    flash(gettext("The panel was made."))
    return redirect(url_for("organiser.show_panels", round_id=round_id), code=303)


@bp.post("/judging/panels/<int:panel_id>")
def change_panel(panel_id: int) -> Response:
    """Change or remove a panel."""
    if request.form.get("action") == "remove":
        round_id = panels.delete_panel(organiser=get_current_person(), panel_id=panel_id, now=get_now())
        flash(gettext("The panel was removed."))
    else:
        round_id = panels.change_panel(
            organiser=get_current_person(),
            panel_id=panel_id,
            name=read_text("name"),
            category=read_text("category"),
            member_ids=read_ids("member"),
            head_id=read_id(request.form.get("head", "")),
            now=get_now(),
        )
        flash(gettext("The panel was changed."))
    return redirect(url_for("organiser.show_panels", round_id=round_id), code=303)


@bp.post("/initiatives/<int:round_id>/judging/assign")
def assign_automatically(round_id: int) -> Response:
    """Give out what lacks judges."""
    seed = read_id(request.form.get("seed", "")) or secrets.randbelow(assigning.MOST_SEED)
    done = assigning.assign_automatically(
        organiser=get_current_person(), round_id=round_id, seed=seed % assigning.MOST_SEED, now=get_now()
    )
    flash(ngettext("%(num)d sheet was given out.", "%(num)d sheets were given out.", done.given_count))
    if done.unfilled:
        numbers = ", ".join(str(number) for number, _ in done.unfilled[:30])
        flash(
            gettext(
                "Not enough judges without a conflict of interest for these initiatives: %(numbers)s. Add judges to "
                "the panels, then give out again.",
                numbers=numbers,
            ),
            "problem",
        )
    return redirect(url_for("organiser.show_judging", round_id=round_id), code=303)


@bp.get("/initiatives/<int:round_id>/judging/table")
def show_assignment_table(round_id: int) -> str:
    """The field for a spreadsheet, and what it must look like."""
    page = overview.view_judging(organiser=get_current_person(), round_id=round_id, now=get_now())
    return render_template("organiser/judging_table.html", round=page.round, preview=None)


@bp.get("/initiatives/<int:round_id>/judging/table.xlsx")
def download_assignment_table(round_id: int) -> Response:
    """An empty table with the headings that are read."""
    overview.view_judging(organiser=get_current_person(), round_id=round_id, now=get_now())
    columns = [SheetColumn(column.headings[0]) for column in assignment_tables.COLUMNS]
    return send_workbook(make_workbook("Phân công", columns, [], spare_rows=1000), gettext("assignment of judges"))


@bp.post("/initiatives/<int:round_id>/judging/table")
def preview_assignments(round_id: int) -> str | tuple[str, int]:
    """Read a spreadsheet; nothing is given out by that."""
    content, name = read_upload()
    preview = assignment_tables.preview_table(
        organiser=get_current_person(), round_id=round_id, content=content, file_name=normalise_text(name) or ""
    )
    page = render_template("organiser/judging_table.html", round=preview.round, preview=preview)
    return page, 422 if any(each.severity == "error" for each in preview.problems) else 200


@bp.post("/initiatives/<int:round_id>/judging/table/confirm")
def confirm_assignments(round_id: int) -> Response:
    """Give out what the preview showed, all or nothing."""
    pairs = [_read_pair(line) for line in read_text("pairs").splitlines() if line.strip()]
    count = assignment_tables.assign_pairs(
        organiser=get_current_person(), round_id=round_id, pairs=pairs, now=get_now()
    )
    flash(ngettext("%(num)d sheet was given out.", "%(num)d sheets were given out.", count))
    return redirect(url_for("organiser.show_judging", round_id=round_id), code=303)


@bp.get("/initiatives/<int:round_id>/judging/conflicts")
def show_conflicts(round_id: int) -> str:
    """Declared conflicts, and the form to enter one."""
    page = overview.view_conflicts(organiser=get_current_person(), round_id=round_id)
    return render_template("organiser/judging_conflicts.html", page=page)


@bp.post("/initiatives/<int:round_id>/judging/conflicts")
def enter_conflict(round_id: int) -> Response:
    """Enter or remove a conflict."""
    organiser, now = get_current_person(), get_now()
    if request.form.get("action") == "remove":
        conflicts.remove_conflict(
            organiser=organiser, round_id=round_id, conflict_id=read_number("conflict_id"), now=now
        )
        flash(gettext("The conflict of interest was removed. Give the initiatives out again where judges are missing."))
    else:
        count = conflicts.enter_unit_conflict(
            organiser=organiser,
            round_id=round_id,
            judge_id=read_number("judge_id"),
            unit_id=read_number("unit_id"),
            reason=read_text("reason"),
            now=now,
        )
        message = gettext("The conflict of interest was entered.")
        if count:
            fallen = ngettext("%(num)d sheet does not count any more.", "%(num)d sheets do not count any more.", count)
            message = f"{message} {fallen}"
        flash(message)
    return redirect(url_for("organiser.show_conflicts", round_id=round_id), code=303)


def _render_panels(round_id: int, refusal: InvalidInput | None) -> str:
    round_, found, judges = panels.view_panels(organiser=get_current_person(), round_id=round_id)
    return render_template(
        "organiser/judging_panels.html", round=round_, panels=found, judges=judges, refusal=refusal, typed=request.form
    )


def _read_pair(line: str) -> tuple[int, str]:
    match = _PAIR.fullmatch(line.strip())
    if match is None:
        raise InvalidInput("The request is not of the form that this page makes.")
    return int(match[1]), match[2]
