"""Checks of PDF files: whole, not encrypted, without scripts, programs to start or files inside."""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from question_bank.readers.report import mark_message as N_
from quiz_app.services.entry_files.wrong_file import WrongContent

TAIL = 2048
LARGEST_OBJECT_STREAM = 8 * 1024 * 1024
MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes of object streams that are unpacked to be looked at: of one, and of all."""
_STREAM = re.compile(rb">>\s*stream\r?\n")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")
_FILTER = re.compile(rb"/Filter\b")
_ESCAPED_NAME = re.compile(rb"/[^\s/<>\[\](){}%]*#[0-9A-Fa-f]{2}[^\s/<>\[\](){}%]*")
_END_OF_NAME = rb"(?=[\s/<>\[\](){}%]|$)"
_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|RichMedia|ImportData|SubmitForm|XFA)" + _END_OF_NAME)
_EMBEDDED = re.compile(rb"/EmbeddedFiles?" + _END_OF_NAME)
_ENCRYPTED = re.compile(rb"/Encrypt" + _END_OF_NAME)


def check_pdf(path: Path) -> None:
    """Raise WrongContent unless it is a whole PDF that only shows something.

    Names are looked for outside of streams, and in the streams that hold objects; other streams are pictures, typefaces
    and drawing, where a name means nothing.
    """
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        _check(content)


def _check(content: mmap.mmap) -> None:
    if b"%%EOF" not in content[-TAIL:] or b"startxref" not in content[-TAIL:]:
        raise WrongContent(N_("the file is damaged or was cut off"))
    for part in _iterate_objects(content):
        text = _ESCAPED_NAME.sub(_unescape, part)
        if _ENCRYPTED.search(text):
            raise WrongContent(N_("the file is protected by a password; save it without one"))
        if _ACTIVE.search(text):
            raise WrongContent(N_("the file holds a script or an action; print it to a new PDF file"))
        if _EMBEDDED.search(text):
            raise WrongContent(N_("other files are hidden in the file; attach them by themselves"))


def _iterate_objects(content: mmap.mmap) -> Iterator[bytes]:
    """The parts that hold objects: what stands between streams, and object streams unpacked."""
    place, left = 0, MOST_UNPACKED
    while (begin := _STREAM.search(content, place)) is not None:
        between = content[place : begin.start() + 2]
        yield between
        end = content.find(b"endstream", begin.end())
        if end < 0:
            raise WrongContent(N_("the file is damaged or was cut off"))
        # The dictionary of a stream stands right before it, after the last object began.
        dictionary = between[max(0, between.rfind(b" obj")) :]
        if _OBJECT_STREAM.search(dictionary):
            if left <= 0:
                raise WrongContent(N_("the file is too large when unpacked"))
            unpacked = _unpack(content[begin.end() : end], dictionary, min(left, LARGEST_OBJECT_STREAM))
            left -= len(unpacked)
            yield unpacked
        place = end
    yield content[place:]


def _unpack(packed: bytes, dictionary: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(packed, most)
    except zlib.error:
        if _FILTER.search(dictionary):
            # What cannot be looked into is not taken; programs that write such files are hardly found.
            raise WrongContent(N_("the file is packed in an unusual way; print it to a new PDF file")) from None
        return packed
    if unpacker.unconsumed_tail:
        raise WrongContent(N_("the file is too large when unpacked"))
    return unpacked


def _unescape(match: re.Match[bytes]) -> bytes:
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes([int(code[1], 16)]), match[0])
