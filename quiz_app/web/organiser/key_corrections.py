"""A wrong key: another one is proposed, what it changes is looked at, and it is put in force."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from question_bank.keys import Key, VoidKey
from quiz_app.domain.errors import InvalidInput, Refusal
from quiz_app.services import key_corrections
from quiz_app.services.item_bank.drafts import AnswerDraft, ItemDraft, add_rows, make_draft
from quiz_app.services.key_corrections import KeyPage
from quiz_app.web import bank_words
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext

Answer = Response | tuple[str, int] | str
MOST_ANSWERS = 50


@bp.get("/keys/<int:version_id>")
def show_key(version_id: int) -> str:
    """The key in force, every correction, and the form of another one."""
    page = key_corrections.view_key(organiser=get_current_person(), version_id=version_id)
    return _render(page, make_draft(page.item))


@bp.post("/keys/<int:version_id>")
def propose_key(version_id: int) -> Answer:
    """Have another key tried out; nothing is changed by that."""
    page = key_corrections.view_key(organiser=get_current_person(), version_id=version_id)
    draft = _read_draft(make_draft(page.item), request.form)
    key: Key = VoidKey()
    if request.form.get("void") != "yes":
        read, problems = key_corrections.read_key(page.item, draft)
        if problems or read is None:
            reasons = "; ".join(gettext(problem.message) for problem in problems)
            return _render(page, draft, reasons[:1].upper() + reasons[1:]), 422
        key = read
    try:
        job_id = key_corrections.propose_key(
            organiser=get_current_person(), version_id=version_id, key=key, now=get_now()
        )
    except InvalidInput as refusal:
        return _render(page, draft, gettext(refusal.reason)), refusal.status
    return redirect(url_for("organiser.show_key_preview", version_id=version_id, job_id=job_id), code=303)


@bp.post("/keys/<int:version_id>/undo")
def undo_key(version_id: int) -> Response:
    """Have the key before the newest correction tried out."""
    job_id = key_corrections.propose_undo(organiser=get_current_person(), version_id=version_id, now=get_now())
    return redirect(url_for("organiser.show_key_preview", version_id=version_id, job_id=job_id), code=303)


@bp.post("/keys/<int:version_id>/rescoring")
def continue_rescoring(version_id: int) -> Response:
    """Go on with a re-scoring that was cut short."""
    key_corrections.continue_rescoring(organiser=get_current_person(), version_id=version_id, now=get_now())
    return redirect(url_for("organiser.show_key", version_id=version_id), code=303)


@bp.get("/keys/<int:version_id>/previews/<int:job_id>")
def show_key_preview(version_id: int, job_id: int) -> str:
    """What the proposed key would change; until that is known, how far the work is."""
    return _render_preview(version_id, job_id)


@bp.post("/keys/<int:version_id>/previews/<int:job_id>")
def confirm_key(version_id: int, job_id: int) -> Answer:
    """Put the key in force, with a reason."""
    reason = normalise_text(request.form.get("reason")) or ""
    try:
        key_corrections.confirm_correction(
            organiser=get_current_person(), version_id=version_id, preview_id=job_id, reason=reason, now=get_now()
        )
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        return _render_preview(version_id, job_id, refusal, reason), refusal.status
    flash(gettext("The key is in force. Attempts that were finished before are being scored anew."))
    return redirect(url_for("organiser.show_key", version_id=version_id), code=303)


def _render(page: KeyPage, draft: ItemDraft, wrong: str = "") -> str:
    return render_template(
        "organiser/key.html", page=page, draft=add_rows(draft, 2), wrong=wrong, words=bank_words, is_void=_is_void(page)
    )


def _render_preview(version_id: int, job_id: int, refusal: Refusal | None = None, reason: str = "") -> str:
    preview = key_corrections.view_preview(
        organiser=get_current_person(), version_id=version_id, preview_id=job_id, now=get_now()
    )
    return render_template(
        "organiser/key_preview.html", preview=preview, refusal=refusal, reason=reason, words=bank_words
    )


def _is_void(page: KeyPage) -> bool:
    return isinstance(page.item.key, VoidKey)


def _read_draft(draft: ItemDraft, form: MultiDict[str, str]) -> ItemDraft:
    """The item's own texts with the key of the form."""
    right = set(form.getlist("right"))

    def read(name: str) -> str:
        return normalise_text(form.get(name)) or ""

    return replace(
        draft,
        options=tuple(replace(option, is_right=str(place) in right) for place, option in enumerate(draft.options)),
        rows=tuple(replace(row, pair=read(f"pair-{place}")) for place, row in enumerate(draft.rows)),
        answers=tuple(
            AnswerDraft(read(f"answer-{place}"), read(f"tolerance-{place}"), read(f"percent-{place}"))
            for place in range(MOST_ANSWERS)
        ),
        is_partial=form.get("partial") == "yes",
        minds_case=form.get("minds_case") == "yes",
        minds_accents=form.get("minds_accents") == "yes",
    )
