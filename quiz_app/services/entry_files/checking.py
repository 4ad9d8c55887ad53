"""Whether an uploaded file is what its name says, and holds nothing that acts by itself.

Suffix, first bytes and inner structure must agree. Macros, scripts, programs and references to other places are refused
by name. This is a sieve: the wall is that files are never served as pages (``web/entry_files``). Nothing is unpacked as
a whole, so that a check costs milliseconds, whatever was sent.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.initiatives.file_rules import WrongEntryFile
from quiz_app.domain.initiatives.rounds import FileKind
from quiz_app.services.entry_files.office_files import check_old_word, check_package
from quiz_app.services.entry_files.pdf_files import check_pdf
from quiz_app.services.entry_files.wrong_file import WrongContent

HEAD = 4096
"""Bytes that tell what a file is."""
MOST_PIXELS = 60_000_000
"""A scan of A3 at 600 dots an inch has 70 million and is refused; A4 has 35 million."""
_FORMATS = {FileKind.PNG: "PNG", FileKind.JPG: "JPEG"}


def check_content(path: Path, name: str, kind: FileKind) -> None:
    """Raise WrongEntryFile unless the content is whole, of this kind, and harmless as far as can be told."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    try:
        if not head:
            raise WrongContent(N_("the file is empty"))
        if head.startswith((b"MZ", b"\x7fELF", b"#!")):
            raise WrongContent(N_("the file is a program, not a document"))
        if not _looks_like(head, kind):
            raise WrongContent(N_("the content is not what the name says; save it anew in the right format"))
        _CHECKS[kind](path)
    except WrongContent as error:
        raise WrongEntryFile(name, error.reason, error.values) from None


def _looks_like(head: bytes, kind: FileKind) -> bool:
    match kind:
        case FileKind.PDF:
            return b"%PDF-" in head[:1024]
        case FileKind.DOCX | FileKind.PPTX:
            # An encrypted document is an OLE file by that name: the check of packages says so in its words.
            return head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
        case FileKind.DOC:
            return head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
        case FileKind.PNG:
            return head.startswith(b"\x89PNG\r\n\x1a\n")
        case FileKind.JPG:
            return head.startswith(b"\xff\xd8\xff")
        case FileKind.MP4:
            return head[4:8] == b"ftyp"


def _check_picture(path: Path, kind: FileKind) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=[_FORMATS[kind]]) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    raise WrongContent(
                        N_("the picture measures %(width)d × %(height)d points; make it smaller"),
                        {"width": width, "height": height},
                    )
                picture.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise WrongContent(N_("the picture is too large; make it smaller")) from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise WrongContent(N_("the picture is damaged or was cut off")) from None
    if kind is FileKind.JPG:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - HEAD))
            if b"\xff\xd9" not in stream.read():
                raise WrongContent(N_("the picture is damaged or was cut off"))


def _check_film(path: Path) -> None:
    """Boxes, one after the other, fill the file, and one of them is its table of contents."""
    size, place = path.stat().st_size, 0
    boxes: set[bytes] = set()
    with path.open("rb") as stream:
        while place < size and len(boxes) < 10_000:
            stream.seek(place)
            header = stream.read(16)
            length = int.from_bytes(header[:4], "big")
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            elif length == 0:
                length = size - place
            if length < 8 or place + length > size:
                raise WrongContent(N_("the film is damaged or was cut off"))
            boxes.add(header[4:8])
            place += length
    if b"moov" not in boxes and b"moof" not in boxes:
        raise WrongContent(N_("the film is damaged or was cut off"))


_CHECKS: dict[FileKind, Callable[[Path], None]] = {
    FileKind.DOCX: lambda path: check_package(path, "wordprocessingml.document.main+xml"),
    FileKind.PPTX: lambda path: check_package(path, "presentationml.presentation.main+xml"),
    FileKind.DOC: check_old_word,
    FileKind.PDF: check_pdf,
    FileKind.PNG: lambda path: _check_picture(path, FileKind.PNG),
    FileKind.JPG: lambda path: _check_picture(path, FileKind.JPG),
    FileKind.MP4: _check_film,
}
