"""Handing an initiative in: the check before it, the receipt after it, and taking it back."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.entries import EntryChanged, EntryVersion
from quiz_app.domain.initiatives.filling import EntryIncomplete
from quiz_app.domain.initiatives.states import EntryState, EntryStep
from quiz_app.services.initiatives import EntryPage, submit_entry, take_step
from quiz_app.services.initiatives.submitting import check_entry
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.participant import bp
from quiz_app.web.participant.entries import get_page


@bp.get("/my/initiatives/<int:entry_id>/check")
def show_entry_check(entry_id: int) -> str | Response:
    """All that is missing, with the way to it; else the whole initiative and the button that hands it in."""
    check = check_entry(person=get_current_person(), entry_id=entry_id, now=get_now())
    if not check.page.is_writable:
        return redirect(url_for("participant.show_entry", entry_id=entry_id))
    is_changed = "changed" in request.args
    return render_template(
        "participant/entry_check.html", check=check, page=check.page, is_changed=is_changed, now=get_now()
    )


@bp.post("/my/initiatives/<int:entry_id>/submit")
def submit(entry_id: int) -> Response:
    """Hand in what the check page showed; a second click leads to the same receipt."""
    seen = request.form.get("digest", "")
    try:
        version = submit_entry(person=get_current_person(), entry_id=entry_id, now=get_now(), seen_digest=seen)
    except EntryIncomplete:
        return redirect(url_for("participant.show_entry_check", entry_id=entry_id), code=303)
    except EntryChanged:
        return redirect(url_for("participant.show_entry_check", entry_id=entry_id, changed=1), code=303)
    place = url_for("participant.show_entry_receipt", entry_id=entry_id, version=version.number)
    return redirect(place, code=303)


@bp.get("/my/initiatives/<int:entry_id>/receipt")
def show_entry_receipt(entry_id: int) -> str:
    """The receipt of a version, by default of the latest."""
    page = get_page(entry_id)
    version = find_version(page, request.args.get("version", type=int))
    return render_template("participant/entry_receipt.html", page=page, version=version)


@bp.post("/my/initiatives/<int:entry_id>/withdraw")
def withdraw_entry(entry_id: int) -> Response:
    """Take the initiative back, with the reason."""
    seen = request.form.get("state", "")
    take_step(
        person=get_current_person(),
        entry_id=entry_id,
        step=EntryStep.WITHDRAW,
        seen_state=EntryState(seen) if seen in set(EntryState) else EntryState.WITHDRAWN,
        reason=normalise_text(request.form.get("reason", "")) or "",
        now=get_now(),
    )
    return redirect(url_for("participant.show_entry", entry_id=entry_id), code=303)


def find_version(page: EntryPage, number: int | None) -> EntryVersion:
    """A version of the entry. Raises NotFound."""
    found = page.versions[-1:] if number is None else [each for each in page.versions if each.number == number]
    if not found:
        raise NotFound
    return found[0]
