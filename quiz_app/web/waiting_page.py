"""What a visitor reads who was turned away because the system is full: that it is full, what is kept, and when to come
back.

No person is looked up and no layout is filled in: each text is made once per language, and an answer is a few
replacements. A page that was only looked at opens again by itself. A form that can be sent twice without harm is on the
page, to be sent once more with the same token; what a visitor typed elsewhere is never written into a page.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from flask import current_app, flash, json, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from quiz_app.web.admission_gate import RequestClass
from quiz_app.web.language import get_language
from quiz_app.web.targets import find_local_target
from quiz_app.web.translate import gettext

REPEATABLE = frozenset({"participant.start", "participant.save", "participant.finish"})
"""Forms that do the same once as twice: a second start is the attempt that is open, a save has its order, a finish its
one result."""
_SECONDS = "@seconds@"
_FORM = "@form@"
_MOST_FIELDS = 300


def answer_turned_away(kind: RequestClass, seconds: int) -> Response:
    """503 with ``Retry-After``, as a page or as JSON; for a file that was asked for on a page, that page again, with
    the same said in a line.
    """
    if request.is_json or request.accept_mimetypes.best == "application/json":
        message = gettext("The system is full at this moment. Try again in %(seconds)s seconds.", seconds=seconds)
        body = json.dumps({"error": {"code": "overloaded", "message": message}})
        return _refuse(Response(body, mimetype="application/json"), seconds)
    origin = _find_page_before() if kind == RequestClass.FILES else None
    if origin is not None:
        text = gettext(
            "The system is full, and the file was not made. Try again in %(seconds)s seconds.", seconds=seconds
        )
        flash(text, "problem")
        return redirect(origin, code=303)
    page = _make_page(get_language(), _choose_text(kind)).replace(_SECONDS, str(seconds))
    if _FORM in page:
        page = page.replace(_FORM, _repeat_form() if request.endpoint in REPEATABLE else _link_back())
    return _refuse(Response(page, mimetype="text/html"), seconds)


def _refuse(response: Response, seconds: int) -> Response:
    response.status_code = 503
    response.headers["Retry-After"] = str(seconds)
    return response


def _choose_text(kind: RequestClass) -> str:
    if request.method in ("GET", "HEAD"):
        return "sitting" if kind == RequestClass.SITTING else "page"
    endpoint = request.endpoint or ""
    return endpoint.partition(".")[2] if endpoint in REPEATABLE else "form"


@lru_cache(maxsize=16)
def _make_page(language: str, text: str) -> str:
    # Not through Flask: its context would load the person, which is what there is no room for.
    template = current_app.jinja_env.get_template("errors/waiting.html")
    return template.render(text=text, locale=language, seconds=_SECONDS, form=Markup(_FORM))  # noqa: S704 - our own


def _repeat_form() -> str:
    """The fields of the form, hidden, and a button that sends them again to the same address."""
    fields = Markup()
    for name, value in list(request.form.items(multi=True))[:_MOST_FIELDS]:
        fields += Markup('<input type="hidden" name="{}" value="{}">').format(name, value)
    action = {
        "participant.start": gettext("Start now"),
        "participant.save": gettext("Send again"),
        "participant.finish": gettext("Hand in again"),
    }[request.endpoint or ""]
    return Markup(
        '<form method="post" action="{}" class="actions">{}'
        '<button class="btn btn-primary btn-wide" type="submit">{}</button></form>'
    ).format(request.path, fields, action)


def _link_back() -> str:
    address = _find_page_before() or "/"
    return Markup('<div class="actions"><a class="btn btn-primary btn-wide" href="{}">{}</a></div>').format(
        address, gettext("Back to the page before")
    )


def _find_page_before() -> str | None:
    """The page of this site from which the request came."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return find_local_target(path) if parts.path != request.path else None
