"""Deciding on requests to join: unit leads and organisers have the same view, each within their own scope."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.people import Person
from quiz_app.services import registrations
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.registration_words import describe_decision


def add_decision_view(bp: Blueprint, find_scope: Callable[[Person], PeopleScope]) -> None:
    """Give a blueprint the view; ``find_scope`` says on whose requests its visitors decide."""

    @bp.post("/registrations/<int:registration_id>/decision")
    def decide_registration(registration_id: int) -> Response:
        """Approve or refuse one."""
        person, decision = get_current_person(), request.form.get("decision", "")
        if decision not in ("approve", "refuse"):
            # What cannot be read is no refusal of a person.
            raise InvalidInput("Choose whether the request is approved or refused.")
        approves = decision == "approve"
        registration = registrations.decide(
            actor=person,
            scope=find_scope(person),
            registration_id=registration_id,
            approves=approves,
            reason=request.form.get("reason", ""),
            now=get_now(),
        )
        flash(describe_decision(registration, approves=approves))
        return redirect(url_for(f"{bp.name}.show_registrations"), code=303)
