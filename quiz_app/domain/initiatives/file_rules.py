"""What may be attached to an entry, and every "no" that somebody meets who attaches or opens a file.

Kinds, sizes and numbers are settings of the round (``FileRules``); what a content must be like is looked at by
``services/entry_files/checking``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import InvalidInput, Refusal
from quiz_app.domain.initiatives.entries import EntryFile, FileAlreadyThere, ScanState, TooManyFiles
from quiz_app.domain.initiatives.file_names import find_suffix
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind, FormField
from quiz_app.domain.initiatives.rounds import FileKind, FileRules

MEDIA_TYPES: dict[FileKind, str] = {
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.DOC: "application/msword",
    FileKind.PDF: "application/pdf",
    FileKind.PNG: "image/png",
    FileKind.JPG: "image/jpeg",
    FileKind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    FileKind.MP4: "video/mp4",
}
_SUFFIXES = {"jpeg": FileKind.JPG} | {str(kind): kind for kind in FileKind}


class WrongEntryFile(Refusal):
    """The file is not taken; ``reason`` is an English message id that ``values`` fill."""

    status = 422

    def __init__(self, name: str, reason: str, values: dict[str, Any]) -> None:
        super().__init__(name, reason, values)
        self.name = name
        self.reason = reason
        self.values = values


class FileTooLarge(Refusal):
    """The file has more bytes than the round takes in one file (``most``)."""

    status = 413

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class PartMisplaced(Refusal):
    """A part of a file does not join what has come so far; ``received`` bytes have, and the next part begins there."""

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


class UploadsBusy(Refusal):
    """As many files arrive at this moment as the server takes at a time; the same file may be sent again."""

    status = 503
    retry_seconds = 3


class FileInfected(Refusal):
    """The scanner found a virus in the file: nobody is given it."""


class FileNotScanned(Refusal):
    """The scanner has not looked at the file yet: only those who attached it are given it."""

    status = 503


def find_kind(name: str, kinds: Sequence[FileKind]) -> FileKind:
    """The kind that the suffix tells. Raises WrongEntryFile where the round does not take it."""
    kind = _SUFFIXES.get(find_suffix(name))
    if kind is None or kind not in kinds:
        reason = N_("files of this kind are not taken; taken are: %(kinds)s")
        raise WrongEntryFile(name, reason, {"kinds": ", ".join(kinds)})
    return kind


def get_file_field(form: EntryForm, code: str) -> FormField:
    """The field of files with this code. Raises InvalidInput."""
    field = form.find_field(code)
    if field is None or field.kind is not FieldKind.FILE:
        raise InvalidInput("The form was not sent as this page makes it.")
    return field


def ensure_room(rules: FileRules, field: FormField, attached: Sequence[EntryFile]) -> None:
    """Raise TooManyFiles unless one more file fits into this field and this entry."""
    if len(attached) >= rules.most_files:
        raise TooManyFiles(rules.most_files)
    if field.most_files is not None and Counter(file.field for file in attached)[field.code] >= field.most_files:
        raise TooManyFiles(field.most_files, is_of_field=True)


def ensure_new(digest: str, attached: Sequence[EntryFile]) -> None:
    """Raise FileAlreadyThere where the entry holds this content, in whichever field."""
    for file in attached:
        if file.digest == digest:
            raise FileAlreadyThere(file.name)


def ensure_servable(file: EntryFile, *, is_own: bool) -> None:
    """Raise FileInfected or FileNotScanned for a file that this person is not given. ``is_own``: of their own entry."""
    if file.scan is ScanState.INFECTED:
        raise FileInfected
    if file.scan is ScanState.WAITING and not is_own:
        raise FileNotScanned
