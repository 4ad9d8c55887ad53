"""Checks of Word and PowerPoint files: the right main part, no macros, nothing that is fetched from elsewhere."""

from __future__ import annotations

import mmap
import re
import struct
import zipfile
import zlib
from pathlib import Path

from question_bank.readers.opening import WrongFile, parse_xml
from question_bank.readers.report import mark_message as N_
from quiz_app.services.entry_files.wrong_file import WrongContent

MOST_PARTS = 5000
LARGEST_DIRECTORY = 2 * 1024 * 1024
LARGEST_UNPACKED = 600 * 1024 * 1024
LARGEST_CHECKED = 4 * 1024 * 1024
"""Bytes: of the directory of a package, of all parts unpacked, and of a part that is read here."""
_END = b"PK\x05\x06"
_DAMAGED = N_("the file is damaged, was cut off, or is of another kind than its name says")
_PASSWORD = N_("the file is protected by a password; save it without one")
_MACROS = N_("the file holds macros; save it without them")
_OUTSIDE = N_("the file fetches something from outside (%(what)s); put it into the file instead")
_RELATIONS = re.compile(r"(^|/)_rels/[^/]*\.rels$")
_MACRO_PART = re.compile(r"(?i)(vbaproject|vbadata)[^/]*\.(bin|xml)$|/activex/")


def check_package(path: Path, main_type: str) -> None:
    """Raise WrongContent unless it is a whole package whose main part is of this content type."""
    with path.open("rb") as stream:
        if stream.read(4) == b"\xd0\xcf\x11\xe0":
            raise WrongContent(_PASSWORD)
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as package:
            _check_parts(package, main_type)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, EOFError, OSError, RuntimeError,
            struct.error, zlib.error, KeyError, WrongFile):  # fmt: skip
        raise WrongContent(_DAMAGED) from None


def check_old_word(path: Path) -> None:
    """Raise WrongContent unless it is a Word document of before 2007, without macros and without a password."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:

        def has(name: str) -> bool:
            return content.find(name.encode("utf-16-le")) >= 0

        if has("EncryptedPackage"):
            raise WrongContent(_PASSWORD)
        if not has("WordDocument"):
            raise WrongContent(_DAMAGED)
        if has("_VBA_PROJECT") or has("Macros"):
            raise WrongContent(_MACROS)


def _check_directory(path: Path) -> None:
    """Refuse a directory of a million names before it is read."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 66_000))
        tail = stream.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) < place + 22:
        raise WrongContent(_DAMAGED)
    count, size = struct.unpack("<HI", tail[place + 10 : place + 16])
    if count > MOST_PARTS or size > LARGEST_DIRECTORY:
        raise WrongContent(_DAMAGED)


def _check_parts(package: zipfile.ZipFile, main_type: str) -> None:
    entries = package.infolist()
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise WrongContent(_PASSWORD)
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise WrongContent(N_("the file is too large when unpacked"))
    names = [entry.filename for entry in entries]
    if any(_MACRO_PART.search(name) for name in names):
        raise WrongContent(_MACROS)
    if any(name.startswith(("/", "\\")) or ".." in name.split("/") for name in names):
        raise WrongContent(_DAMAGED)
    types = [
        str(value) for element in parse_xml(_read(package, "[Content_Types].xml")) for value in element.attrib.values()
    ]
    if any("macroEnabled" in value or "vbaProject" in value for value in types):
        raise WrongContent(_MACROS)
    if not any(value.endswith(main_type) for value in types):
        raise WrongContent(_DAMAGED)
    for name in names:
        if _RELATIONS.search(name):
            _check_relations(_read(package, name))


def _check_relations(content: bytes) -> None:
    for relation in parse_xml(content):
        kind = str(relation.get("Type", "")).rpartition("/")[2]
        if relation.get("TargetMode") == "External" and kind != "hyperlink":
            raise WrongContent(_OUTSIDE, {"what": kind or "?"})


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as stream:
        content = stream.read(LARGEST_CHECKED + 1)
    if len(content) > LARGEST_CHECKED:
        raise WrongContent(_DAMAGED)
    return content
