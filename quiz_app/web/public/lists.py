"""The public check of a list: by the code on it, or by the file itself."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from question_bank.readers.opening import WrongFile
from quiz_app.domain.certificates import LOOKUP_WINDOW, TooManyLookups, format_code, normalise_code
from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.receipts import normalise_receipt_code
from quiz_app.services.list_checks import check_file, check_list
from quiz_app.web.identity import get_address, get_cache, get_settings
from quiz_app.web.list_findings import describe_finding
from quiz_app.web.list_words import describe_format, describe_list
from quiz_app.web.public import bp
from quiz_app.web.translate import gettext
from quiz_app.web.uploads import accept_public_upload, read_upload

LARGEST_FILE = 8 * 1024 * 1024
"""Bytes: a workbook of 30,000 rows has 2 MB."""
_RETRY = {"Retry-After": str(int(LOOKUP_WINDOW.total_seconds()))}

accept_public_upload("public.check_list_file", largest=LARGEST_FILE)


@bp.get("/verify")
def find_list() -> Response | str:
    """A form for the code, and one for the file."""
    typed = request.args.get("code", "").strip()
    code = normalise_code(typed)
    if code is not None:
        return redirect(url_for("public.show_list", code=format_code(code)))
    receipt = normalise_receipt_code(typed)
    if receipt is not None:
        return redirect(url_for("public.show_entry_receipt", code=receipt))
    return _render("malformed" if typed else "form", typed=typed)


@bp.get("/verify/<code>")
def show_list(code: str) -> Response | str | tuple[str, int]:
    """What the list with this code is. A certificate's code leads to the certificate's own page."""
    typed = normalise_code(code)
    try:
        check = check_list(text=code, address=get_address(), cache=get_cache(), secret_key=get_settings().secret_key)
    except NotFound:
        return _render("unknown" if typed else "malformed", typed=format_code(typed) if typed else code), 404
    except TooManyLookups as refusal:
        return _refuse_many(refusal)
    if check is None:
        return redirect(url_for("public.show_certificate", code=code))
    return _render("known", typed=format_code(check.issued.code), check=check)


@bp.post("/verify/file")
def check_list_file() -> Response | str | tuple[str, int]:
    """Compare a file with what was issued; nothing of it is kept."""
    typed = request.form.get("code", "")
    try:
        content, name = read_upload()
        checks = check_file(
            content=content,
            name=name,
            code=normalise_code(typed),
            address=get_address(),
            cache=get_cache(),
            secret_key=get_settings().secret_key,
        )
    except InvalidInput as refusal:
        return _render("no_file", typed=typed), refusal.status
    except NotFound:
        return _render("unknown_file", typed=typed), 404
    except WrongFile as wrong:
        return _render("unreadable", typed=typed, reason=gettext(str(wrong))), 422
    except TooManyLookups as refusal:
        return _refuse_many(refusal)
    return _render("compared", typed=format_code(checks[0].check.issued.code), check=checks[0].check, checks=checks)


def _refuse_many(refusal: TooManyLookups) -> Response:
    return Response(_render("too_many", typed=""), status=refusal.status, mimetype="text/html", headers=_RETRY)


def _render(state: str, *, typed: str, **values: Any) -> str:
    """The one page of all outcomes."""
    values = {"check": None, "checks": [], "reason": "", **values}
    return render_template(
        "public/list_check.html",
        state=state,
        typed=typed[:60],
        window_ms=int(LOOKUP_WINDOW.total_seconds()) * 1000,
        describe_finding=describe_finding,
        describe_list=describe_list,
        describe_format=describe_format,
        **values,
    )
