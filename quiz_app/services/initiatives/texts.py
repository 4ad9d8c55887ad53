"""The text of a handed-in entry: what was typed into the form, and what stands in its files.

Read as a job after each hand-in, which then looks for entries that are alike (``similarity``). Names of authors and
units are left out: two entries of the same people are not alike for that.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from question_bank.readers.opening import LARGEST_FILE, Package, WrongFile, parse_xml, read_limited
from quiz_app.domain.initiatives.entries import EntryFile, EntryVersion, ScanState
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind
from quiz_app.domain.initiatives.rounds import FileKind
from quiz_app.services.entry_files.contents import make_key
from quiz_app.services.initiatives.pdf_texts import MOST_LETTERS, read_pdf_text
from quiz_app.storage import FileMissing, Storage

_WORD_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_READ_KINDS = (FieldKind.LONG_TEXT, FieldKind.TEXT)


def gather_text(form: EntryForm, version: EntryVersion, storage: Storage) -> tuple[str, list[str]]:
    """The text of the version, and the names of files whose text could not be read (scans, pictures, old formats)."""
    pieces = [version.title, *list_form_texts(form, version)]
    unread = []
    for file in version.files:
        text = read_file_text(file, storage)
        if text is None:
            unread.append(file.name)
        else:
            pieces.append(text)
    return "\n\n".join(pieces)[:MOST_LETTERS], unread


def list_form_texts(form: EntryForm, version: EntryVersion) -> Iterator[str]:
    """What was typed into the fields of text that do not say who it was."""
    for field in form.iterate_fields():
        value = version.values.get(field.code)
        if value and field.kind in _READ_KINDS and not field.is_identifying:
            yield str(value)


def read_file_text(file: EntryFile, storage: Storage) -> str | None:
    """The text of a file, or None where it has none that can be read."""
    if file.scan is ScanState.INFECTED or file.kind not in _READERS:
        return None
    try:
        with storage.open_file(make_key(file.digest)) as stream:
            content = read_limited(stream, LARGEST_FILE)
        return _READERS[FileKind(file.kind)](content)
    except (FileMissing, WrongFile, KeyError):
        return None


def _read_docx(content: bytes) -> str | None:
    return _read_parts(Package(content), ["word/document.xml"], _WORD_TEXT)


def _read_pptx(content: bytes) -> str | None:
    package = Package(content)
    slides = [name for name in package.names if name.startswith("ppt/slides/slide") and name.endswith(".xml")]
    # slide2 before slide10.
    return _read_parts(package, sorted(slides, key=lambda name: (len(name), name)), _DRAWING_TEXT)


def _read_parts(package: Package, names: list[str], namespace: str) -> str | None:
    text = "\n".join(_read_paragraphs(parse_xml(package.read(name)), namespace) for name in names)
    return text[:MOST_LETTERS] if text.strip() else None


def _read_paragraphs(root: etree._Element, namespace: str) -> str:
    """Every paragraph on a line, those of tables and boxes too."""
    lines: list[list[str]] = [[]]
    for element in root.iter(f"{namespace}p", f"{namespace}t", f"{namespace}tab", f"{namespace}br"):
        if element.tag == f"{namespace}p":
            lines.append([])
        else:
            lines[-1].append(element.text or " " if element.tag == f"{namespace}t" else " ")
    return "\n".join("".join(line) for line in lines).strip()


_READERS = {FileKind.DOCX: _read_docx, FileKind.PPTX: _read_pptx, FileKind.PDF: read_pdf_text}
