"""Opening files from outside: every limit on size and form, in one place, before a reader looks inside.

Files are read whole and within limits; zips and XML are opened only here. Sources of the limits: a Word file of 500
questions has a document part of 2 to 8 MB, and OWASP's advice on file upload and XML (no DTD, no entities, no outside
references).
"""

from __future__ import annotations

import re
import stat
import struct
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
MOST_XML_SIGNS = 1_000_000
"""Tags and attributes of one XML document: each takes some 200 bytes once it is read. 10,000 questions of Moodle have
about 700,000."""
MOST_LINES = 1_100_000
"""Of a text: Excel may write all 1,048,576 rows of a sheet."""
MOST_QUESTIONS = 10_000
"""Of one file, in any format but Word: what can be read in a few seconds."""
TOO_MANY_QUESTIONS = N_("the file has more than 10,000 questions; split it")
_DOCUMENT_TYPE = N_("the file names outside definitions (a document type), which are not taken")
_DIRECTORY_ENTRY = b"PK\x01\x02"
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_PLAIN_ENCODING = re.compile(rb"(?i)utf-?8|utf-?16(?:le|be)?|us-ascii|ascii|iso-?8859-\d+|windows-125\d|latin-?1")
"""Encodings in which a sign of XML is one byte: in others (UTF-7, EBCDIC) tags could not be counted."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class WrongFile(ValueError):
    """A file that cannot be read at all; the text is an English message id."""


def read_limited(stream: IO[bytes], largest: int = LARGEST_FILE) -> bytes:
    """The whole content. Raises WrongFile for an empty file or one over the limit, of which no more is read."""
    # A stream may give less than it is asked for, and more on the next call.
    chunks: list[bytes] = []
    left = largest + 1
    while left > 0 and (chunk := stream.read(left)):
        chunks.append(chunk)
        left -= len(chunk)
    content = b"".join(chunks)
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


def refuse_many_lines(text: str) -> None:
    """Raise WrongFile for a text of too many lines. They are counted before any is looked at."""
    if max(text.count("\n"), text.count("\r")) > MOST_LINES:
        raise WrongFile(N_("the file has more than 1,100,000 lines; split it"))


def is_ole(content: bytes) -> bool:
    """Whether this is a file of Office as it was before 2007 (.doc, .xls)."""
    return content.startswith(_OLE)


class Package:
    """A zip whose directory has been checked; parts are unpacked one by one, within the limits."""

    def __init__(self, content: bytes) -> None:
        """Raises WrongFile for what is no zip, is damaged or encrypted, or names places outside of itself."""
        if content.count(_DIRECTORY_ENTRY) > MOST_PARTS:
            # Counted before it is read: a directory of 400,000 entries takes seconds and hundreds of megabytes.
            raise WrongFile(N_("the package has too many parts"))
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, EOFError, OSError, struct.error):
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
    named = _ENCODING.match(content[:200].lstrip())
    if named and not _PLAIN_ENCODING.fullmatch(named[1]):
        raise WrongFile(N_("the file is not a text in UTF-8"))
    if content.count(b"<") + content.count(b"=") > MOST_XML_SIGNS:
        raise WrongFile(N_("the file has too many elements; split it into smaller ones"))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        if b"<!DOCTYPE" in content[:10_000]:
            raise WrongFile(_DOCUMENT_TYPE) from None
        raise WrongFile(N_("the file is damaged or of another kind than its name says")) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise WrongFile(_DOCUMENT_TYPE)
    return root


def _check_entry(entry: zipfile.ZipInfo) -> None:
    parts = entry.filename.replace("\\", "/").split("/")
    if entry.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in entry.filename:
        raise WrongFile(N_("a part of the package has a path that leads out of it"))
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise WrongFile(N_("a part of the package is a link"))
    if entry.flag_bits & 0x1:
        raise WrongFile(N_("the file is protected by a password; save it without one"))
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # LZMA lets a file ask for gigabytes of memory; no office suite writes anything but these two.
        raise WrongFile(N_("the file is damaged or of another kind than its name says"))
    is_dense = entry.file_size > DENSEST_PACKAGE * max(1, entry.compress_size)
    if entry.file_size > LARGEST_PART or (is_dense and entry.file_size > _LARGE_ENOUGH_TO_BOMB):
        raise WrongFile(N_("the package is too large when unpacked"))
