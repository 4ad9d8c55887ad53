"""Guards: who may enter a blueprint at all. Each blueprint names its guard; a test finds any that does not."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import NotAllowed
from quiz_app.domain.people import Person
from quiz_app.web.identity import get_current_person


def guard(bp: Blueprint, may_enter: Callable[[Person], bool], *, exempt: frozenset[str] = frozenset()) -> None:
    """Let only signed-in people in for whom the predicate holds; who must change a password does that first.

    ``exempt`` names views that check the session themselves.
    """

    @bp.before_request
    def check() -> Response | None:
        if request.endpoint and request.endpoint.partition(".")[2] in exempt:
            return None
        person = get_current_person()
        if person.must_change_password:
            return redirect(url_for("account.change_password"))
        if not may_enter(person):
            raise NotAllowed
        return None


def allow_everyone(bp: Blueprint) -> None:
    """Say that a blueprint is open to all."""
    bp.before_request(lambda: None)
