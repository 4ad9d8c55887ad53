"""Making a bank, and naming it and its topics anew."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import Refusal
from quiz_app.services.item_bank.banks import add_bank, change_bank, find_empty_topics
from quiz_app.services.item_bank.listing import BankHead, view_head
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext

Answer = Response | tuple[str, int] | str


@bp.route("/banks/new", methods=["GET", "POST"])
def new_bank() -> Answer:
    """An empty bank; what comes next stands on its page."""
    if request.method == "GET":
        return _render(None, None)
    try:
        bank_id = add_bank(
            organiser=get_current_person(),
            title=_read("title"),
            code=_read("code"),
            topic_names=_read("topics").splitlines(),
            now=get_now(),
        )
    except Refusal as refusal:
        return _refuse(None, refusal)
    flash(gettext("The bank was made. Import questions from a file, or write the first one."))
    return redirect(url_for("organiser.show_bank", bank_id=bank_id), code=303)


@bp.route("/banks/<int:bank_id>/edit", methods=["GET", "POST"])
def edit_bank(bank_id: int) -> Answer:
    """The name of a bank, the names of its topics, and new topics."""
    bank = view_head(organiser=get_current_person(), bank_id=bank_id)
    if request.method == "GET":
        return _render(bank, None)
    try:
        change_bank(
            organiser=get_current_person(),
            bank_id=bank_id,
            title=_read("title"),
            names={topic.code: _read(f"topic/{topic.code}") for topic in bank.topics},
            topic_names=_read("topics").splitlines(),
            removed=request.form.getlist("remove"),
            now=get_now(),
        )
    except Refusal as refusal:
        return _refuse(bank, refusal)
    flash(gettext("The bank was changed."))
    return redirect(url_for("organiser.show_bank", bank_id=bank_id), code=303)


def _read(name: str) -> str:
    return normalise_text(request.form.get(name)) or ""


def _refuse(bank: BankHead | None, refusal: Refusal) -> tuple[str, int]:
    if refusal.status not in (409, 422):
        raise refusal
    return _render(bank, refusal), refusal.status


def _render(bank: BankHead | None, refusal: Refusal | None) -> str:
    """The form; after a refusal with what was typed."""
    given = request.form if refusal else {}
    names = [(topic.code, given.get(f"topic/{topic.code}", topic.name)) for topic in bank.topics] if bank else []
    empty = find_empty_topics(organiser=get_current_person(), bank_id=bank.id) if bank else frozenset()
    return render_template(
        "organiser/bank_head_form.html",
        bank=bank,
        empty=empty,
        removed=request.form.getlist("remove") if refusal else [],
        title=given.get("title", bank.title if bank else ""),
        code=given.get("code", ""),
        topics=given.get("topics", ""),
        names=names,
        refusal=refusal,
    )
