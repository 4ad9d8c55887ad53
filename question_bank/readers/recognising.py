"""What kind of file a content is, whatever its name says. Only beginnings and directories are looked at."""

from __future__ import annotations

import codecs
import re
from enum import StrEnum

from question_bank.readers.opening import Package, WrongFile, is_ole
from question_bank.readers.report import mark_message as N_

_HEAD = 64 * 1024
"""Bytes of a text that are looked at."""


class FileKind(StrEnum):
    """Kinds that can be told apart. The values are shown to people, and are the same in every language."""

    DOCX = "Word (.docx)"
    XLSX = "Excel (.xlsx)"
    ODS = "OpenDocument (.ods)"
    XLS = "Excel 97-2003 (.xls)"
    DOC = "Word 97-2003 (.doc)"
    PPT = "PowerPoint"
    ODT = "OpenDocument (.odt)"
    QTI_PACKAGE = "QTI (.zip)"
    ZIP = "ZIP"
    QTI_XML = "QTI (.xml)"
    MOODLE_XML = "Moodle XML"
    XML = "XML"
    HTML = "HTML"
    PDF = "PDF"
    RTF = "RTF"
    PICTURE = "PNG, JPEG, GIF"
    ARCHIVE = "RAR, 7z, gzip"
    TEXT = "TXT"
    UNKNOWN = ""


_BEGINNINGS = (
    (b"%PDF", FileKind.PDF),
    (b"{\\rtf", FileKind.RTF),
    (b"\x89PNG", FileKind.PICTURE),
    (b"\xff\xd8\xff", FileKind.PICTURE),
    (b"GIF8", FileKind.PICTURE),
    (b"Rar!", FileKind.ARCHIVE),
    (b"7z\xbc\xaf", FileKind.ARCHIVE),
    (b"\x1f\x8b", FileKind.ARCHIVE),
)
_OLE_STREAMS = (
    ("WordDocument", FileKind.DOC),
    ("PowerPoint Document", FileKind.PPT),
    ("Workbook", FileKind.XLS),
    ("Book", FileKind.XLS),
)
_QTI_ROOTS = frozenset({
    "assessmentItem", "assessmentTest", "assessmentSection", "qti-assessment-item", "qti-assessment-test",
    "qti-assessment-section", "questestinterop", "manifest",
})  # fmt: skip
_BEFORE_ROOT = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")


def recognise(content: bytes) -> FileKind:
    """The kind of the content. Raises WrongFile for a zip that is damaged or dangerous, and for macros."""
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _recognise_zip(content)
    if is_ole(content):
        return _recognise_ole(content)
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    head = decode_head(content)
    if head is None:
        return FileKind.UNKNOWN
    return _recognise_markup(head) if head.lstrip().startswith("<") else FileKind.TEXT


def decode_head(content: bytes) -> str | None:
    """The beginning of a text in any usual encoding (letters beyond ASCII may come out wrong); None for no text."""
    head = content[:_HEAD]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    if b"\0" in head:
        return None
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _recognise_zip(content: bytes) -> FileKind:
    package = Package(content)
    names = frozenset(package.names)
    types = package.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
    if b"vbaProject" in types or b"macroEnabled" in types or any(map(_is_macro, names)):
        raise WrongFile(N_("the file holds macros; save it without them"))
    if "word/document.xml" in names or b"wordprocessingml.document.main+xml" in types:
        return FileKind.DOCX
    if "xl/workbook.xml" in names or b"spreadsheetml.sheet.main+xml" in types:
        return FileKind.XLSX
    if "ppt/presentation.xml" in names:
        return FileKind.PPT
    media_type = package.read("mimetype")[:100] if "mimetype" in names else b""
    if media_type.startswith(b"application/vnd.oasis.opendocument."):
        return FileKind.ODS if b"spreadsheet" in media_type else FileKind.ODT
    if any(name.rpartition("/")[2].lower() == "imsmanifest.xml" for name in names):
        return FileKind.QTI_PACKAGE
    has_items = any(name.lower().endswith((".xml", ".qti")) for name in names)
    return FileKind.QTI_PACKAGE if has_items else FileKind.ZIP


def _is_macro(name: str) -> bool:
    return name.lower().endswith("vbaproject.bin") or name.startswith("Basic/")


def _recognise_ole(content: bytes) -> FileKind:
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise WrongFile(N_("the file holds macros; save it without them"))
    for stream, kind in _OLE_STREAMS:
        if f"{stream}\0".encode("utf-16-le") in content:
            return kind
    return FileKind.UNKNOWN


def _recognise_markup(head: str) -> FileKind:
    place = 0
    while found := _BEFORE_ROOT.match(head, place):
        if re.match(r"<!doctype\s+html", found[0], re.IGNORECASE):
            return FileKind.HTML
        place = found.end()
    root = _ROOT.match(head, place)
    if root is None:
        return FileKind.XML
    if root[1].lower() == "html":
        return FileKind.HTML
    if root[1] == "quiz":
        return FileKind.MOODLE_XML
    return FileKind.QTI_XML if root[1] in _QTI_ROOTS else FileKind.XML
