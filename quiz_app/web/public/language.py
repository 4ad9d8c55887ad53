"""Vietnamese or English."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from quiz_app.web.identity import get_settings
from quiz_app.web.language import COOKIE, LANGUAGES
from quiz_app.web.public import bp
from quiz_app.web.targets import find_local_target

_YEAR_SECONDS = 365 * 24 * 3600


@bp.post("/language")
def set_language() -> Response:
    """Keep the choice in a cookie and go back to the page."""
    response = redirect(find_local_target(request.form.get("next")) or url_for("public.show_home"))
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        is_https = get_settings().is_https
        response.set_cookie(COOKIE, chosen, max_age=_YEAR_SECONDS, samesite="Lax", httponly=True, secure=is_https)
    return response
