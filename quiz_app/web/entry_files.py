"""Files of initiatives, handed out: one address for all who are given one, and never as a page of this site."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.file_rules import MEDIA_TYPES
from quiz_app.domain.initiatives.rounds import FileKind
from quiz_app.domain.initiatives.states import EntryActor
from quiz_app.services.entry_files import previews, serving
from quiz_app.services.entry_files.contents import make_key
from quiz_app.storage import FileMissing
from quiz_app.web.admission import take_file_place
from quiz_app.web.downloads import send_stored
from quiz_app.web.guards import guard
from quiz_app.web.identity import get_current_person, get_storage

bp = Blueprint("entry_files", __name__)
# Anyone signed in; the service gives each only what they may have.
guard(bp, lambda person: True)

_WAYS_BACK = {
    EntryActor.ENTRANT: "participant.show_entry",
    EntryActor.ORGANISER: "organiser.show_handed_in_entry",
    EntryActor.APPRAISER: "unit_lead.show_handed_in_entry",
}
PATIENCE_SECONDS = 3
FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Should a browser show it after all: nothing in it runs, nothing is fetched, and it is of no site."""


@bp.get("/<int:file_id>")
def download(file_id: int) -> Response:
    """The file itself, as a download."""
    file = serving.open_file(person=get_current_person(), file_id=file_id)
    try:
        response = send_stored(
            get_storage(),
            make_key(file.digest),
            name=file.name,
            media_type=MEDIA_TYPES[FileKind(file.kind)],
            size=file.size,
        )
    except FileMissing:
        raise NotFound from None
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@bp.get("/<int:file_id>/preview")
def show_preview(file_id: int) -> str:
    """What a page can show of it: the text of a document, or a small copy of a picture."""
    file, actors = serving.open_file_as(person=get_current_person(), file_id=file_id)
    preview = None
    if file.kind in previews.TEXTS:
        # Reading a document takes as long as receiving one: people who sit an attempt go before.
        take_file_place(wait_seconds=PATIENCE_SECONDS)
        try:
            preview = previews.read_text_preview(file, get_storage())
        except FileMissing:
            raise NotFound from None
    return render_template(
        "entry_files/preview.html",
        file=file,
        preview=preview,
        is_picture=file.kind in previews.PICTURES,
        way_back=next(url_for(page, entry_id=file.entry_id) for actor, page in _WAYS_BACK.items() if actor in actors),
    )


@bp.get("/<int:file_id>/picture")
def show_picture(file_id: int) -> Response:
    """The small copy of a picture, encoded anew."""
    file = serving.open_file(person=get_current_person(), file_id=file_id)
    if file.kind not in previews.PICTURES:
        raise NotFound
    take_file_place(wait_seconds=PATIENCE_SECONDS)
    try:
        picture = previews.read_picture_preview(file, get_storage())
    except FileMissing:
        raise NotFound from None
    if picture is None:
        raise NotFound
    response = Response(picture, mimetype="image/jpeg")
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
