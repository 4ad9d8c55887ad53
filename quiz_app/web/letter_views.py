"""The pages on which a batch of letters is written, read, sent and watched. Unit leads and organisers have the same,
each under their own address and within their own scope.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.letters import LONGEST_BODY, LONGEST_SUBJECT
from quiz_app.domain.participation import REMINDED, Participation
from quiz_app.domain.people import Person
from quiz_app.services.letters import drafting, pages
from quiz_app.web import letter_words
from quiz_app.web.addresses import find_site_url
from quiz_app.web.directory_query import read_id
from quiz_app.web.identity import get_current_person, get_now, get_settings
from quiz_app.web.translate import gettext, ngettext

FindScope = Callable[[Person], PeopleScope]


def add_letter_views(bp: Blueprint, find_scope: FindScope) -> None:
    """Give a blueprint the pages; ``find_scope`` says whose people its visitors may write to."""

    @bp.post("/rounds/<int:round_id>/letters")
    def write_letters(round_id: int) -> Response:
        """Begin a batch, or go on with the one that was begun."""
        person, state = get_current_person(), request.form.get("state", "")
        if state not in set(REMINDED):
            raise InvalidInput("A reminder goes to people who have not begun, or to people below the cut score.")
        scope, participation = find_scope(person), Participation(state)
        round_ = pages.find_round(round_id=round_id)
        text = letter_words.write_reminder(
            round_=round_, participation=participation, address=find_site_url("public.show_home"), sender=_sign(person)
        )
        batch_id = drafting.make_batch(
            person=person,
            scope=scope,
            round_id=round_id,
            state=participation,
            unit_id=read_id(request.form.get("unit", "")),
            text=text,
            now=get_now(),
        )
        return redirect(url_for(f"{bp.name}.show_batch", batch_id=batch_id), code=303)

    @bp.get("/letters/batches/<int:batch_id>")
    def show_batch(batch_id: int) -> str:
        """The draft to read and change; after its approval, how far its sending is."""
        return _render(bp, find_scope, batch_id)

    @bp.get("/letters/batches/<int:batch_id>/letters/<int:letter_id>")
    def show_letter(batch_id: int, letter_id: int) -> str:
        """One letter as its recipient reads it."""
        person = get_current_person()
        page = pages.view_letter(
            person=person,
            scope=find_scope(person),
            batch_id=batch_id,
            letter_id=letter_id,
            fill=letter_words.fill_reminder,
        )
        return render_template("letters/letter.html", page=page, words=letter_words, area=bp.name)

    @bp.post("/letters/batches/<int:batch_id>/text")
    def change_letter_text(batch_id: int) -> Response | tuple[str, int]:
        """Write another text."""
        person = get_current_person()
        subject, body = request.form.get("subject", ""), request.form.get("body", "")
        try:
            drafting.change_text(person=person, scope=find_scope(person), batch_id=batch_id, subject=subject, body=body)
        except InvalidInput as wrong:
            return _render(bp, find_scope, batch_id, typed=(subject, body), wrong=wrong), 422
        return _return(bp, batch_id, gettext("The text was saved. Nothing has been sent yet."))

    @bp.post("/letters/batches/<int:batch_id>/recipients")
    def remove_recipients(batch_id: int) -> Response:
        """Take the ticked people out of the draft."""
        person = get_current_person()
        letter_ids = [found for text in request.form.getlist("letter_id") if (found := read_id(text)) is not None]
        if not letter_ids:
            raise InvalidInput("Tick at least one person. Nothing was changed.")
        count = drafting.remove_recipients(
            person=person, scope=find_scope(person), batch_id=batch_id, letter_ids=letter_ids, now=get_now()
        )
        message = ngettext(
            "%(num)d person was taken out of the draft.", "%(num)d people were taken out of the draft.", count
        )
        return _return(bp, batch_id, message)

    @bp.post("/letters/batches/<int:batch_id>/send")
    def send_letters(batch_id: int) -> Response | tuple[str, int]:
        """Approve the draft, with the text as it stands in the form: its letters go out one after the other."""
        person, is_mail_set = get_current_person(), get_settings().mail is not None
        own: dict[str, Any] = {"person": person, "scope": find_scope(person), "batch_id": batch_id}
        if "subject" in request.form and is_mail_set:
            subject, body = request.form["subject"], request.form.get("body", "")
            try:
                drafting.change_text(**own, subject=subject, body=body)
            except InvalidInput as wrong:
                return _render(bp, find_scope, batch_id, typed=(subject, body), wrong=wrong), 422
        count = drafting.approve_batch(**own, fill=letter_words.fill_reminder, is_mail_set=is_mail_set, now=get_now())
        message = ngettext("%(num)d letter is being sent.", "%(num)d letters are being sent.", count)
        return _return(bp, batch_id, message)

    @bp.post("/letters/batches/<int:batch_id>/stop")
    def stop_letters(batch_id: int) -> Response:
        """Take back what waits still."""
        person = get_current_person()
        count = drafting.stop_batch(person=person, scope=find_scope(person), batch_id=batch_id, now=get_now())
        message = ngettext("%(num)d letter was taken back.", "%(num)d letters were taken back.", count)
        if not count:
            message = gettext("No letter waits any more: nothing was taken back.")
        return _return(bp, batch_id, message)

    @bp.post("/letters/batches/<int:batch_id>/discard")
    def discard_letters(batch_id: int) -> Response:
        """Throw the draft away."""
        person = get_current_person()
        drafting.discard_batch(person=person, scope=find_scope(person), batch_id=batch_id, now=get_now())
        flash(gettext("The draft was thrown away. Nothing was sent."), "plain")
        return redirect(url_for(f"{bp.name}.show_letters"), code=303)


def _render(
    bp: Blueprint,
    find_scope: FindScope,
    batch_id: int,
    *,
    typed: tuple[str, str] | None = None,
    wrong: InvalidInput | None = None,
) -> str:
    person, settings = get_current_person(), get_settings()
    page = pages.view_batch(person=person, scope=find_scope(person), batch_id=batch_id, now=get_now())
    return render_template(
        "letters/batch.html",
        page=page,
        typed=typed or (page.batch.text.subject, page.batch.text.body),
        wrong=wrong,
        words=letter_words,
        area=bp.name,
        is_mail_set=settings.mail is not None,
        sender=settings.mail.sender if settings.mail else None,
        limits=(LONGEST_SUBJECT, LONGEST_BODY),
        now=get_now(),
    )


def _return(bp: Blueprint, batch_id: int, message: str) -> Response:
    flash(message, "plain")
    return redirect(url_for(f"{bp.name}.show_batch", batch_id=batch_id), code=303)


def _sign(person: Person) -> str:
    return f"{person.name}\n{person.unit_name}" if person.unit_name else person.name
