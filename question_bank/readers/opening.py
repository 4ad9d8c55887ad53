"""Opening files from outside: every limit on size and form, in one place, before a reader looks inside.

Files are read whole and within limits; zips and XML are opened only here. Sources of the limits: a Word file of 500
questions has a document part of 2 to 8 MB, and OWASP's advice on file upload and XML (no DTD, no entities, no outside
references).
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from io import BytesIO
from typing import IO

from lxml import etree

from question_bank.readers.report import mark_message as N_

LARGEST_FILE = 20 * 1024 * 1024
MOST_PARTS = 2000
LARGEST_PART = 24 * 1024 * 1024
LARGEST_PACKAGE = 100 * 1024 * 1024
"""Bytes: of a file, of one part of a package unpacked, and of all of its parts."""
DENSEST_PACKAGE = 200
"""Times that a part may grow when it is unpacked; sheets of plain repetition reach about 50."""
_LARGE_ENOUGH_TO_BOMB = 1024 * 1024

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class WrongFile(ValueError):
    """A file that cannot be read at all; the text is an English message id."""


def read_limited(stream: IO[bytes], largest: int = LARGEST_FILE) -> bytes:
    """The whole content. Raises WrongFile for an empty file or one over the limit, of which no more is read."""
    content = stream.read(largest + 1)
    if len(content) > largest:
        raise WrongFile(N_("the file is larger than 20 MB"))
    if not content:
        raise WrongFile(N_("the file is empty"))
    return content


def refuse_foreign(content: bytes) -> None:
    """Raise WrongFile for content that is of no kind that any reader takes, and for files under a password."""
    if content.startswith((b"MZ", b"\x7fELF")):
        raise WrongFile(N_("the file is a program, not a document"))
    if content.startswith(_OLE) and _ENCRYPTED in content:
        raise WrongFile(N_("the file is protected by a password; save it without one"))


def is_ole(content: bytes) -> bool:
    """Whether this is a file of Office as it was before 2007 (.doc, .xls)."""
    return content.startswith(_OLE)


class Package:
    """A zip whose directory has been checked; parts are unpacked one by one, within the limits."""

    def __init__(self, content: bytes) -> None:
        """Raises WrongFile for what is no zip, is damaged or encrypted, or names places outside of itself."""
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
            raise WrongFile(N_("the file is damaged or of another kind than its name says")) from None
        entries = self._zip.infolist()
        if len(entries) > MOST_PARTS:
            raise WrongFile(N_("the package has too many parts"))
        for entry in entries:
            _check_entry(entry)
        self.names = tuple(entry.filename for entry in entries if not entry.is_dir())
        if len(set(self.names)) < len(self.names):
            raise WrongFile(N_("a part of the package stands in it twice"))
        self._left = LARGEST_PACKAGE
        if sum(entry.file_size for entry in entries) > LARGEST_PACKAGE:
            raise WrongFile(N_("the package is too large when unpacked"))

    def read(self, name: str) -> bytes:
        """A part. Raises KeyError for a part that is not there, WrongFile for one that is damaged or too large."""
        entry = self._zip.getinfo(name)
        try:
            with self._zip.open(entry) as stream:
                content = stream.read(min(LARGEST_PART, self._left) + 1)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, RuntimeError, zlib.error):
            raise WrongFile(N_("the file is damaged or of another kind than its name says")) from None
        self._left -= len(content)
        if len(content) > LARGEST_PART or self._left < 0:
            raise WrongFile(N_("the package is too large when unpacked"))
        return content


def parse_xml(content: bytes) -> etree._Element:
    """The root element. Raises WrongFile for XML that is damaged or has a document type, and so any entity."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise WrongFile(N_("the file is damaged or of another kind than its name says")) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise WrongFile(N_("the file names outside definitions (a document type), which are not taken"))
    return root


def _check_entry(entry: zipfile.ZipInfo) -> None:
    parts = entry.filename.replace("\\", "/").split("/")
    if entry.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in entry.filename:
        raise WrongFile(N_("a part of the package has a path that leads out of it"))
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise WrongFile(N_("a part of the package is a link"))
    if entry.flag_bits & 0x1:
        raise WrongFile(N_("the file is protected by a password; save it without one"))
    is_dense = entry.file_size > DENSEST_PACKAGE * max(1, entry.compress_size)
    if entry.file_size > LARGEST_PART or (is_dense and entry.file_size > _LARGE_ENOUGH_TO_BOMB):
        raise WrongFile(N_("the package is too large when unpacked"))
