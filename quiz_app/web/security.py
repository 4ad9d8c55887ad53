"""Headers that every answer carries, and the nonce that lets a page run its own scripts and no others."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"


def register_security(app: Flask) -> None:
    """Attach the nonce and the headers."""
    is_https = bool(app.config["SESSION_COOKIE_SECURE"])

    def make_nonce() -> None:
        g.csp_nonce = secrets.token_urlsafe(16)

    # Before every check that is there already, so that the page of a refusal has its nonce too.
    app.before_request_funcs.setdefault(None, []).insert(0, make_nonce)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        # Added, not set: no view sends one of these, and to set one looks through all that are there.
        headers.add("X-Content-Type-Options", "nosniff")
        if response.mimetype == "text/html":
            headers["Content-Security-Policy"] = _PAGE_POLICY.format(nonce=g.get("csp_nonce", ""))
            headers.add("Referrer-Policy", "same-origin")
            headers.add("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
            headers.add("Cross-Origin-Opener-Policy", "same-origin")
        elif "Content-Security-Policy" not in headers:
            headers.add("Content-Security-Policy", _DATA_POLICY)
        if "Cache-Control" not in headers:
            headers.add("Cache-Control", "no-store")
        if is_https:
            headers.add("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return response
