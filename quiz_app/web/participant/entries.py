"""A writer's initiatives: the list, a new one, its form, and saving what was typed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput, NotFound, Refusal
from quiz_app.domain.initiatives.entries import EntryChanged
from quiz_app.domain.initiatives.filling import clean_values, count_words, find_problems
from quiz_app.domain.initiatives.states import EntryActor, EntryStep, Transition
from quiz_app.services.initiatives import EntryPage, SavedDraft, create_entry, save_draft, view_entry
from quiz_app.services.initiatives.comparing import list_changed_fields
from quiz_app.services.initiatives.listing import list_own_entries, view_new_entry
from quiz_app.services.judging.results import view_own_result
from quiz_app.web.directory_query import read_id
from quiz_app.web.formatting import describe_refusal
from quiz_app.web.forms import read_number
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.participant import bp
from quiz_app.web.participant.entry_fields import SentDraft, read_form_draft, read_json_draft
from quiz_app.web.participant.entry_files import change_files, find_largest_save
from quiz_app.web.uploads import accept_upload
from quiz_app.web.value_formats import format_clock
from quiz_app.web.value_words import describe_second

# A draft can have ten thousand words, and a plain form brings its files along.
accept_upload("participant.save_entry", largest=find_largest_save, may_send=lambda person: True)


@bp.get("/my/initiatives")
def show_entries() -> str:
    """The person's initiatives and those of the units that they lead."""
    now = get_now()
    page = list_own_entries(person=get_current_person(), before=read_id(request.args.get("before", "")), now=now)
    return render_template("participant/entries.html", page=page, now=now)


@bp.get("/my/initiatives/new/<int:round_id>")
def new_entry(round_id: int) -> str:
    """Unit, name and category of a new initiative."""
    return _render_new(round_id, None)


@bp.post("/my/initiatives/new/<int:round_id>")
def begin_entry(round_id: int) -> Response | tuple[str, int]:
    """Begin an initiative, and go on to its form."""
    try:
        entry_id = create_entry(
            person=get_current_person(),
            round_id=round_id,
            unit_id=read_number("unit"),
            title=request.form.get("title", ""),
            category=request.form.get("category", ""),
            continues_id=read_id(request.form.get("continues", "")),
            now=get_now(),
        )
    except InvalidInput as refusal:
        return _render_new(round_id, refusal), refusal.status
    return redirect(url_for("participant.show_entry", entry_id=entry_id), code=303)


@bp.get("/my/initiatives/<int:entry_id>")
def show_entry(entry_id: int) -> str:
    """The form while the unit has it; else what was handed in."""
    page = get_page(entry_id)
    if not page.is_writable:
        result = view_own_result(person=get_current_person(), entry_id=entry_id)
        return render_template(
            "participant/entry.html", page=page, now=get_now(), withdraw=find_withdrawal(page), result=result
        )
    return _render_form(page, shows_problems="problems" in request.args, added=request.args.get("add", ""))


@bp.get("/my/initiatives/<int:entry_id>/history")
def show_entry_history(entry_id: int) -> str:
    """All steps, all versions, and what changed between them."""
    return render_template("participant/entry_history.html", page=get_page(entry_id))


@bp.post("/my/initiatives/<int:entry_id>")
def save_entry(entry_id: int) -> Response | tuple[str, int]:
    """Save what was typed: from the page's script as JSON, or from the plain form."""
    if request.is_json:
        return _save_json(entry_id)
    page = get_page(entry_id)
    draft = read_form_draft(page.round.settings.form, request.form)
    try:
        _save(entry_id, draft)
    except Refusal as refusal:
        return _render_form(page, draft=draft, refusal=refusal), refusal.status
    then, _, code = request.form.get("then", "").partition(".")
    place_of_files = change_files(entry_id, then, code)
    if place_of_files is not None:
        return redirect(url_for("participant.show_entry", entry_id=entry_id, _anchor=place_of_files), code=303)
    if then == "check":
        return redirect(url_for("participant.show_entry_check", entry_id=entry_id), code=303)
    if then == "rows":
        place = url_for("participant.show_entry", entry_id=entry_id, add=code, _anchor=f"f-{code}")
        return redirect(place, code=303)
    return redirect(url_for("participant.show_entry", entry_id=entry_id, saved=1), code=303)


def find_withdrawal(page: EntryPage) -> Transition | None:
    """The transition by which this person may withdraw the entry now, or None."""
    return next((each for each in page.steps if each.step is EntryStep.WITHDRAW), None)


def _save(entry_id: int, draft: SentDraft) -> SavedDraft:
    return save_draft(
        person=get_current_person(),
        entry_id=entry_id,
        sequence=draft.sequence,
        title=draft.title,
        category=draft.category,
        values=draft.values,
        now=get_now(),
    )


def _save_json(entry_id: int) -> Response:
    try:
        draft = read_json_draft(request.get_json(silent=True))
    except RecursionError:
        raise InvalidInput("The request is not valid JSON.") from None
    try:
        saved = _save(entry_id, draft)
    except EntryChanged as refusal:
        page = get_page(entry_id)
        answer = jsonify(
            error={"code": refusal.code, "message": describe_refusal(refusal, page.round.zone)},
            sequence=page.entry.sequence,
            by=page.entry.changed_by_name,
            at=describe_second(page.entry.changed_at, page.round.zone),
            fields=_list_differences(page, draft),
        )
        answer.status_code = refusal.status
        return answer
    return jsonify(sequence=saved.sequence, saved_at=format_clock(saved.saved_at, saved.zone))


def _list_differences(page: EntryPage, draft: SentDraft) -> list[str]:
    """The fields in which what is stored differs from what was sent, by their labels."""
    changed = list_changed_fields(page.round.settings.form, page.entry.values, draft.values)
    return [field.label for field in changed]


def get_page(entry_id: int) -> EntryPage:
    """The entry of a writer: whoever appraises or organises has pages of their own. Raises NotFound."""
    page = view_entry(person=get_current_person(), entry_id=entry_id)
    if EntryActor.ENTRANT not in page.actors:
        raise NotFound
    return page


def _render_new(round_id: int, refusal: InvalidInput | None) -> str:
    person, now = get_current_person(), get_now()
    page = view_new_entry(person=person, round_id=round_id, now=now)
    if page is None:
        raise NotFound
    own = next((choice.unit.id for choice in page.units if choice.unit.id == person.unit_id), page.units[0].unit.id)
    typed = request.form if request.method == "POST" else request.args
    return render_template(
        "participant/entry_new.html",
        page=page,
        typed=typed,
        unit_id=read_id(typed.get("unit", "")) or own,
        refusal=refusal,
        now=now,
    )


def _render_form(
    page: EntryPage,
    *,
    draft: SentDraft | None = None,
    refusal: Refusal | None = None,
    shows_problems: bool = False,
    added: str = "",
) -> str:
    """The form with what is stored, or with what was sent and could not be saved: that is never lost."""
    entry, form = page.entry, page.round.settings.form
    if draft is None:
        draft = SentDraft(entry.sequence, entry.title, entry.category, entry.values)
    else:
        # Sent once more from this page after a conflict, it replaces the other one: the page says so.
        sequence = refusal.sequence if isinstance(refusal, EntryChanged) else draft.sequence
        # What cannot be cleaned is shown as it was sent.
        with suppress(InvalidInput):
            draft = replace(draft, sequence=sequence, values=clean_values(form, draft.values))
    problems = []
    if shows_problems:
        counts = {file.field: sum(each.field == file.field for each in page.files) for file in page.files}
        problems = find_problems(form, entry.values, counts, get_now().astimezone(page.round.zone).date())
    return render_template(
        "participant/entry_form.html",
        page=page,
        form=form,
        draft=draft,
        refusal=refusal,
        differences=_list_differences(page, draft) if isinstance(refusal, EntryChanged) else [],
        problems=problems,
        added=added,
        count_words=count_words,
        withdraw=find_withdrawal(page),
        now=get_now(),
    )
