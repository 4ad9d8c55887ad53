"""Addresses in templates: a page names a dozen that never change, and each is built once."""

from __future__ import annotations

from typing import Any

from flask import Flask, request, url_for


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
