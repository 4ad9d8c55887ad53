"""Readers of item files: one module per format, and one entry for all of them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import IO

from question_bank.readers.aiken import read_aiken
from question_bank.readers.gift import read_gift
from question_bank.readers.moodle_xml import read_moodle_xml
from question_bank.readers.opening import WrongFile, read_limited, refuse_foreign
from question_bank.readers.qti import read_qti
from question_bank.readers.recognising import FileKind, decode_head, recognise
from question_bank.readers.report import ImportProblem, ImportReport, ItemDefaults, Place
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet import looks_like_table, read_spreadsheet
from question_bank.readers.word import read_word

Reader = Callable[[bytes, str, ItemDefaults], ImportReport]

_log = logging.getLogger(__name__)

_TEXTS = (FileKind.TEXT, FileKind.XML)
"""A text may begin with a tag, and so look like XML of no known kind."""

_KINDS: Mapping[str, tuple[FileKind, ...]] = {
    ".docx": (FileKind.DOCX,),
    ".xlsx": (FileKind.XLSX,),
    ".xls": (FileKind.XLS,),
    ".ods": (FileKind.ODS,),
    ".csv": _TEXTS,
    ".tsv": _TEXTS,
    ".gift": _TEXTS,
    ".txt": _TEXTS,
    ".xml": (FileKind.MOODLE_XML, FileKind.QTI_XML),
    ".qti": (FileKind.QTI_XML,),
    ".zip": (FileKind.QTI_PACKAGE,),
    ".imscc": (FileKind.QTI_PACKAGE,),
}
"""What a file of each name may hold."""

_READERS: Mapping[FileKind, Reader] = {
    FileKind.DOCX: read_word,
    FileKind.XLSX: read_spreadsheet,
    FileKind.XLS: read_spreadsheet,
    FileKind.ODS: read_spreadsheet,
    FileKind.MOODLE_XML: read_moodle_xml,
    FileKind.QTI_XML: read_qti,
    FileKind.QTI_PACKAGE: read_qti,
}
_TEXT_READERS: Mapping[str, Reader] = {".csv": read_spreadsheet, ".tsv": read_spreadsheet, ".gift": read_gift}

SUFFIXES = tuple(_KINDS)
"""Endings of the names of files that are taken."""

_AIKEN_LINE = re.compile(r"^[ \t]*(?:[A-Za-z][.)][ \t]|ANSWER[ \t]*:)", re.MULTILINE)
_GIFT_MARK = re.compile(r"(?<!\\)[{}]|^[ \t]*(?:::|\$CATEGORY|//)", re.MULTILINE)


def read_items(stream: IO[bytes], name: str, defaults: ItemDefaults | None = None) -> ImportReport:
    """Every item in a file, and every problem; the kind of file is told by its name and its content together.

    A file that cannot be read at all gives a report of one error and no item. Nothing is raised for any content.
    """
    try:
        return _read(stream, name, defaults or ItemDefaults())
    except WrongFile as error:
        return _refuse(str(error))
    except Exception:
        # A reader met what its author did not foresee. The person who uploads is told so; the operator sees the trace.
        _log.exception("a file of items could not be read")
        return _refuse(N_("the file could not be read; it is damaged or holds something that is not known here"))


def _read(stream: IO[bytes], name: str, defaults: ItemDefaults) -> ImportReport:
    content = read_limited(stream)
    refuse_foreign(content)
    kind = recognise(content)
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    if kind is FileKind.DOC:
        return _refuse(N_("the file is in the form of Word before 2007 (.doc); save it as .docx"))
    if suffix not in _KINDS:
        message = N_("files named “%(suffix)s” are not taken; take one of: %(suffixes)s")
        return _refuse(message, suffix=suffix[:20], suffixes=", ".join(SUFFIXES))
    if kind is FileKind.UNKNOWN:
        return _refuse(N_("the file is damaged or of another kind than its name says"))
    if kind not in _KINDS[suffix]:
        message = N_("the file is named “%(suffix)s” but its content is %(kind)s; save it again as what it is")
        return _refuse(message, suffix=suffix, kind=kind.value)
    reader = _READERS.get(kind) or _TEXT_READERS.get(suffix) or _choose_text_reader(content)
    if reader is None:
        return _refuse(
            N_("the text is neither GIFT nor Aiken nor a table; put the questions into a Word or Excel file")
        )
    return reader(content, name, defaults)


def _choose_text_reader(content: bytes) -> Reader | None:
    if looks_like_table(content):
        return read_spreadsheet
    head = decode_head(content) or ""
    gift, aiken = _GIFT_MARK.search(head), _AIKEN_LINE.search(head)
    if aiken and (gift is None or re.search(r"^[ \t]*ANSWER[ \t]*:[ \t]*[A-Za-z][ \t\r]*$", head, re.MULTILINE)):
        return read_aiken
    return read_gift if gift else None


def _refuse(message: str, **values: str) -> ImportReport:
    return ImportReport(problems=(ImportProblem(Place(), "file", message, values),))
