"""The exam blueprint of a round: cells of topic and level, what the bank says to them, and saving."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from question_bank.blueprint import BlueprintCell
from question_bank.items import Level
from quiz_app.domain.errors import InvalidInput, Refusal
from quiz_app.services.blueprints import save_blueprint, view_blueprint
from quiz_app.web.bank_query import read_page
from quiz_app.web.directory_query import read_id
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext

ANY = "*"
USUAL_ATTEMPTS = 5


@bp.route("/rounds/<int:round_id>/blueprint", methods=["GET", "POST"])
def edit_blueprint(round_id: int) -> Response | tuple[str, int]:
    """The matrix; "check" says what the bank has for it and stores nothing."""
    person, now = get_current_person(), get_now()
    text = request.form.get("attempts", "")
    attempts = read_page(text) if text else USUAL_ATTEMPTS
    cells, refusal = None, None
    if request.method == "POST":
        try:
            cells = _read_cells()
            if request.form.get("then") == "save":
                save_blueprint(
                    organiser=person,
                    round_id=round_id,
                    version=read_id(request.form.get("version", "")) or 0,
                    cells=cells,
                    now=now,
                )
                flash(gettext("The blueprint was saved."))
                return redirect(url_for("organiser.edit_blueprint", round_id=round_id), code=303)
            page = view_blueprint(organiser=person, round_id=round_id, cells=cells, attempts=attempts, now=now)
            return _render(page, None), 200
        except Refusal as caught:
            if caught.status not in (409, 422):
                raise
            refusal = caught
    page = view_blueprint(organiser=person, round_id=round_id, cells=None, attempts=attempts, now=now)
    return _render(page, refusal), refusal.status if refusal else 200


def _render(page: object, refusal: Refusal | None) -> str:
    return render_template(
        "organiser/blueprint.html",
        page=page,
        levels=[*Level, None],
        any_mark=ANY,
        refusal=refusal,
        # What was typed comes back as it was, be it a number or not.
        typed=request.form if refusal else {},
    )


def _read_cells() -> list[BlueprintCell]:
    """The cells of the form: fields such as "the-che/apply" with a count; "*" leaves a side open."""
    cells = []
    for name, text in request.form.items():
        topic, slash, level = name.removeprefix("cell/").rpartition("/")
        if not name.startswith("cell/") or not slash or not text.strip():
            continue
        text = text.strip()
        if not (text.isascii() and text.isdecimal() and len(text) <= 3) or level not in {*Level, ANY}:
            raise InvalidInput("A cell holds a whole number, or nothing.")
        cells.append(BlueprintCell(None if topic == ANY else topic, None if level == ANY else Level(level), int(text)))
    return cells
