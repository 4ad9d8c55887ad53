"""What a page shows of a file without handing it out: texts of documents, and small copies of pictures.

A preview is made once for a content and kept beside it. It never holds what the file itself could do: a text is written
anew, a picture is encoded anew.
"""

from __future__ import annotations

import io
import json
import warnings
from dataclasses import dataclass
from html import escape

from PIL import Image

from question_bank.readers.opening import LARGEST_FILE, WrongFile, read_limited
from quiz_app.domain.initiatives.entries import EntryFile
from quiz_app.domain.initiatives.rounds import FileKind
from quiz_app.services.entry_files.contents import make_key
from quiz_app.services.entry_files.word_pages import MOST_LETTERS, make_page
from quiz_app.services.initiatives.texts import read_file_text
from quiz_app.storage import FileMissing, Storage

PREFIX = "previews/"
WIDEST = 1600
"""Points of the longer side of a small copy: a page of a scan can be read."""
MOST_PIXELS = 25_000_000
"""Above this a picture that cannot be read in a smaller size takes too much memory to be shown."""
PICTURES = frozenset({FileKind.PNG, FileKind.JPG})
TEXTS = frozenset({FileKind.DOCX, FileKind.PPTX, FileKind.PDF})


@dataclass(frozen=True, slots=True)
class TextPreview:
    """A text as HTML that was cleaned; None where the file has no text that can be read (a scan)."""

    html: str | None
    is_whole: bool = True


def make_preview_key(digest: str) -> str:
    """The storage's key for the preview of a content."""
    return f"{PREFIX}{digest[:2]}/{digest}"


def read_text_preview(file: EntryFile, storage: Storage) -> TextPreview:
    """The text of a document. Raises FileMissing where the content is gone."""
    key = make_preview_key(file.digest)
    try:
        kept = json.loads(storage.read_file(key))
        return TextPreview(kept["html"], kept["is_whole"])
    except FileMissing:
        preview = _make_text(file, storage)
    storage.write_file(key, json.dumps({"html": preview.html, "is_whole": preview.is_whole}).encode())
    return preview


def read_picture_preview(file: EntryFile, storage: Storage) -> bytes | None:
    """The small copy of a picture as JPEG; None where it cannot be made. Raises FileMissing."""
    key = make_preview_key(file.digest)
    try:
        return storage.read_file(key) or None
    except FileMissing:
        picture = _make_picture(file, storage)
    storage.write_file(key, picture or b"")
    return picture


def _make_text(file: EntryFile, storage: Storage) -> TextPreview:
    if file.kind == FileKind.DOCX:
        with storage.open_file(make_key(file.digest)) as stream:
            try:
                html, is_whole = make_page(read_limited(stream, LARGEST_FILE))
            except (WrongFile, KeyError):
                return TextPreview(None)
        return TextPreview(html or None, is_whole)
    text = read_file_text(file, storage)
    if text is None:
        return TextPreview(None)
    paragraphs = (line for line in text[:MOST_LETTERS].splitlines() if line.strip())
    return TextPreview("".join(f"<p>{escape(line)}</p>" for line in paragraphs), len(text) <= MOST_LETTERS)


def _make_picture(file: EntryFile, storage: Storage) -> bytes | None:
    kind = "PNG" if file.kind == FileKind.PNG else "JPEG"
    try:
        with storage.open_file(make_key(file.digest)) as stream, warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(stream, formats=[kind]) as picture:
                # A JPEG can be read at an eighth of its size; a PNG cannot.
                picture.draft("RGB", (WIDEST, WIDEST))
                if picture.width * picture.height > MOST_PIXELS:
                    return None
                small = picture.convert("RGBA")
                small.thumbnail((WIDEST, WIDEST))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    # What is seen through stands on white, as on a page.
    paper = Image.new("RGB", small.size, "white")
    paper.paste(small, mask=small.getchannel("A"))
    target = io.BytesIO()
    paper.save(target, "JPEG", quality=82)
    return target.getvalue()
