"""Files sent to us: which views take one, how large, and from whom.

Every other request stays within ``MAX_CONTENT_LENGTH``. The limit must be raised before the form is read, and the form
token is in the form; so it is raised here, for people who may send the file and for nobody else.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, request
from werkzeug.datastructures import FileStorage

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.people import Person
from quiz_app.web.identity import find_current_person

TABLE_SIZE = 20 * 1024 * 1024
"""Bytes of an uploaded table, as the readers take it."""
_FORM_AROUND = 64 * 1024

Largest = int | Callable[[Person], int]

_accepted: dict[str, tuple[Largest, Callable[[Person], bool] | None]] = {}


def accept_upload(endpoint: str, *, largest: Largest, may_send: Callable[[Person], bool]) -> None:
    """Let this view take a file of so many bytes from those for whom the predicate holds.

    Where the number depends on what is asked for, ``largest`` is asked in the request; it may refuse.
    """
    _accepted[endpoint] = (largest, may_send)


def accept_public_upload(endpoint: str, *, largest: int) -> None:
    """Let this view take a file of so many bytes from anyone; the view counts how often."""
    _accepted[endpoint] = (largest, None)


def register_uploads(app: Flask) -> None:
    """Attach the check; before the one of form tokens."""

    @app.before_request
    def raise_limit() -> None:
        entry = _accepted.get(request.endpoint or "")
        if entry is None or request.method != "POST":
            return
        largest, may_send = entry
        if may_send is None:
            request.max_content_length = (0 if callable(largest) else largest) + _FORM_AROUND
            return
        person = find_current_person()
        if person is not None and not person.must_change_password and may_send(person):
            request.max_content_length = (largest(person) if callable(largest) else largest) + _FORM_AROUND


def read_upload(field: str = "file") -> tuple[bytes, str]:
    """The content and the name of the file in the form. Raises InvalidInput where none was chosen."""
    file: FileStorage | None = request.files.get(field)
    if file is None or not file.filename:
        raise InvalidInput("Choose a file first.")
    return file.read(), file.filename
