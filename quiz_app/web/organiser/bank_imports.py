"""Importing items: the file, the grid of what was read, and the decision."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from question_bank.formatted_text import FormattedText
from question_bank.items import ItemKind, Level
from question_bank.readers import SUFFIXES
from question_bank.readers.report import Severity
from quiz_app.domain.errors import InvalidInput, Refusal
from quiz_app.domain.permissions import may_organise
from quiz_app.services import item_imports
from quiz_app.services.item_bank.draft_reading import to_item
from quiz_app.services.item_bank.drafts import make_draft
from quiz_app.services.item_bank.listing import view_head
from quiz_app.services.item_imports import ImportOutcome, QuickMend
from quiz_app.web import bank_words
from quiz_app.web.bank_query import read_page
from quiz_app.web.formatting import PICTURE_ADDRESS
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now, get_storage
from quiz_app.web.organiser import bp
from quiz_app.web.organiser.bank_form import FORM_SIZE, SPARE_ROWS, make_form_values, read_draft
from quiz_app.web.translate import gettext, ngettext
from quiz_app.web.uploads import TABLE_SIZE, accept_upload, read_upload

Answer = Response | tuple[str, int] | str

accept_upload("organiser.upload_items", largest=TABLE_SIZE, may_send=may_organise)
accept_upload("organiser.mend_import_line", largest=FORM_SIZE, may_send=may_organise)


@bp.get("/banks/<int:bank_id>/imports")
def show_item_imports(bank_id: int) -> str:
    """Choose a file, or go on with one that waits."""
    return _render_start(bank_id, None)


@bp.post("/banks/<int:bank_id>/imports")
def upload_items(bank_id: int) -> Answer:
    """Read a file, a large one in the background; the bank is not changed by that."""
    content, name = read_upload()
    level = request.form.get("level", "")
    asked: dict[str, Any] = {
        "organiser": get_current_person(),
        "bank_id": bank_id,
        "content": content,
        "file_name": normalise_text(name) or "",
        "default_topic": (normalise_text(request.form.get("topic")) or "")[:200],
        "default_level": Level(level) if level in set(Level) else Level.UNDERSTAND,
        "now": get_now(),
    }
    if len(content) > item_imports.SMALL_FILE:
        job_id = item_imports.request_reading(**asked, storage=get_storage())
        return redirect(url_for("organiser.show_item_reading", bank_id=bank_id, job_id=job_id), code=303)
    outcome = item_imports.preview_import(**asked)
    if outcome.import_id is None:
        return _render_start(bank_id, outcome), 422
    return redirect(url_for("organiser.show_item_import", item_import_id=outcome.import_id), code=303)


@bp.get("/banks/<int:bank_id>/imports/reading/<int:job_id>")
def show_item_reading(bank_id: int, job_id: int) -> Answer:
    """How far the reading of a large file is; then its items, or why there are none."""
    view = item_imports.view_reading(organiser=get_current_person(), bank_id=bank_id, job_id=job_id)
    if view.import_id is not None:
        return redirect(url_for("organiser.show_item_import", item_import_id=view.import_id), code=303)
    if view.outcome is not None:
        return _render_start(bank_id, view.outcome)
    return render_template("organiser/bank_import_reading.html", view=view)


@bp.get("/banks/imports/<int:item_import_id>")
def show_item_import(item_import_id: int) -> str:
    """The grid: doubtful items first; what came of the import once it is over."""
    return _render_grid(item_import_id, None)


@bp.post("/banks/imports/<int:item_import_id>/lines")
def mend_import_page(item_import_id: int) -> Response:
    """Store what the page of the grid says; then go on, or confirm."""
    person = get_current_person()
    item_imports.mend_page(organiser=person, import_id=item_import_id, mends=_read_mends())
    then = request.form.get("then", "")
    if then == "leave":
        count = item_imports.leave_out_errors(organiser=person, import_id=item_import_id)
        flash(
            ngettext(
                "%(num)d question with errors was left out.", "%(num)d questions with errors were left out.", count
            )
        )
    else:
        flash(gettext("Kept. Nothing is in the bank yet."))
    place: dict[str, Any] = {"only": "problems"} if request.form.get("only") == "problems" else {}
    page = read_page(request.form.get("page", ""))
    return redirect(url_for("organiser.show_item_import", item_import_id=item_import_id, page=page, **place), code=303)


@bp.route("/banks/imports/<int:item_import_id>/lines/<int:position>", methods=["GET", "POST"])
def mend_import_line(item_import_id: int, position: int) -> Answer:
    """Mend every field of one item of the file."""
    person = get_current_person()
    bank, view = item_imports.get_line(organiser=person, import_id=item_import_id, position=position)
    kind = request.values.get("kind", "")
    item = view.read.item
    draft, problems, shown, status = make_draft(item), to_item(make_draft(item))[1], None, 200
    then = request.form.get("then", "")
    if request.method == "POST":
        draft = read_draft(request.form, ItemKind(kind) if kind in set(ItemKind) else item.kind)
        read, problems = to_item(draft)
        if then == "rows":
            problems = ()
        elif problems:
            status = 422
        elif then == "preview":
            shown = read
        else:
            item_imports.mend_line(organiser=person, import_id=item_import_id, position=position, item=read)
            flash(gettext("The question was mended. Nothing is in the bank yet."))
            return redirect(url_for("organiser.show_item_import", item_import_id=item_import_id), code=303)
    topics = [(topic.code, topic.name) for topic in bank.topics]
    if item.topic and item.topic not in {code for code, _ in topics}:
        topics.append((item.topic, item.topic))
    page = render_template(
        "organiser/bank_import_line.html",
        bank=bank,
        view=view,
        import_id=item_import_id,
        topics=topics,
        error=Severity.ERROR,
        **make_form_values(
            draft,
            problems,
            item=shown,
            topic_name=bank.name_topic(draft.topic),
            spare=SPARE_ROWS if then != "rows" else SPARE_ROWS + 2,
        ),
    )
    return _show_pictures(page, item_import_id), status


@bp.post("/banks/imports/<int:item_import_id>/confirm")
def confirm_item_import(item_import_id: int) -> Answer:
    """Put all of it into the bank, now or in the background."""
    try:
        job_id = item_imports.confirm_import(organiser=get_current_person(), import_id=item_import_id, now=get_now())
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        return _render_grid(item_import_id, refusal), refusal.status
    if job_id is not None:
        return redirect(url_for("jobs.show_job", job_id=job_id), code=303)
    return redirect(url_for("organiser.show_item_import", item_import_id=item_import_id), code=303)


@bp.post("/banks/imports/<int:item_import_id>/discard")
def discard_item_import(item_import_id: int) -> Response:
    """Drop the import."""
    bank_id = item_imports.discard_import(organiser=get_current_person(), import_id=item_import_id, now=get_now())
    flash(gettext("The import was discarded; the bank is as it was."))
    return redirect(url_for("organiser.show_item_imports", bank_id=bank_id), code=303)


@bp.get("/banks/imports/<int:item_import_id>/pictures/<digest>")
def show_import_picture(item_import_id: int, digest: str) -> Response:
    """A picture of a file that waits, for the person who uploaded it."""
    picture = item_imports.get_import_picture(organiser=get_current_person(), import_id=item_import_id, digest=digest)
    response = Response(picture.content, mimetype=picture.media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _render_start(bank_id: int, outcome: ImportOutcome | None) -> str:
    person = get_current_person()
    return render_template(
        "organiser/bank_import_start.html",
        bank=view_head(organiser=person, bank_id=bank_id),
        latest=item_imports.list_own_imports(organiser=person, bank_id=bank_id),
        levels=list(Level),
        suffixes=SUFFIXES,
        outcome=outcome,
    )


def _render_grid(import_id: int, refusal: Refusal | None) -> str:
    only = request.values.get("only") == "problems"
    page = item_imports.view_import(
        organiser=get_current_person(),
        import_id=import_id,
        only_problems=only,
        number=read_page(request.values.get("page", "")),
    )
    return render_template(
        "organiser/bank_import.html",
        page=page,
        words=bank_words,
        levels=list(Level),
        error=Severity.ERROR,
        refusal=refusal,
        show_text=lambda text: _show_text(text, import_id),
    )


def _show_text(text: FormattedText, import_id: int) -> Markup:
    """Formatted text with the pictures of the import, which are not in the bank yet."""
    return Markup(_point_pictures(str(text), import_id))  # noqa: S704 - the sanitiser wrote it


def _show_pictures(page: str, import_id: int) -> str:
    """A page of the import with its pictures in place of those of the bank."""
    stored = url_for("account.show_picture", digest="")
    return page.replace(f'src="{stored}', f'src="{_picture_address(import_id)}')


def _point_pictures(text: str, import_id: int) -> str:
    return text.replace(PICTURE_ADDRESS, f'src="{_picture_address(import_id)}')


def _picture_address(import_id: int) -> str:
    return url_for("organiser.show_import_picture", item_import_id=import_id, digest="")


def _read_mends() -> dict[int, QuickMend]:
    mends = {}
    for text in request.form.getlist("line"):
        if not (text.isascii() and text.isdecimal() and len(text) < 8):
            raise InvalidInput("Choose one of the list.")
        level = request.form.get(f"level-{text}", "")
        right = None
        if f"key-{text}" in request.form:
            ticked = request.form.getlist(f"right-{text}")
            right = frozenset(int(place) for place in ticked if len(place) == 1 and place in "01234567")
        mends[int(text)] = QuickMend(
            choice=request.form.get(f"choice-of-{text}"),
            topic=normalise_text(request.form.get(f"topic-{text}")),
            level=Level(level) if level in set(Level) else None,
            right=right,
        )
    return mends
