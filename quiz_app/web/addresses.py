"""Addresses: in templates, where a page names a dozen that never change and each is built once; and on paper."""

from __future__ import annotations

from typing import Any

from flask import Flask, request, url_for

from quiz_app.web.identity import get_settings


def register_addresses(app: Flask) -> None:
    """Give templates a ``url_for`` that remembers."""
    kept: dict[tuple[str, str], str] = {}

    def find_url(endpoint: str, **values: Any) -> str:
        if values and not (endpoint == "static" and len(values) == 1):
            return url_for(endpoint, **values)
        key = (request.script_root + endpoint, values.get("filename", ""))
        address = kept.get(key)
        if address is None:
            address = kept[key] = url_for(endpoint, **values)
        return address

    app.jinja_env.globals["url_for"] = find_url
    app.jinja_env.globals["site_url_for"] = find_site_url


def find_site_url(endpoint: str, **values: Any) -> str:
    """The whole address of a page, as it is printed, drawn as a QR code or copied into a letter.

    It begins with SITE_ADDRESS: whoever made the paper may have come by a name that works inside the agency only.
    Without that setting it begins with the address that this request asked for.
    """
    site = get_settings().site_address
    return url_for(endpoint, _external=True, **values) if site is None else site + url_for(endpoint, **values)
