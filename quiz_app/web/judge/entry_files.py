"""Files of an initiative as a judge sees them: in a blind round their texts without names, else as they are."""

from __future__ import annotations

from flask import render_template
from werkzeug.wrappers import Response

from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.file_rules import MEDIA_TYPES, ensure_servable
from quiz_app.domain.initiatives.rounds import FileKind
from quiz_app.services.entry_files.contents import make_key
from quiz_app.services.initiatives.texts import read_file_text
from quiz_app.services.judging import viewing
from quiz_app.storage import FileMissing
from quiz_app.web.downloads import send_stored
from quiz_app.web.entry_files import FILE_POLICY
from quiz_app.web.identity import get_current_person, get_storage
from quiz_app.web.judge import bp
from quiz_app.web.translate import gettext


@bp.get("/sheets/<int:judgement_id>/files/<int:file_id>")
def show_file(judgement_id: int, file_id: int) -> Response | str:
    """The file, under a name that tells nothing.

    In a blind round only its text leaves the server: pictures, properties of the document and the names of those who
    commented on it could all say who wrote it. What has no text is not shown, unless
    an organiser has looked at the file and released it.
    """
    opened = viewing.open_sheet_file(judge=get_current_person(), judgement_id=judgement_id, file_id=file_id)
    ensure_servable(opened.file, is_own=False)
    name = gettext("File %(number)s.%(kind)s", number=opened.position, kind=opened.file.kind)
    if opened.blinder is not None:
        text = read_file_text(opened.file, get_storage())
        hidden = opened.blinder.hide(text) if text else ""
        return render_template("judge/file.html", judgement_id=judgement_id, name=name, text=hidden)
    try:
        response = send_stored(
            get_storage(),
            make_key(opened.file.digest),
            name=name if opened.is_blind else opened.file.name,
            media_type=MEDIA_TYPES[FileKind(opened.file.kind)],
            size=opened.file.size,
        )
    except FileMissing:
        raise NotFound from None
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
