"""Pictures of items, for whoever is signed in: participants see them in papers, organisers in the bank."""

from __future__ import annotations

from werkzeug.wrappers import Response

from quiz_app.services.pictures import get_picture
from quiz_app.web.account import bp
from quiz_app.web.identity import get_current_person

YEAR_SECONDS = 365 * 24 * 3600


@bp.get("/pictures/<digest>")
def show_picture(digest: str) -> Response:
    """The picture. Its address is its content's digest, so it never changes and a browser asks once."""
    get_current_person()
    picture = get_picture(digest)
    response = Response(picture.content, mimetype=picture.media_type)
    response.headers["Cache-Control"] = f"private, max-age={YEAR_SECONDS}, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
