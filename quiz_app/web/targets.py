"""Addresses: the numbers that may stand in them, and those to go on to, which are only ever inside this site."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from werkzeug.routing import IntegerConverter, Map


class IdConverter(IntegerConverter):
    """The id of a row. A number that no column of a database can hold is an address that does not exist."""

    def __init__(self, url_map: Map, *arguments: Any, **options: Any) -> None:
        options.setdefault("max", 2**63 - 1)
        super().__init__(url_map, *arguments, **options)


def find_local_target(target: str | None) -> str | None:
    """The path if it is one of this site, else None.

    Browsers read ``//host``, a backslash, and addresses with tabs or line breaks in them as another site's.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(letter) < 32 or ord(letter) == 127 for letter in target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None
