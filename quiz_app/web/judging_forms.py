"""What the pages of judging read from forms and hand out."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput
from quiz_app.exports.sheets import XLSX
from quiz_app.web.directory_query import read_id
from quiz_app.web.downloads import make_disposition
from quiz_app.web.forms import normalise_text


def read_text(name: str) -> str:
    """A text of the form; "" where there is none."""
    return normalise_text(request.form.get(name)) or ""


def read_ids(name: str) -> list[int]:
    """Ids of boxes that were ticked. Raises InvalidInput."""
    ids = [read_id(text) for text in request.form.getlist(name)]
    if None in ids:
        raise InvalidInput("Choose one of the list.")
    return [each for each in ids if each is not None]


def send_workbook(content: bytes, name: str) -> Response:
    """A workbook as a download."""
    response = Response(content, mimetype=XLSX)
    response.headers["Content-Disposition"] = make_disposition(f"{name}.xlsx")
    return response
