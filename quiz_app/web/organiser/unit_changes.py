"""Adding and changing units. A form that is refused comes back as it was filled in, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput, NotFound, Refusal
from quiz_app.services.units import changing
from quiz_app.services.units.changing import UnitFields
from quiz_app.services.units.tree import list_choices, view_unit
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext

Answer = Response | tuple[str, int] | str


@bp.route("/units/new", methods=["GET", "POST"])
def add_unit() -> Answer:
    """Add a unit, under another one or at the top."""
    choices = list_choices(organiser=get_current_person())
    given = request.form if request.method == "POST" else request.args
    values = _read_texts(given)

    def add() -> tuple[int, str]:
        unit_id = changing.add_unit(
            organiser=get_current_person(),
            fields=read_fields(values),
            parent_id=find_id(values["parent"]),
            now=get_now(),
        )
        return unit_id, gettext("The unit was added.")

    return _answer_form("organiser/unit_form.html", add, unit=None, choices=choices, values=values)


@bp.route("/units/<int:unit_id>/edit", methods=["GET", "POST"])
def edit_unit(unit_id: int) -> Answer:
    """Change or rename a unit."""
    unit = view_unit(organiser=get_current_person(), unit_id=unit_id).unit
    choices = list_choices(organiser=get_current_person())
    values = _read_texts(request.form)
    if request.method == "GET":
        staff = "" if unit.staff_number is None else str(unit.staff_number)
        values |= {"code": unit.code, "name": unit.name, "kind": unit.kind, "block": unit.block or "", "staff": staff}

    def edit() -> tuple[int, str]:
        changing.edit_unit(
            organiser=get_current_person(),
            unit_id=unit_id,
            fields=read_fields(values),
            reason=values["reason"],
            now=get_now(),
        )
        return unit_id, gettext("The unit was saved.")

    return _answer_form("organiser/unit_form.html", edit, unit=unit, choices=choices, values=values)


@bp.route("/units/<int:unit_id>/move", methods=["GET", "POST"])
def move_unit(unit_id: int) -> Answer:
    """Put a unit with all below it under another one."""

    def move(values: dict[str, str]) -> tuple[int, str]:
        changing.move_unit(
            organiser=get_current_person(),
            unit_id=unit_id,
            parent_id=find_id(values["parent"]),
            reason=values["reason"],
            now=get_now(),
        )
        return unit_id, gettext("The unit was moved.")

    return _answer_action(unit_id, "move", move)


@bp.route("/units/<int:unit_id>/merge", methods=["GET", "POST"])
def merge_unit(unit_id: int) -> Answer:
    """Merge a unit into another one."""

    def merge(values: dict[str, str]) -> tuple[int, str]:
        successor_id = find_id(values["successor"])
        if successor_id is None:
            raise InvalidInput("Choose the unit that takes over.")
        people = changing.merge_unit(
            organiser=get_current_person(),
            unit_id=unit_id,
            successor_id=successor_id,
            staff_number=read_number(values["staff"]),
            reason=values["reason"],
            now=get_now(),
        )
        return successor_id, gettext("The units were merged; %(count)s people went over.", count=people)

    return _answer_action(unit_id, "merge", merge)


@bp.route("/units/<int:unit_id>/close", methods=["GET", "POST"])
def close_unit(unit_id: int) -> Answer:
    """Close a unit, or open a closed one again."""

    def close(values: dict[str, str]) -> tuple[int, str]:
        options: dict[str, Any] = {"organiser": get_current_person(), "unit_id": unit_id, "now": get_now()}
        if request.form.get("action") == "reopen":
            changing.reopen_unit(reason=values["reason"], **options)
            return unit_id, gettext("The unit is open again.")
        changing.close_unit(reason=values["reason"], **options)
        return unit_id, gettext("The unit was closed.")

    return _answer_action(unit_id, "close", close)


def _answer_action(unit_id: int, action: str, change: Callable[[dict[str, str]], tuple[int, str]]) -> Answer:
    details = view_unit(organiser=get_current_person(), unit_id=unit_id)
    choices = list_choices(organiser=get_current_person(), without_id=unit_id)
    values = _read_texts(request.form)
    if request.method == "GET":
        values["parent"] = str(details.unit.parent_id or "")
    return _answer_form(
        "organiser/unit_action.html",
        lambda: change(values),
        details=details,
        unit=details.unit,
        action=action,
        choices=choices,
        values=values,
    )


def _answer_form(template: str, change: Callable[[], tuple[int, str]], **context: Any) -> Answer:
    """The form; or, once it was sent and taken, the unit's page."""
    if request.method == "GET":
        return render_template(template, refusal=None, **context)
    try:
        unit_id, message = change()
    except NotFound:
        raise
    except Refusal as refusal:
        return render_template(template, refusal=refusal, **context), refusal.status
    flash(message, "done")
    return redirect(url_for("organiser.show_unit", unit_id=unit_id), code=303)


def _read_texts(given: Any) -> dict[str, str]:
    names = ("code", "name", "kind", "block", "staff", "parent", "successor", "reason")
    return {name: (normalise_text(given.get(name)) or "").strip() for name in names}


def read_fields(values: dict[str, str]) -> UnitFields:
    """The fields of the form. Raises InvalidInput for a staff number that is none."""
    return UnitFields(
        code=values["code"],
        name=values["name"],
        kind=values["kind"],
        block=values["block"] or None,
        staff_number=read_number(values["staff"]),
    )


def read_number(text: str) -> int | None:
    """A whole number, None for an empty field. Raises InvalidInput for anything else."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise InvalidInput("The staff number is a whole number from 0 to 1,000,000.")
    return int(text)


def find_id(text: str) -> int | None:
    """The id that a choice sends, None for the empty choice. Raises NotFound for what no page offers."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 19):
        raise NotFound
    return int(text)
