"""Files of an initiative: attached in parts by the page's script, or with the plain form; and taken off."""

from __future__ import annotations

import re
from typing import BinaryIO, cast

from flask import flash, jsonify, render_template, request
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput, NotFound, Refusal
from quiz_app.domain.initiatives.file_rules import FileTooLarge, PartMisplaced
from quiz_app.domain.initiatives.forms import FieldKind
from quiz_app.domain.people import Person
from quiz_app.services.entry_files import attaching
from quiz_app.web.admission import take_file_place
from quiz_app.web.formatting import describe_refusal
from quiz_app.web.identity import get_current_person, get_now, get_settings, get_storage
from quiz_app.web.participant import bp
from quiz_app.web.participant.entry_fields import LARGEST_SAVE
from quiz_app.web.refusal_words import title_refusal
from quiz_app.web.uploads import accept_upload

LARGEST_PART = 2 * 1024 * 1024
"""Bytes that the script sends at a time: what a weak connection has to send once more when it breaks."""
_TOKEN = re.compile(r"[0-9a-f]{32}")
_FORM_PREFIX = "file."


def _find_largest_part(person: Person) -> int:
    take_file_place()
    return LARGEST_PART


accept_upload("participant.attach_part", largest=_find_largest_part, may_send=lambda person: True)


def find_largest_save(person: Person) -> int:
    """What a save of the form may bring: the texts, and from a plain form the files that were chosen in it."""
    if request.mimetype != "multipart/form-data" or (request.content_length or 0) <= LARGEST_SAVE:
        return LARGEST_SAVE
    take_file_place()
    entry_id = int((request.view_args or {})["entry_id"])
    most, room = attaching.find_largest(person=person, entry_id=entry_id)
    if (request.content_length or 0) > LARGEST_SAVE + most * room:
        raise FileTooLarge(most)
    return LARGEST_SAVE + most * room


@bp.post("/my/initiatives/<int:entry_id>/files")
def attach_part(entry_id: int) -> Response:
    """A part of a file, as the body itself: how far it is, or with the last part the field's list of files."""
    sender = attaching.Sender(
        get_current_person(), entry_id, request.args.get("field", ""), request.args.get("name", "")
    )
    token = request.args.get("token", "")
    if request.content_length is None or not _TOKEN.fullmatch(token):
        raise InvalidInput("The form was not sent as this page makes it.")
    try:
        found = attaching.attach_part(
            sender,
            cast(BinaryIO, request.stream),
            token=token,
            offset=_read_count("offset"),
            total=_read_count("total"),
            storage=get_storage(),
            is_scanned=get_settings().clamd is not None,
            now=get_now(),
        )
    except PartMisplaced as refusal:
        answer = jsonify(error={"code": refusal.code, "message": describe_refusal(refusal)}, received=refusal.received)
        answer.status_code = refusal.status
        return answer
    if isinstance(found, int):
        return jsonify(received=found)
    return jsonify(received=found.size, files=_render_files(entry_id, sender.field))


@bp.post("/my/initiatives/<int:entry_id>/files/<int:file_id>/remove")
def remove_file(entry_id: int, file_id: int) -> Response:
    """Take a file off the draft, asked by the page's script; the plain form saves its texts at the same time."""
    attaching.remove_file(person=get_current_person(), entry_id=entry_id, file_id=file_id, now=get_now())
    return jsonify(files=_render_files(entry_id, request.args.get("field", "")))


@bp.get("/my/initiatives/<int:entry_id>/files/<field>")
def show_files(entry_id: int, field: str) -> Response:
    """The files of a field, for the script: what the scanner has said meanwhile."""
    return jsonify(files=_render_files(entry_id, field))


def change_files(entry_id: int, then: str, code: str) -> str | None:
    """What a plain form that was saved asks for besides: files chosen in it, or one to be taken off.

    The place in the form to go back to; None where nothing was asked, or where the check comes next. What could not be
    attached is told on the page that follows: the texts are saved by then.
    """
    if then == "remove" and code.isascii() and code.isdecimal():
        person = get_current_person()
        attaching.remove_file(person=person, entry_id=entry_id, file_id=int(code[:19]), now=get_now())
        return "files"
    fields = [name for name in request.files if name.startswith(_FORM_PREFIX)]
    chosen = [(name, file) for name in fields for file in request.files.getlist(name) if file.filename]
    for name, file in chosen:
        sender = attaching.Sender(get_current_person(), entry_id, name.removeprefix(_FORM_PREFIX), file.filename or "")
        try:
            attaching.attach_file(
                sender,
                cast(BinaryIO, file.stream),
                storage=get_storage(),
                is_scanned=get_settings().clamd is not None,
                now=get_now(),
            )
        except Refusal as refusal:
            flash(f"{title_refusal(refusal)}. {describe_refusal(refusal)}", "problem")
    return f"f-{chosen[0][0].removeprefix(_FORM_PREFIX)}" if chosen and then != "check" else None


def _render_files(entry_id: int, code: str) -> str:
    access, files = attaching.list_attached(person=get_current_person(), entry_id=entry_id)
    field = access.round.settings.form.find_field(code)
    if field is None or field.kind is not FieldKind.FILE:
        raise NotFound
    return render_template(
        "participant/_entry_files.html", entry=access.entry, round=access.round, field=field, files=files
    )


def _read_count(name: str) -> int:
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 13):
        raise InvalidInput("The form was not sent as this page makes it.")
    return int(text)
