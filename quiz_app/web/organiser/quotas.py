"""Quotas of a contest, by kind of unit and by unit."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.units import MOST_CATEGORIES, Quota
from quiz_app.services.tables import clean_text
from quiz_app.services.units import quotas as quota_service
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.organiser.unit_changes import find_id
from quiz_app.web.translate import gettext

FEWEST_LINES = 4
Answer = Response | tuple[str, int] | str


@bp.get("/quotas")
def show_quotas() -> str:
    """What each kind of unit owes, and each unit with a quota of its own."""
    contest_id = find_id(request.args.get("contest", ""))
    page = quota_service.view_quotas(organiser=get_current_person(), contest_id=contest_id)
    return render_template("organiser/quotas.html", page=page)


@bp.route("/quotas/<int:contest_id>/kind", methods=["GET", "POST"])
def edit_kind_quota(contest_id: int) -> Answer:
    """The quota of the kind that the address names in ``kind``."""
    return _answer(contest_id, None, request.args.get("kind", ""))


@bp.route("/quotas/<int:contest_id>/units/<int:unit_id>", methods=["GET", "POST"])
def edit_unit_quota(contest_id: int, unit_id: int) -> Answer:
    """The quota of one unit, in place of the one of its kind."""
    return _answer(contest_id, unit_id, None)


def _answer(contest_id: int, unit_id: int | None, kind: str | None) -> Answer:
    organiser = get_current_person()
    form = quota_service.view_quota(organiser=organiser, contest_id=contest_id, unit_id=unit_id, kind=kind)
    used = len(form.quota.initiatives_by_category) if form.quota else 0
    lines = min(MOST_CATEGORIES, max(FEWEST_LINES, used + 1))
    if request.method == "GET":
        values = _to_values(form.quota)
        return render_template("organiser/quota_form.html", form=form, refusal=None, values=values, lines=lines)
    try:
        quota = Quota() if request.form.get("action") == "remove" else read_quota()
        quota_service.set_quota(
            organiser=organiser, contest_id=contest_id, unit_id=unit_id, kind=kind, quota=quota, now=get_now()
        )
    except InvalidInput as refusal:
        page = render_template(
            "organiser/quota_form.html", form=form, refusal=refusal, values=request.form, lines=lines
        )
        return page, refusal.status
    flash(gettext("The quota was saved."), "done")
    return redirect(url_for("organiser.show_quotas", contest=contest_id), code=303)


def read_quota() -> Quota:
    """The quota of the form. Raises InvalidInput for a field that is no number, or out of range."""
    measure = request.form.get("measure", "none")
    amount = _read_number(request.form.get("amount", "")) if measure in ("number", "percent") else None
    if measure in ("number", "percent") and amount is None:
        raise InvalidInput("Give the number of people, or the percent of the staff.")
    categories: dict[str, int] = {}
    for position in range(MOST_CATEGORIES):
        category = clean_text(normalise_text(request.form.get(f"category-{position}")) or "")[:120]
        number = _read_number(request.form.get(f"category-number-{position}", ""))
        if category and number:
            if category in categories:
                raise InvalidInput("A category of initiatives stands twice.")
            categories[category] = number
        elif bool(category) != bool(number):
            raise InvalidInput("A category of initiatives needs a name and a number.")
    return Quota(
        people_number=amount if measure == "number" else None,
        people_percent=amount if measure == "percent" else None,
        initiative_number=_read_number(request.form.get("initiatives", "")),
        initiatives_by_category=categories,
        needs_all_parts=request.form.get("all_parts") == "1",
    )


def _read_number(text: str) -> int | None:
    text = text.strip().removesuffix("%").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise InvalidInput("A quota is a whole number.")
    return int(text)


def _to_values(quota: Quota | None) -> dict[str, object]:
    quota = quota or Quota()
    amount = quota.people_percent if quota.people_percent is not None else quota.people_number
    measure = "percent" if quota.people_percent is not None else "number" if quota.people_number is not None else "none"
    values: dict[str, object] = {
        "measure": measure,
        "amount": "" if amount is None else amount,
        "initiatives": "" if quota.initiative_number is None else quota.initiative_number,
        "all_parts": "1" if quota.needs_all_parts else "",
    }
    for position, (category, number) in enumerate(quota.initiatives_by_category.items()):
        values |= {f"category-{position}": category, f"category-number-{position}": number}
    return values
