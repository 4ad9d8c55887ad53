"""The public check of a certificate, by the code on the paper or its QR."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.certificates import LOOKUP_WINDOW, TooManyLookups, format_code, normalise_code
from quiz_app.domain.errors import NotFound
from quiz_app.services.certificates import CertificateCheck, check_certificate
from quiz_app.services.judging.prize_certificates import PrizeCheck
from quiz_app.web.identity import get_address, get_cache
from quiz_app.web.public import bp


@bp.get("/certificates")
def find_certificate() -> Response | tuple[str, int]:
    """A form for the code; a code that can be one leads to its page."""
    typed = request.args.get("code", "").strip()
    code = normalise_code(typed)
    if code is not None:
        return redirect(url_for("public.show_certificate", code=format_code(code)))
    return _render("malformed" if typed else "form", typed=typed, status=404 if typed else 200)


@bp.get("/certificates/<code>")
def show_certificate(code: str) -> Response | tuple[str, int]:
    """Whether the certificate is genuine, and what it stands for now."""
    typed = normalise_code(code)
    try:
        check = check_certificate(text=code, address=get_address(), cache=get_cache())
    except NotFound:
        return _render("unknown" if typed else "malformed", typed=format_code(typed) if typed else code, status=404)
    except TooManyLookups as refusal:
        page, status = _render("too_many", typed=format_code(typed) if typed else code, status=refusal.status)
        return Response(
            page,
            status=status,
            mimetype="text/html",
            headers={"Retry-After": str(int(LOOKUP_WINDOW.total_seconds()))},
        )
    if isinstance(check, PrizeCheck):
        page = render_template("public/prize_check.html", check=check, code=format_code(check.code))
        return Response(page, mimetype="text/html")
    return _render("genuine", typed=format_code(check.code), status=200, check=check)


def _render(state: str, *, typed: str, status: int, check: CertificateCheck | None = None) -> tuple[str, int]:
    """The one page of all outcomes: what was found, in words, and the form for another code."""
    page = render_template(
        "public/certificate_check.html",
        state=state,
        typed=typed[:60],
        check=check,
        window_ms=int(LOOKUP_WINDOW.total_seconds()) * 1000,
    )
    return page, status
